"""Every statement of the runtime path: all that the hot path asks of the database.

One text with `:names` for both engines; `statement()` numbers the parameters in the order
of their first use. Each says why it exists and which index serves it; a test prepares and
EXPLAINs them all on both engines.
"""

import re

import msgspec

NAME = re.compile(r"(?<![:\w]):([a-z_]+)")


class Statement(msgspec.Struct, frozen=True):
    """One statement: the order of its parameters, and its text for each driver."""

    names: tuple[str, ...]
    sqlite: str
    postgres: str


def statement(text: str, casts: dict[str, str] | None = None, *, locks: str = "") -> Statement:
    """Compile a text with `:names`. `casts` gives PostgreSQL a type it cannot infer.

    `locks` names the table whose row PostgreSQL locks; on SQLite every writer holds the lock.
    """
    names = tuple(dict.fromkeys(NAME.findall(text)))
    number = {name: index for index, name in enumerate(names, start=1)}
    types = casts or {}
    return Statement(
        names=names,
        sqlite=NAME.sub(lambda found: f"?{number[found[1]]}", text),
        postgres=NAME.sub(
            lambda found: (
                f"${number[found[1]]}" + (f"::{types[found[1]]}" if found[1] in types else "")
            ),
            text,
        )
        + (f" FOR UPDATE OF {locks}" if locks else ""),
    )


ACCOUNT_COLUMNS = """a.plan, a.is_enabled, a.max_token_ttl_seconds, a.allowed_origins,
    a.api_version, a.expiring_window_days"""

_KEY_COLUMNS = f"""k.id AS key_id, k.account_id, k.mode, k.type, k.scopes, k.product_ids,
    k.allowed_ips, k.expires_at, k.revoked_at, k.gen, {ACCOUNT_COLUMNS}"""

_KEY_BY_SECRET = f"""SELECT {_KEY_COLUMNS}, s.id AS secret_id,
    s.expires_at AS secret_expires_at, FALSE AS is_token_denied, TRUE AS is_signing_key_live
FROM accounts_apikeysecret s
JOIN accounts_apikey k ON k.id = s.api_key_id
JOIN accounts_account a ON a.id = k.account_id
WHERE s.digest = :digest LIMIT 1"""

_KEY_BY_TOKEN = f"""SELECT {_KEY_COLUMNS}, '' AS secret_id,
    CAST(NULL AS bigint) AS secret_expires_at,
    EXISTS (SELECT 1 FROM accounts_deniedtoken d
            WHERE d.account_id = :account_id AND d.mode = k.mode AND d.jti = :jti) AS is_token_denied,
    EXISTS (SELECT 1 FROM accounts_signingkey g
            WHERE g.kid = :kid AND g.revoked_at IS NULL) AS is_signing_key_live
FROM accounts_apikey k
JOIN accounts_account a ON a.id = k.account_id
WHERE k.id = :key_id AND k.account_id = :account_id LIMIT 1"""

_LICENSE_COLUMNS = """l.id, l.product_id, l.policy_id, l.customer_id, l.name, l.key_digest,
    l.key_hint, l.starts_at, l.expires_at, l.suspended_at, l.revoked_at, l.created_at,
    l.last_validated_at, l.entitlements, l.overrides, l.metadata, l.activation_count,
    l.user_count, l.clock_started_at, l.first_activated_at, l.last_check_in_at, l.previous_key_digest,
    l.previous_key_until, c.banned_at AS customer_banned_at"""

_LICENSE_TABLES = """licensing_license l
LEFT JOIN licensing_customer c ON c.id = l.customer_id"""

_POLICY_COLUMNS = """r.code AS product_code, p.requires, p.floating, p.leasing, p.expiration_strategy,
    p.grace_period, p.duration, p.expiration_basis, p.check_in_interval, p.maintenance,
    p.entitlements AS policy_entitlements, p.max_activations, p.max_leases, p.max_users,
    p.max_cores, p.max_memory_bytes, p.max_disk_bytes, p.overage_percent, p.over_limit,
    p.component_matching,
    p.heartbeat_interval, p.dead_after, p.when_dead, p.heartbeat_basis, p.dormant_after,
    p.permit_ttl, p.outage_grace"""

