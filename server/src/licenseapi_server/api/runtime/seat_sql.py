"""The statements of activations: who takes a seat of a license, under the license's lock.

Each is served by the primary key of the license, or by an index of `licensing_activation`
that begins with `license_id`.
"""

from licenseapi_server.api.runtime.sql import SEAT_COLUMNS, Statement, statement

# Taken before anything is counted, in a statement of its own: a count in the locking
# statement would not see what others have just committed (PostgreSQL, READ COMMITTED).
LOCK_LICENSE = statement(
    """SELECT l.id FROM licensing_license l
WHERE l.id = :license_id AND l.account_id = :account_id AND l.mode = :mode LIMIT 1""",
    locks="l",
)

# What decides about seats: the license as it is now, and its policy. Primary keys.
SEAT_RULES = statement(
    """SELECT l.product_id, l.starts_at, l.expires_at, l.suspended_at, l.revoked_at,
    c.banned_at, l.created_at, l.overrides, l.activation_count, l.clock_started_at,
    l.last_check_in_at, l.first_activated_at, p.check_in_interval, p.duration, p.expiration_basis,
    p.expiration_strategy, p.grace_period, p.max_activations, p.max_cores, p.max_memory_bytes,
    p.max_disk_bytes, p.overage_percent, p.when_full, p.component_matching,
    p.heartbeat_interval, p.dead_after, p.when_dead, p.heartbeat_basis, p.dormant_after,
    p.deactivation_cooldown, p.max_deactivations, p.deactivation_period, p.non_production,
    p.max_non_production, p.fingerprint_uniqueness, l.policy_id, p.requires, p.floating, p.leasing, p.lease_ttl, p.max_borrow,
    p.max_leases, p.entitlements, l.entitlements, p.trial AND p.one_trial_per_fingerprint,
    l.user_count
FROM licensing_license l
JOIN catalog_policy p ON p.id = l.policy_id
LEFT JOIN licensing_customer c ON c.id = l.customer_id
WHERE l.id = :license_id LIMIT 1"""
)

# The machine's own activation, live or ended. Unique index (license_id, fingerprint_digest).
SEAT_BY_FINGERPRINT = statement(
    f"""SELECT {SEAT_COLUMNS} FROM licensing_activation a
WHERE a.license_id = :license_id AND a.fingerprint_digest = :digest LIMIT 1"""
)

# Whoever wants this machine elsewhere within the same reach waits here until the end of the
# transaction, before it looks for others (PostgreSQL; on SQLite every writer holds the lock).
LOCK_FINGERPRINT = Statement(
    ("number",), "SELECT ?1 LIMIT 1", "SELECT pg_advisory_xact_lock($1) LIMIT 1"
)

# The same machine on other licenses within a reach: empty ids do not restrict it. Index
# (account_id, mode, fingerprint_digest).
SEATS_ELSEWHERE = statement(
    f"""SELECT {SEAT_COLUMNS} FROM licensing_activation a
JOIN licensing_license l ON l.id = a.license_id
WHERE a.account_id = :account_id AND a.mode = :mode AND a.fingerprint_digest = :digest
  AND a.license_id <> :license_id AND (a.ended_at IS NULL OR a.seat_free_at > :now)
  AND (:policy_id = '' OR l.policy_id = :policy_id)
  AND (:product_id = '' OR l.product_id = :product_id) LIMIT 100""",
    {"now": "bigint", "policy_id": "varchar", "product_id": "varchar"},
)

# An activation by its id, for heartbeats and ends. Primary key.
SEAT_BY_ID = statement(
    f"""SELECT {SEAT_COLUMNS} FROM licensing_activation a
WHERE a.id = :activation_id AND a.account_id = :account_id AND a.mode = :mode LIMIT 1"""
)

# Live machines with one of the presented components. Unique index (license_id, digest, …).
SEATS_BY_COMPONENT = statement(
    f"""SELECT {SEAT_COLUMNS} FROM licensing_activationcomponent c
JOIN licensing_activation a ON a.id = c.activation_id
WHERE c.license_id = :license_id AND c.digest = :digest AND a.ended_at IS NULL LIMIT 1000"""
)

