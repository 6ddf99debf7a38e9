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