SEAT_COLUMNS = """a.id, a.license_id, a.product_id, a.fingerprint, a.fingerprint_digest,
    a.components, a.name, a.hostname, a.platform, a.ip, a.user_id, a.cores, a.memory_bytes, a.disk_bytes,
    a.is_non_production, a.activated_at, a.last_seen_at, a.heartbeat_at, a.ended_at,
    a.ended_reason, a.seat_free_at, a.metadata, a.created_at, a.version"""

# Of a lease, what a validation that presents it has to know.
LEASE_STATE_COLUMNS = """q.id AS lease_id, q.fingerprint_digest AS lease_machine,
    q.expires_at AS lease_expires_at, q.ended_reason AS lease_ended_reason"""

# Authenticates a key: asked on every request, so that a revocation holds at the next one.
# Served by the unique index on accounts_apikeysecret.digest, then two primary keys.
KEY_BY_SECRET = statement(_KEY_BY_SECRET)

# Authenticates a token whose signature holds: its key, account, signing key and `jti` as
# they are now. Primary keys, and the unique index (account_id, mode, jti).
KEY_BY_TOKEN = statement(_KEY_BY_TOKEN)

# A license by the digest of its key (SQLite; see `_opening` for PostgreSQL). Served by the
# unique index (account_id, mode, key_digest).
LICENSE_BY_DIGEST = statement(
    f"""SELECT {_LICENSE_COLUMNS} FROM {_LICENSE_TABLES}
WHERE l.account_id = :account_id AND l.mode = :mode AND l.key_digest = :digest LIMIT 1"""
)

# A license by the digest of the key before its last roll, when no license has it as its key
# (SQLite). Served by the unique index (account_id, mode, previous_key_digest).
LICENSE_BY_PREVIOUS_DIGEST = statement(
    f"""SELECT {_LICENSE_COLUMNS} FROM {_LICENSE_TABLES}
WHERE l.account_id = :account_id AND l.mode = :mode AND l.previous_key_digest = :digest LIMIT 1"""
)

# A license by its id, or by the token bound to it (SQLite). Primary key; account and mode
# are compared too, so that another tenant's id finds nothing.
LICENSE_BY_ID = statement(
    f"""SELECT {_LICENSE_COLUMNS} FROM {_LICENSE_TABLES}
WHERE l.id = :license_id AND l.account_id = :account_id AND l.mode = :mode LIMIT 1"""
)

# What a license takes from its policy and product: read once for all licenses of a policy,
# as long as nothing is written (SQLite). Two primary keys.
POLICY_BY_ID = statement(
    f"""SELECT {_POLICY_COLUMNS} FROM catalog_policy p
JOIN catalog_product r ON r.id = p.product_id WHERE p.id = :policy_id LIMIT 1"""
)

# When a version of a product was released (SQLite). Unique index (product_id, version).
RELEASE_OF_VERSION = statement(
    """SELECT released_at FROM catalog_productversion
WHERE product_id = :product_id AND version = :version LIMIT 1"""
)


_OPENING_TYPES = {
    "limits": "jsonb",
    "wanted": "bigint",
    "month_start": "bigint",
    "now": "bigint",
    "scope": "text",
    "fingerprint": "bytea",
    "activation_id": "varchar",
    "lease_id": "varchar",
    "version": "text",
}


_FIND_USER = """SELECT u.id, u.banned_at FROM licensing_licenseuser u
WHERE u.license_id = {license_id} AND u.id = COALESCE(
    (SELECT i.id FROM licensing_licenseuser i
     WHERE i.id = :user AND i.license_id = {license_id}),
    (SELECT x.id FROM licensing_licenseuser x
     WHERE x.license_id = {license_id} AND x.external_id = :user),
    (SELECT e.id FROM licensing_licenseuser e
     WHERE e.license_id = {license_id} AND e.email_folded = :folded)) LIMIT 1"""

_WITH_USER = f""" LEFT JOIN LATERAL (
    {_FIND_USER.format(license_id="found.id")}
) person ON TRUE"""

# A user of a license by id, by the vendor's own id, or by address, in this order. Primary key,
# unique indexes (license_id, external_id) and (license_id, email_folded).
USER_OF_LICENSE = statement(_FIND_USER.format(license_id=":license_id"))


