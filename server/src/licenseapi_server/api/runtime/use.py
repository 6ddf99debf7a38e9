"""What is in use of a license right now: counted only where a limit may be exceeded.

The counts on the license's row are exact for users. For machines they are an upper bound:
one that fell silent is counted there until the next write, but not here.
"""

from licenseapi_server.api.runtime import lease_sql, seat_sql
from licenseapi_server.api.runtime.license_view import limits_of
from licenseapi_server.api.runtime.rows import LicenseRow
from licenseapi_server.api.runtime.seat_rows import SeatRow
from licenseapi_server.api.runtime.work import Work
from licenseapi_server.domain.activations import SeatRules, Usage, find_end, silence_allowed
from licenseapi_server.domain.durations import add_duration, parse_duration
from licenseapi_server.domain.facts import UseFacts
from licenseapi_server.domain.instants import DAY

# A month's end may lie up to three days from where counting back puts it.
SLACK = 4 * DAY
MEBIBYTE = 1 << 20


def known_use(row: LicenseRow, seats: Usage, leases: int) -> UseFacts:
    """What is in use, with what has been counted of its machines and leases."""
    policy = row.policy
    return UseFacts(
        limits=limits_of(row),
        overage_percent=policy.overage_percent,
        over_limit=policy.over_limit,
        seats=seats,
        leases=leases,
        users=row.user_count,
    )


def may_exceed(row: LicenseRow) -> bool:
    """Whether a limit may be exceeded, as far as the row tells; mostly there is none."""
    policy = row.policy
    if row.overrides == "{}" and policy.max_activations is None and policy.max_users is None:
        sizes = (policy.max_cores, policy.max_memory_bytes, policy.max_disk_bytes)
        return sizes != (None, None, None) or counts_leases(row)
    limits = limits_of(row)
    if limits.max_users is not None and row.user_count > limits.max_users:
        return True
    return counts_machines(row) or counts_leases(row)


def counts_machines(row: LicenseRow) -> bool:
    """Whether its machines have to be counted. Seats that offline copies hold stand in no row
    of the license: a policy that refuses has them counted in any case.
    """
    limits = limits_of(row)
    if (limits.max_cores, limits.max_memory_bytes, limits.max_disk_bytes) != (None, None, None):
        return True
    if limits.max_activations is None:
        return False
    return row.policy.over_limit == "refuse" or row.activation_count > limits.max_activations


def counts_leases(row: LicenseRow) -> bool:
    """Whether its leases have to be counted: they end by the clock, so that no row of the license
    tells how many there are; and a borrow outlives a limit that was lowered by months.
    """
    return row.policy.is_floating and limits_of(row).max_leases is not None


def count_use(row: LicenseRow, now: int) -> Work[UseFacts]:
    """What is in use of the license, as far as it has to be counted."""
    seats, leases = Usage(), 0
    if counts_machines(row):
        seats = yield from count_seats(row.id, row.seat_rules(), now)
    if counts_leases(row):
        asked = (row.policy.leasing, b"", "", row.id, now, "")
        found = yield (lease_sql.SEATS_LEASED, asked)
        leases = found[0][0]
    return known_use(row, seats, leases)


def count_seats(license_id: str, rules: SeatRules, now: int) -> Work[Usage]:
    """What its machines take, those left out that are dead or dormant by now."""
    found = yield (seat_sql.SEAT_USAGE, (license_id, "", now))
    usage = read_usage(found[0])
    bounds = due_bounds(rules, now)
    if bounds is None:
        return usage
    rows = yield (seat_sql.SEATS_PERHAPS_DUE, (license_id, *bounds))
    for row in (SeatRow(*columns) for columns in rows):
        is_held = row.seat_free_at is not None and row.seat_free_at > now
        if row.is_non_production or is_held or find_end(row.as_seat(), rules, now) is None:
            continue
        usage = Usage(
            seats=usage.seats - 1,
            cores=usage.cores - row.cores,
            memory_bytes=usage.memory_bytes - row.memory_bytes,
            disk_bytes=usage.disk_bytes - row.disk_bytes,
        )
    return usage


def read_usage(columns: tuple[int, ...]) -> Usage:
    """The columns of SEAT_USAGE, whose bytes stand in two parts."""
    seats, cores, memory_mebibytes, memory_rest, disk_mebibytes, disk_rest = columns
    return Usage(
        seats=seats,
        cores=cores,
        memory_bytes=memory_mebibytes * MEBIBYTE + memory_rest,
        disk_bytes=disk_mebibytes * MEBIBYTE + disk_rest,
    )


def due_bounds(rules: SeatRules, now: int) -> tuple[int, bool, int] | None:
    """Between what SEATS_PERHAPS_DUE looks; None where no machine ever falls silent."""
    seen_before = beaten_before = -1
    if rules.dormant_after is not None:
        span = parse_duration(rules.dormant_after)
        seen_before = add_duration(now, span, times=-1) + (SLACK if span.months else 0)
    if rules.heartbeat_interval is not None and rules.when_dead == "release":
        beaten_before = now - silence_allowed(rules)
    if max(seen_before, beaten_before) < 0:
        return None
    return seen_before, rules.heartbeat_basis == "creation", beaten_before
