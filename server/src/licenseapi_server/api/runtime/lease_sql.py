"""The statements of leases: who uses a floating license, under the license's lock.

A lease lives while `expires_at` lies ahead: whoever ends one sets that to the moment. Served
by the primary key, or by an index of `licensing_lease` that begins with `license_id`.
"""

from licenseapi_server.api.runtime.sql import LEASE_STATE_COLUMNS, statement

LEASE_COLUMNS = """q.id, q.license_id, q.product_id, q.fingerprint, q.process_id, q.user_name,
    q.user_id, q.entitlement, q.ttl_seconds, q.acquired_at, q.renewed_at, q.expires_at, q.borrowed_until,
    q.ended_at, q.ended_reason, q.version"""

# What takes the seat, by the policy as it is now (domain/leases, Holder.seat).
_SEAT = """CASE :leasing WHEN 'per_machine' THEN q.fingerprint_digest
    WHEN 'per_user' THEN COALESCE(q.user_digest, q.holder_digest) ELSE q.holder_digest END"""
_TYPES = {"now": "bigint", "leasing": "text", "entitlement": "text", "seat": "bytea"}

# A lease by its id, for renewals and ends. Primary key.
LEASE_BY_ID = statement(
    f"""SELECT {LEASE_COLUMNS} FROM licensing_lease q
WHERE q.id = :lease_id AND q.account_id = :account_id AND q.mode = :mode LIMIT 1"""
)

# The lease that a validation presents (SQLite; see `_opening` for PostgreSQL). Primary key.
LEASE_OF_LICENSE = statement(
    f"""SELECT {LEASE_STATE_COLUMNS} FROM licensing_lease q
WHERE q.id = :lease_id AND q.license_id = :license_id LIMIT 1"""
)

# The living lease of a process, for the license or for one feature: there is only one.
# Index (license_id, holder_digest, expires_at).
LEASE_OF_HOLDER = statement(
    f"""SELECT {LEASE_COLUMNS} FROM licensing_lease q
WHERE q.license_id = :license_id AND q.holder_digest = :holder AND q.expires_at > :now
  AND q.entitlement = :entitlement LIMIT 1""",
    {"now": "bigint"},
)

# The seats that living leases take, but for one lease: others' and the holder's own, of the
# license and of one feature. Index (license_id, expires_at).
SEATS_LEASED = statement(
    f"""SELECT COUNT(DISTINCT CASE WHEN {_SEAT} <> :seat THEN {_SEAT} END),
    COUNT(CASE WHEN {_SEAT} = :seat THEN 1 END),
    COUNT(DISTINCT CASE WHEN q.entitlement = :entitlement AND {_SEAT} <> :seat THEN {_SEAT} END),
    COUNT(CASE WHEN q.entitlement = :entitlement AND {_SEAT} = :seat THEN 1 END)
FROM licensing_lease q
WHERE q.license_id = :license_id AND q.expires_at > :now AND q.id <> :own LIMIT 1""",
    {**_TYPES, "own": "text"},
)

# When taken seats come back, the first one first: what a refused caller waits for.
# Index (license_id, expires_at).
SEATS_FREE_AT = statement(
    f"""SELECT MAX(q.expires_at), {_SEAT} FROM licensing_lease q
WHERE q.license_id = :license_id AND q.expires_at > :now
  AND (:entitlement = '' OR q.entitlement = :entitlement)
GROUP BY 2 ORDER BY 1 LIMIT 1000""",
    _TYPES,
)

# A new use.
INSERT_LEASE = statement(
    """INSERT INTO licensing_lease (id, account_id, mode, license_id, product_id, fingerprint,
    process_id, user_name, user_id, entitlement, holder_digest, fingerprint_digest, user_digest,
    ttl_seconds, acquired_at, renewed_at, expires_at, borrowed_until, created_at, updated_at,
    version)
VALUES (:id, :account_id, :mode, :license_id, :product_id, :fingerprint, :process_id,
    :user_name, :user_id, :entitlement, :holder, :machine, :user_digest, :ttl_seconds, :now, :now,
    :expires_at, :borrowed_until, :now, :now, 1)"""
)

# A use that goes on, or that begins again after its end. Primary key.
EXTEND_LEASE = statement(
    """UPDATE licensing_lease SET user_name = :user_name, user_id = :user_id, user_digest = :user_digest,
    ttl_seconds = :ttl_seconds, acquired_at = :acquired_at, renewed_at = :now,
    expires_at = :expires_at, borrowed_until = :borrowed_until, ended_at = NULL,
    ended_reason = NULL, updated_at = :now, version = version + 1
WHERE id = :id""",
    {"now": "bigint", "acquired_at": "bigint"},
)

# The end of a use, which frees its seat at once. Primary key.
END_LEASE = statement(
    """UPDATE licensing_lease SET ended_at = :now, expires_at = :now, ended_reason = :reason,
    updated_at = :now, version = version + 1
WHERE id = :id""",
    {"now": "bigint"},
)