# Live machines that may be dead or dormant by now, the longest unseen first; which of them
# are, the domain says. Index (license_id, ended_at, last_seen_at).
SEATS_PERHAPS_DUE = statement(
    f"""SELECT {SEAT_COLUMNS} FROM licensing_activation a
WHERE a.license_id = :license_id AND a.ended_at IS NULL AND (a.last_seen_at <= :seen_before
    OR COALESCE(a.heartbeat_at, CASE WHEN :from_creation THEN a.activated_at END)
        <= :beaten_before)
ORDER BY a.last_seen_at LIMIT 1000""",
    {"seen_before": "bigint", "beaten_before": "bigint", "from_creation": "boolean"},
)

# What the seats of a license take, but for one machine. Bytes in two parts, of 1 MiB and of
# what is left: no sum of them leaves 64 bits. Index (license_id, ended_at, last_seen_at).
SEAT_USAGE = statement(
    """SELECT COUNT(*), CAST(COALESCE(SUM(cores), 0) AS bigint),
    CAST(COALESCE(SUM(memory_bytes / 1048576), 0) AS bigint),
    CAST(COALESCE(SUM(memory_bytes % 1048576), 0) AS bigint),
    CAST(COALESCE(SUM(disk_bytes / 1048576), 0) AS bigint),
    CAST(COALESCE(SUM(disk_bytes % 1048576), 0) AS bigint)
FROM licensing_activation
WHERE license_id = :license_id AND NOT is_non_production AND id <> :own
  AND (ended_at IS NULL OR seat_free_at > :now) LIMIT 1""",
    {"now": "bigint"},
)

# Live machines that take no seat. Index (license_id, ended_at).
NON_PRODUCTION_COUNT = statement(
    """SELECT COUNT(*) FROM licensing_activation
WHERE license_id = :license_id AND ended_at IS NULL AND is_non_production LIMIT 1"""
)

# The longest unseen machine that has no living offline copy. Index (license_id, ended_at).
OLDEST_SEAT = statement(
    """SELECT id, cores, memory_bytes, disk_bytes FROM licensing_activation
WHERE license_id = :license_id AND ended_at IS NULL AND NOT is_non_production
  AND (seat_free_at IS NULL OR seat_free_at <= :now)
ORDER BY last_seen_at, id LIMIT 1""",
    {"now": "bigint"},
)

# When seats were given up or moved, newest first. Index (license_id, moved_at).
SEAT_MOVES = statement(
    """SELECT moved_at FROM licensing_seatmove
WHERE license_id = :license_id ORDER BY moved_at DESC LIMIT 1000"""
)
RECORD_MOVE = statement(
    """INSERT INTO licensing_seatmove (account_id, license_id, moved_at)
VALUES (:account_id, :license_id, :now)""",
    {"now": "bigint"},
)

# A machine that the license has not seen before.
INSERT_ACTIVATION = statement(
    """INSERT INTO licensing_activation (id, account_id, mode, license_id, product_id,
    fingerprint, fingerprint_digest, components, name, hostname, platform, ip, user_id, cores,
    memory_bytes, disk_bytes, is_non_production, activated_at, last_seen_at, metadata,
    created_at, updated_at, version)
VALUES (:id, :account_id, :mode, :license_id, :product_id, :fingerprint, :digest, :components,
    :name, :hostname, :platform, :ip, :user_id, :cores, :memory_bytes, :disk_bytes, :is_non_production,
    :now, :now, :metadata, :now, :now, 1)"""
)

# A machine that is seen again: it lives, under the fingerprint and name that it has now.
UPDATE_ACTIVATION = statement(
    """UPDATE licensing_activation SET fingerprint = :fingerprint,
    fingerprint_digest = :digest, components = :components, name = :name, hostname = :hostname,
    platform = :platform, ip = :ip, user_id = :user_id, cores = :cores, memory_bytes = :memory_bytes,
    disk_bytes = :disk_bytes, is_non_production = :is_non_production,
    activated_at = :activated_at, heartbeat_at = :heartbeat_at, last_seen_at = :now,
    ended_at = NULL, ended_reason = NULL, metadata = :metadata,
    updated_at = :now, version = version + 1
WHERE id = :id""",
    {"activated_at": "bigint", "heartbeat_at": "bigint", "now": "bigint"},
)

