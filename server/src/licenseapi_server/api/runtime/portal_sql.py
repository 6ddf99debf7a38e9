"""The statements of the customer portal: asking for a link, opening it, and whose license it is."""

from licenseapi_server.api.runtime.sql import ACCOUNT_COLUMNS, statement

# A session's customer in the place of an API key, in the order of rows.KeyRow: what else a
# request needs to know of its caller is the same. Primary keys, and the denied token's index.
CUSTOMER_BY_SESSION = statement(
    f"""SELECT c.id AS key_id, c.account_id, c.mode, 'portal' AS type, '' AS scopes,
    '' AS product_ids, '' AS allowed_ips, CAST(NULL AS bigint) AS expires_at,
    CAST(NULL AS bigint) AS revoked_at, c.portal_gen, {ACCOUNT_COLUMNS}, '' AS secret_id,
    CAST(NULL AS bigint) AS secret_expires_at,
    EXISTS (SELECT 1 FROM accounts_deniedtoken d
            WHERE d.account_id = :account_id AND d.mode = c.mode AND d.jti = :jti) AS is_token_denied,
    EXISTS (SELECT 1 FROM accounts_signingkey g
            WHERE g.kid = :kid AND g.revoked_at IS NULL) AS is_signing_key_live
FROM licensing_customer c
JOIN accounts_account a ON a.id = c.account_id
WHERE c.id = :customer_id AND c.account_id = :account_id LIMIT 1"""
)

# Whether there is such an account to ask for a link. Primary key.
PORTAL_ACCOUNT = statement(
    "SELECT a.is_enabled FROM accounts_account a WHERE a.id = :account_id LIMIT 1"
)

# A job, unless one of its name waits already. Unique index (once).
ENQUEUE_JOB = statement(
    """INSERT INTO jobs_job (id, kind, args, once, due_at, claim, attempts, error, created_at)
VALUES (:id, :kind, :args, :once, :now, '', 0, '', :now) ON CONFLICT (once) DO NOTHING""",
    {"now": "bigint"},
)

# Opens a link: of two who come at once, one finds it unused. Unique index (digest).
TAKE_LINK = statement(
    """UPDATE portal_portallink SET used_at = :now
WHERE digest = :digest AND used_at IS NULL AND expires_at > :now
RETURNING account_id, mode, customer_id, portal_gen""",
    {"now": "bigint"},
)

# Whether what the link was made for is still so. Primary keys.
LINKED_CUSTOMER = statement(
    """SELECT c.portal_gen, a.is_enabled FROM licensing_customer c
JOIN accounts_account a ON a.id = c.account_id
WHERE c.id = :customer_id AND c.account_id = :account_id AND c.mode = :mode LIMIT 1"""
)

# What happens to a customer's portal is about no license. Primary key.
INSERT_PORTAL_EVENT = statement(
    """INSERT INTO webhooks_event (id, account_id, mode, type, license_id, product_id, object_id,
    data, actor, created_at)
VALUES (:id, :account_id, :mode, :type, '', '', :customer_id, '{}', :actor, :now)""",
    {"now": "bigint"},
)

# Whether the customer holds the license, asked under its lock. Primary key.
HELD_LICENSE = statement(
    """SELECT l.id FROM licensing_license l
WHERE l.id = :license_id AND l.customer_id = :customer_id LIMIT 1"""
)