_BY_FINGERPRINT = "a.fingerprint_digest = :fingerprint"
_BY_ACTIVATION = "a.id = :activation_id"


def _opening(
    key: str, license_match: str, seat_match: str = _BY_FINGERPRINT, *, has_user: bool = False
) -> Statement:
    """Key, license and quota in one round trip, for PostgreSQL; the user too, if one is asked for.

    The unit of the plan is taken only if the key may make this call at all; what SQL does
    not decide (addresses, rates) the caller decides afterwards, and gives the unit back.
    LATERAL makes the planner start from the key; a plain join read all licenses each time.
    """
    return statement(
        f"""WITH k AS ({key}),
q AS (
    INSERT INTO usage_requestcounter (account_id, mode, month_start, used)
    SELECT k.account_id, k.mode, :month_start, 1 FROM k
    WHERE :wanted > 0 AND k.is_enabled AND k.revoked_at IS NULL AND k.allowed_ips = ''
      AND (k.expires_at IS NULL OR k.expires_at > :now)
      AND (k.secret_expires_at IS NULL OR k.secret_expires_at > :now)
      AND NOT k.is_token_denied AND k.is_signing_key_live
      AND (k.type <> 'restricted' OR position(' ' || :scope || ' ' in ' ' || k.scopes || ' ') > 0)
      AND (:limits -> k.mode ->> k.plan) IS NOT NULL
    ON CONFLICT (account_id, mode, month_start) DO UPDATE
    SET used = usage_requestcounter.used + 1
    WHERE usage_requestcounter.used < (SELECT (:limits -> x.mode ->> x.plan)::bigint FROM k x)
    RETURNING 1
)
SELECT k.*, found.*, seat.*, lease.*, listed.released_at{", person.*" if has_user else ""},
    EXISTS (SELECT 1 FROM q) AS is_quota_taken
FROM k LEFT JOIN LATERAL (
    SELECT {_LICENSE_COLUMNS}, {_POLICY_COLUMNS} FROM {_LICENSE_TABLES}
    JOIN catalog_policy p ON p.id = l.policy_id
    JOIN catalog_product r ON r.id = p.product_id
    WHERE l.account_id = k.account_id AND l.mode = k.mode AND {license_match} LIMIT 1
) found ON TRUE LEFT JOIN LATERAL (
    SELECT {SEAT_COLUMNS} FROM licensing_activation a
    WHERE a.license_id = found.id AND {seat_match} LIMIT 1
) seat ON TRUE LEFT JOIN LATERAL (
    SELECT {LEASE_STATE_COLUMNS} FROM licensing_lease q
    WHERE q.id = :lease_id AND q.license_id = found.id LIMIT 1
) lease ON TRUE LEFT JOIN LATERAL (
    SELECT v.released_at FROM catalog_productversion v
    WHERE v.product_id = found.product_id AND v.version = :version LIMIT 1
) listed ON TRUE{_WITH_USER if has_user else ""} LIMIT 1""",
        _OPENING_TYPES,
    )


_ID_BY_DIGEST = """SELECT id FROM licensing_license
        WHERE account_id = k.account_id AND mode = k.mode AND key_digest = """
_ID_BY_PREVIOUS = _ID_BY_DIGEST.replace("key_digest", "previous_key_digest")

_BY_DIGEST = (
    f"l.id = COALESCE(({_ID_BY_DIGEST}:first), ({_ID_BY_DIGEST}:second), "
    f"({_ID_BY_PREVIOUS}:first), ({_ID_BY_PREVIOUS}:second))"
)

# One round trip per validate (PostgreSQL only; SQLite is faster with two statements). Each
# digest by an equality of its own: with IN the planner saw no unique row, and without
# statistics preferred an index that reads all licenses of the account. COALESCE asks for
# replaced keys only when no license has the key now.
OPEN_BY_SECRET_AND_DIGEST = _opening(_KEY_BY_SECRET, _BY_DIGEST)
OPEN_BY_SECRET_AND_ID = _opening(_KEY_BY_SECRET, "l.id = :license_id")
OPEN_BY_TOKEN_AND_ID = _opening(_KEY_BY_TOKEN, "l.id = :license_id")
OPEN_FOR_USER_BY_SECRET_AND_DIGEST = _opening(_KEY_BY_SECRET, _BY_DIGEST, has_user=True)
OPEN_FOR_USER_BY_SECRET_AND_ID = _opening(_KEY_BY_SECRET, "l.id = :license_id", has_user=True)
OPEN_FOR_USER_BY_TOKEN_AND_ID = _opening(_KEY_BY_TOKEN, "l.id = :license_id", has_user=True)