# The end of a machine's time. Primary key.
END_ACTIVATION = statement(
    """UPDATE licensing_activation SET ended_at = :now, ended_reason = :reason,
    updated_at = :now, version = version + 1
WHERE id = :id AND ended_at IS NULL RETURNING id""",
    {"now": "bigint"},
)

# Staff take the seat back that an offline copy still holds. Primary key.
FREE_SEAT = statement(
    """UPDATE licensing_activation SET seat_free_at = NULL,
    updated_at = :now, version = version + 1 WHERE id = :id""",
    {"now": "bigint"},
)

# A sign of life. Primary key.
BEAT_ACTIVATION = statement(
    """UPDATE licensing_activation SET heartbeat_at = :now, last_seen_at = :now WHERE id = :id""",
    {"now": "bigint"},
)

# A machine that validates is seen, and not dormant: buffered. What has ended stays so. Primary key.
SEE_ACTIVATION = statement(
    """UPDATE licensing_activation SET last_seen_at = :at
WHERE id = :id AND ended_at IS NULL AND last_seen_at < :at""",
    {"at": "bigint"},
)

# What a machine is made of: replaced when it is seen with other parts. Index (activation_id).
DELETE_COMPONENTS = statement(
    "DELETE FROM licensing_activationcomponent WHERE activation_id = :activation_id"
)
INSERT_COMPONENT = statement(
    """INSERT INTO licensing_activationcomponent (account_id, license_id, activation_id, digest)
VALUES (:account_id, :license_id, :activation_id, :digest)"""
)

# How many machines of the license have not been ended, as lists show it. Primary key.
COUNT_ACTIVATIONS = statement(
    """UPDATE licensing_license SET activation_count = activation_count + :change
WHERE id = :license_id""",
    {"change": "bigint"},
)

# When the first machine came: what check-ins are counted from before the first. Primary key.
NOTE_ACTIVATION = statement(
    """UPDATE licensing_license SET first_activated_at = :now
WHERE id = :license_id AND first_activated_at IS NULL""",
    {"now": "bigint"},
)

# The app has checked in. Primary key.
CHECK_IN_LICENSE = statement(
    "UPDATE licensing_license SET last_check_in_at = :now WHERE id = :license_id",
    {"now": "bigint"},
)

# A machine's one trial of a product: the first license has it, and keeps it after its end.
# Unique index (account_id, mode, product_id, digest).
USE_TRIAL = statement(
    """INSERT INTO licensing_usedtrial (account_id, mode, product_id, digest, license_id, used_at)
VALUES (:account_id, :mode, :product_id, :digest, :license_id, :now)
ON CONFLICT (account_id, mode, product_id, digest) DO NOTHING""",
    {"now": "bigint"},
)

# Which license that was. The same index.
TRIAL_OF_MACHINE = statement(
    """SELECT license_id FROM licensing_usedtrial
WHERE account_id = :account_id AND mode = :mode AND product_id = :product_id
  AND digest = :digest LIMIT 1"""
)

# Starts the clock of a license whose time has waited for its first use, once. Primary key.
START_LICENSE_CLOCK = statement(
    """UPDATE licensing_license SET expires_at = :expires_at, clock_started_at = :now
WHERE id = :license_id AND clock_started_at IS NULL RETURNING id""",
    {"expires_at": "bigint", "now": "bigint"},
)

# What happened, in the transaction in which it did.
# The product stands on the event too, so that it outlives the license. Primary key.
INSERT_EVENT = statement(
    """INSERT INTO webhooks_event (id, account_id, mode, type, license_id, object_id, data, actor,
    created_at, product_id)
VALUES (:id, :account_id, :mode, :type, :license_id, :object_id, :data, :actor, :now,
    (SELECT l.product_id FROM licensing_license l WHERE l.id = :license_id))""",
    {"license_id": "varchar"},
)

# The clock under the lock, on PostgreSQL; SQLite's is that of the process that holds it.
DATABASE_CLOCK = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
