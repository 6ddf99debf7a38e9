"""The statements of license files: what may be taken offline, under the license's lock."""

from licenseapi_server.api.runtime.sql import statement

# What the policy lets be taken offline. Primary keys.
FILE_TERMS = statement(
    """SELECT p.offline_allowed, p.offline_max_ttl, p.offline_max_live_files
FROM licensing_license l JOIN catalog_policy p ON p.id = l.policy_id
WHERE l.id = :license_id LIMIT 1"""
)

# How many other files of the license are alive; one machine's own is superseded. Files that
# are bound to no machine count each. Index (license_id, superseded_at, expires_at).
OTHER_LIVE_FILES = statement(
    """SELECT COUNT(*) FROM licensing_licensefile
WHERE license_id = :license_id AND superseded_at IS NULL AND expires_at > :now
  AND revoked_at IS NULL
  AND COALESCE(activation_id, '') <> :own LIMIT 1""",
    {"now": "bigint"},
)

# A machine's earlier files, when it gets a new one. Index (license_id, superseded_at, …).
SUPERSEDE_FILES = statement(
    """UPDATE licensing_licensefile SET superseded_at = :now
WHERE license_id = :license_id AND superseded_at IS NULL AND activation_id = :activation_id""",
    {"now": "bigint"},
)
INSERT_FILE = statement(
    """INSERT INTO licensing_licensefile (id, account_id, mode, license_id, product_id,
    activation_id, kid, expires_at, created_at)
VALUES (:id, :account_id, :mode, :license_id, :product_id, :activation_id, :kid, :expires_at,
    :now)"""
)

# The machine's seat stays taken until the file ends, whatever becomes of the machine, and
# never for less than an earlier file says. Primary key.
HOLD_SEAT = statement(
    """UPDATE licensing_activation SET seat_free_at =
    CASE WHEN seat_free_at > :until THEN seat_free_at ELSE :until END
WHERE id = :activation_id""",
    {"until": "bigint"},
)

_REVOKED_LICENSES = """licensing_license l
WHERE l.account_id = :account_id AND l.mode = :mode AND l.revoked_at IS NOT NULL"""
_KEPT_REVOCATIONS = """licensing_revocation r
WHERE r.account_id = :account_id AND r.mode = :mode"""
_REVOKED_KEYS = """accounts_signingkey k
WHERE k.account_id = :account_id AND k.mode = :mode AND k.revoked_at IS NOT NULL
  AND k.use IN ('file', 'permit', 'revocations', 'key')"""

# All that a revocation list names, in one statement: one state of the database, so that two
# lists of the same number name the same. Nothing leaves it: a revoked license stays so, and
# its deletion moves it into licensing_revocation in the same transaction. Indexes
# license_revoked, revoked_once, and (account_id, mode, use, signs_from).
LIST_REVOKED = statement(
    f"""SELECT 'license' AS kind, l.id FROM {_REVOKED_LICENSES}
UNION ALL SELECT r.kind, r.object_id FROM {_KEPT_REVOCATIONS}
UNION ALL SELECT 'key', k.kid FROM {_REVOKED_KEYS}
ORDER BY 1, 2 LIMIT 1800000"""
)

# The number of the list: how much it names. It cannot fall, and all nodes count alike. The
# same indexes, without reading the names.
COUNT_REVOKED = statement(
    f"""SELECT (SELECT COUNT(*) FROM {_REVOKED_LICENSES})
    + (SELECT COUNT(*) FROM {_KEPT_REVOCATIONS}) + (SELECT COUNT(*) FROM {_REVOKED_KEYS}) LIMIT 1"""
)