_OF_ACTIVATION = """l.id = (SELECT b.license_id FROM licensing_activation b
        WHERE b.id = :activation_id)"""

# The same with the activation that a token is bound to, whatever its fingerprint is by now; and
# for a token that is to be bound to one, which names its license. Primary keys.
OPEN_BY_BOUND_TOKEN = _opening(_KEY_BY_TOKEN, "l.id = :license_id", _BY_ACTIVATION)
OPEN_BY_SECRET_AND_ACTIVATION = _opening(_KEY_BY_SECRET, _OF_ACTIVATION, _BY_ACTIVATION)
OPEN_FOR_USER_BY_BOUND_TOKEN = _opening(
    _KEY_BY_TOKEN, "l.id = :license_id", _BY_ACTIVATION, has_user=True
)
OPEN_FOR_USER_BY_SECRET_AND_ACTIVATION = _opening(
    _KEY_BY_SECRET, _OF_ACTIVATION, _BY_ACTIVATION, has_user=True
)

# Takes `wanted` requests from a limited plan, all or none. The row's lock makes it exact on
# PostgreSQL, the write lock on SQLite. Unique index (account_id, mode, month_start).
TAKE_QUOTA = statement(
    """INSERT INTO usage_requestcounter (account_id, mode, month_start, used)
VALUES (:account_id, :mode, :month_start, :wanted)
ON CONFLICT (account_id, mode, month_start) DO UPDATE
SET used = usage_requestcounter.used + excluded.used
WHERE usage_requestcounter.used + excluded.used <= :maximum
RETURNING used""",
    {"wanted": "bigint", "maximum": "bigint", "month_start": "bigint"},
)

# How much is used: what remains of a plan when a whole group does not fit any more.
USED_QUOTA = statement(
    """SELECT used FROM usage_requestcounter
WHERE account_id = :account_id AND mode = :mode AND month_start = :month_start LIMIT 1"""
)

# Gives back what a 5xx, a replay or a late refusal took.
REFUND_QUOTA = statement(
    """UPDATE usage_requestcounter SET used = used - :count
WHERE account_id = :account_id AND mode = :mode AND month_start = :month_start
  AND used >= :count""",
    {"count": "bigint"},
)

# Counts requests of a plan without a limit, flushed from memory about once a second.
COUNT_REQUESTS = statement(
    """INSERT INTO usage_requestcounter (account_id, mode, month_start, used)
VALUES (:account_id, :mode, :month_start, :count)
ON CONFLICT (account_id, mode, month_start) DO UPDATE
SET used = usage_requestcounter.used + excluded.used""",
    {"count": "bigint", "month_start": "bigint"},
)

_SIGNING_KEY_COLUMNS = """kid, account_id, mode, use, public_jwk, private_key_encrypted,
    signs_from, signs_until, published_until, revoked_at, created_at"""

# The keys of one account, mode and use, newest first: for the key sets and for signing.
# Index (account_id, mode, use, signs_from).
SIGNING_KEYS_OF_ACCOUNT = statement(
    f"""SELECT {_SIGNING_KEY_COLUMNS}
FROM accounts_signingkey WHERE account_id = :account_id AND mode = :mode AND use = :use
ORDER BY signs_from DESC LIMIT 20"""
)

# One signing key that the local set does not have yet. Primary key.
SIGNING_KEY_BY_KID = statement(
    f"""SELECT {_SIGNING_KEY_COLUMNS}
FROM accounts_signingkey WHERE kid = :kid AND use = 'token' LIMIT 1"""
)

# A root or a document key, made when it is first needed. Of two that are made at once, one
# stays: unique index (account_id, mode, use) over the keys whose end is not planned.
INSERT_SIGNING_KEY = statement(
    """INSERT INTO accounts_signingkey (kid, account_id, mode, use, public_jwk,
    private_key_encrypted, signs_from, created_at)
SELECT :kid, a.id, :mode, :use, :public_jwk, :private_key_encrypted, :signs_from, :now
FROM accounts_account a WHERE a.id = :account_id
ON CONFLICT DO NOTHING""",
    {
        "kid": "varchar",
        "mode": "varchar",
        "use": "varchar",
        "public_jwk": "text",
        "private_key_encrypted": "bytea",
        "signs_from": "bigint",
        "now": "bigint",
    },
)

# Ends a token by its id; a repeat changes nothing. Unique index (account_id, jti).
DENY_TOKEN = statement(
    """INSERT INTO accounts_deniedtoken (account_id, mode, jti, expires_at)
VALUES (:account_id, :mode, :jti, :expires_at) ON CONFLICT (account_id, mode, jti) DO NOTHING""",
    {"expires_at": "bigint"},
)

# When a key and a secret were last used: buffered, one row per key and flush. Primary keys.
TOUCH_KEY = statement(
    "UPDATE accounts_apikey SET last_used_at = :at, last_ip = :ip WHERE id = :key_id",
    {"at": "bigint"},
)
TOUCH_SECRET = statement(
    "UPDATE accounts_apikeysecret SET last_used_at = :at WHERE id = :secret_id",
    {"at": "bigint"},
)

# When a license was last validated: buffered, one row per license and flush. Primary key.
TOUCH_LICENSE = statement(
    "UPDATE licensing_license SET last_validated_at = :at WHERE id = :license_id",
    {"at": "bigint"},
)

# Pins an account to the API version of its first call. Primary key.
PIN_VERSION = statement(
    """UPDATE accounts_account SET api_version = :version
WHERE id = :account_id AND api_version IS NULL"""
)

# Marks a key that travelled where others can read it. Unique index on digest, primary key.
FLAG_EXPOSED = statement(
    """UPDATE accounts_apikey SET exposed_at = :at WHERE exposed_at IS NULL AND id IN
(SELECT s.api_key_id FROM accounts_apikeysecret s WHERE s.digest = :digest)""",
    {"at": "bigint"},
)

# One line of the request log; in the telemetry file on SQLite.
LOG_REQUEST = statement(
    """INSERT INTO audit_requestlogentry (id, account_id, mode, credential_type, key_id,
    token_id, operation, method, path, status, code, reason, license_id, ip, user_agent,
    is_replay, duration_us, created_at)
VALUES (:id, :account_id, :mode, :credential_type, :key_id, :token_id, :operation, :method,
    :path, :status, :code, :reason, :license_id, :ip, :user_agent, :is_replay, :duration_us,
    :created_at)"""
)

# A denial of an hour: the first time it is a row, afterwards a count; in the telemetry file on
# SQLite. Unique index (license_id, fingerprint_digest, code, hour_start).
COUNT_DENIAL = statement(
    """INSERT INTO audit_denial (id, account_id, mode, license_id, product_id, fingerprint,
    fingerprint_digest, code, operation, hour_start, count, created_at, last_at)
VALUES (:id, :account_id, :mode, :license_id, :product_id, :fingerprint, :digest, :code,
    :operation, :hour_start, :count, :first_at, :last_at)
ON CONFLICT (license_id, fingerprint_digest, code, hour_start) DO UPDATE
SET count = audit_denial.count + excluded.count, operation = excluded.operation,
    last_at = CASE WHEN excluded.last_at > audit_denial.last_at THEN excluded.last_at
        ELSE audit_denial.last_at END"""
)

# Which migrations the database has: a node that needs another one is not ready. Primary key.
APPLIED_MIGRATIONS = statement(
    "SELECT app, name FROM django_migrations WHERE id > 0 ORDER BY id LIMIT 1000"
)

# On SQLite these tables live in a file of their own.
TELEMETRY = frozenset({"LOG_REQUEST", "COUNT_DENIAL"})
MAIN_STATEMENTS = {
    name: value
    for name, value in list(globals().items())
    if isinstance(value, Statement) and name not in TELEMETRY
}
POSTGRES_ONLY = frozenset(name for name in MAIN_STATEMENTS if name.startswith("OPEN_"))
