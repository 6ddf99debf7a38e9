"""What is done to the seats of a locked license, as steps that run on either engine.

The order is always the same: read the rules, end what is due, look, decide (domain), write.
"""

import os
from collections.abc import Generator, Mapping
from typing import Any

import msgspec

from licenseapi_server.api.runtime import seat_sql
from licenseapi_server.api.runtime.locked_license import (
    read_license,
    record,
    refuse_unless,
    start_clock,
)
from licenseapi_server.api.runtime.presented_users import find_user
from licenseapi_server.api.runtime.seat_rows import (
    Arrival,
    LicenseSeats,
    Scene,
    SeatRow,
    component_digests,
)
from licenseapi_server.api.runtime.trials import use_trial
from licenseapi_server.api.runtime.uniqueness import refuse_elsewhere
from licenseapi_server.api.runtime.use import due_bounds, read_usage
from licenseapi_server.api.runtime.work import Ask, Work
from licenseapi_server.domain.activations import (
    Denied,
    Granted,
    Machine,
    Seat,
    SeatFacts,
    SeatRules,
    Usage,
    decide_activation,
    decide_move,
    find_end,
    is_live,
    seen_every,
)
from licenseapi_server.domain.ids import make_id
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.machine_digests import digest_fingerprint
from licenseapi_server.domain.problems import Problem, field_problem

Steps = Generator[Ask, list[Any], None]
PAGE = 1_000
# What a heartbeat brings back; what somebody has ended, only a new activation does.
REVIVABLE = frozenset({"dead", "dormant"})


def activate(scene: Scene, arrival: Arrival) -> Work[tuple[SeatRow, bool]]:
    """A seat for the machine, and whether it is a new one. Raises Problem."""
    license_ = yield from read_license(scene)
    refuse_unless("activate", license_.facts(scene.now))
    if "components" in (license_.requires or "") and not arrival.components:
        message = "`components` is required: the policy compares them at each validation."
        raise field_problem("/components", message, code="required")
    user_id = yield from find_user(scene, arrival.user)
    arrival = msgspec.structs.replace(arrival, user_id=user_id)
    yield from use_trial(scene, license_, arrival.keyed_fingerprint)
    rules = license_.rules()
    yield from _end_due(scene, rules)
    machine = arrival.machine()
    facts, machine = yield from _look(scene, machine)
    outcome = decide_activation(rules, facts, machine, scene.now)
    if isinstance(outcome, Denied):
        raise denial(outcome, scene.now)
    if outcome.seat is None or outcome.is_moved or outcome.seat.ended_at is not None:
        yield from refuse_elsewhere(scene, license_, machine.fingerprint_digest)
    if outcome.replaces is not None:
        yield from _end(scene, outcome.replaces, "moved" if outcome.is_moved else "replaced")
    if outcome.replaces is not None or outcome.is_moved:
        yield from _record_move(scene)
    if outcome.seat is None:
        activation_id = yield from _insert(scene, license_, arrival, outcome)
    else:
        activation_id = outcome.seat.id
        yield from _take_again(scene, arrival, outcome, seen_every(rules.dormant_after))
    if license_.first_activated_at is None:
        yield (seat_sql.NOTE_ACTIVATION, (scene.now, scene.license_id))
    yield from start_clock(scene, license_, "first_activation")
    found = yield (seat_sql.SEAT_BY_ID, (activation_id, scene.account_id, scene.mode))
    return SeatRow(*found[0]), outcome.seat is None


def beat(scene: Scene, activation_id: str) -> Work[SeatRow]:
    """A sign of life; the same machine comes back to life if there is a seat for it."""
    license_ = yield from read_license(scene)
    refuse_unless("heartbeat", license_.facts(scene.now))
    rules = license_.rules()
    name = (activation_id, scene.account_id, scene.mode)
    found = yield (seat_sql.SEAT_BY_ID, name)
    row = SeatRow(*found[0])
    if not is_live(row.as_seat(), rules, scene.now):
        yield from _end_due(scene, rules)
        found = yield (seat_sql.SEAT_BY_ID, name)
        row = SeatRow(*found[0])
    if row.ended_at is not None:
        if row.ended_reason not in REVIVABLE:
            detail = (
                f"The activation has been ended ({row.ended_reason}): activate the machine anew."
            )
            raise Problem("invalid_state", detail, ended_reason=row.ended_reason)
        facts, machine = yield from _look(scene, _machine_of(row))
        # A machine that fell silent takes nobody's seat when it comes back.
        polite = msgspec.structs.replace(rules, when_full="refuse")
        outcome = decide_activation(polite, facts, machine, scene.now)
        if isinstance(outcome, Denied):
            raise denial(outcome, scene.now)
        yield from refuse_elsewhere(scene, license_, machine.fingerprint_digest)
        yield from _take_again(scene, Arrival(fingerprint=row.fingerprint), outcome)
    yield (seat_sql.BEAT_ACTIVATION, (scene.now, activation_id))
    found = yield (seat_sql.SEAT_BY_ID, name)
    return SeatRow(*found[0])


def deactivate(
    scene: Scene,
    activation_id: str,
    *,
    is_forced: bool,
    reason: str = "deactivated",
    frees_seat: bool = False,
) -> Work[SeatRow]:
    """Give the seat up. Staff may do it whenever they want; others within the policy's budget.

    A living offline copy holds the seat until it ends, unless `frees_seat`.
    """
    license_ = yield from read_license(scene)
    rules = license_.rules()
    yield from _end_due(scene, rules)
    name = (activation_id, scene.account_id, scene.mode)
    found = yield (seat_sql.SEAT_BY_ID, name)
    row = SeatRow(*found[0])
    if row.ended_at is None:
        moves = yield (seat_sql.SEAT_MOVES, (scene.license_id,))
        denied = decide_move(rules, [at for (at,) in reversed(moves)], scene.now)
        if denied is not None and not is_forced:
            raise denial(denied, scene.now)
        yield from _end(scene, activation_id, reason)
        if not is_forced:
            yield from _record_move(scene)
    if frees_seat:
        yield from _free_seat(scene, row)
    found = yield (seat_sql.SEAT_BY_ID, name)
    return SeatRow(*found[0])


def _free_seat(scene: Scene, row: SeatRow) -> Steps:
    """Count the seat no more, although a copy of the license may still run there."""
    if row.seat_free_at is None or row.seat_free_at <= scene.now:
        return
    yield (seat_sql.FREE_SEAT, (scene.now, row.id))
    told = {"seat_free_at": render_instant(row.seat_free_at)}
    yield record(scene, "activation.seat_freed", row.id, told)


def read_rules(license_id: str) -> Work[SeatRules]:
    """What the policy says about seats, of a license that is not locked. Raises Problem."""
    rows = yield (seat_sql.SEAT_RULES, (license_id,))
    if not rows:
        raise Problem("not_found")
    return LicenseSeats(*rows[0]).rules()


def denial(denied: Denied, now: int) -> Problem:
    """The refusal, with what was counted and how long to wait."""
    members: dict[str, Any] = {}
    if denied.limit is not None:
        members = {"limit": denied.limit, "count": denied.count}
    headers = {}
    if denied.retry_at is not None:
        headers["Retry-After"] = str(max(1, -(-(denied.retry_at - now) // 1_000_000)))
    return Problem(denied.code, denied.detail, headers=headers, **members)


def _machine_of(row: SeatRow) -> Machine:
    return Machine(
        fingerprint_digest=bytes(row.fingerprint_digest),
        names=tuple(filter(None, (row.fingerprint, row.hostname))),
        cores=row.cores,
        memory_bytes=row.memory_bytes,
        disk_bytes=row.disk_bytes,
    )


def _end_due(scene: Scene, rules: SeatRules) -> Steps:
    """End what is dead or dormant by now, so that what is left counts."""
    now = scene.now
    bounds = due_bounds(rules, now)
    if bounds is None:
        return
    is_more = True
    while is_more:
        rows = yield (seat_sql.SEATS_PERHAPS_DUE, (scene.license_id, *bounds))
        found = [(row.id, find_end(row.as_seat(), rules, now)) for row in map(_as_row, rows)]
        due = [(activation_id, reason) for activation_id, reason in found if reason is not None]
        for activation_id, reason in due:
            yield from _end(scene, activation_id, reason)
        is_more = len(rows) == PAGE and bool(due)


def _as_row(columns: Any) -> SeatRow:
    return SeatRow(*columns)


def _end(scene: Scene, activation_id: str, reason: str) -> Steps:
    ended = yield (seat_sql.END_ACTIVATION, (scene.now, reason, activation_id))
    if ended:
        yield (seat_sql.COUNT_ACTIVATIONS, (-1, scene.license_id))
        yield record(scene, "activation.ended", activation_id, {"reason": reason})


def _record_move(scene: Scene) -> Steps:
    yield (seat_sql.RECORD_MOVE, (scene.account_id, scene.license_id, scene.now))


def _look(scene: Scene, machine: Machine) -> Work[tuple[SeatFacts, Machine]]:
    """Everything that the decision depends on; the machine with the host name it had before."""
    rows = yield (
        seat_sql.SEAT_BY_FINGERPRINT, (scene.license_id, machine.fingerprint_digest)
    )  # fmt: skip
    own = None
    if rows:
        known = SeatRow(*rows[0])
        own = known.as_seat(component_digests(known.named_components()))
        if known.hostname is not None and len(machine.names) == 1:
            machine = msgspec.structs.replace(machine, names=(*machine.names, known.hostname))
    candidates: tuple[Seat, ...] = ()
    if own is None or own.ended_at is not None:
        candidates = yield from _find_candidates(scene, machine)
    usage = yield (seat_sql.SEAT_USAGE, (scene.license_id, own.id if own else "", scene.now))
    spare = yield (seat_sql.NON_PRODUCTION_COUNT, (scene.license_id,))
    oldest = yield (seat_sql.OLDEST_SEAT, (scene.license_id, scene.now))
    moves = yield (seat_sql.SEAT_MOVES, (scene.license_id,))
    oldest_usage = Usage()
    if oldest:
        _, *size = oldest[0]
        oldest_usage = Usage(seats=1, cores=size[0], memory_bytes=size[1], disk_bytes=size[2])
    facts = SeatFacts(
        own=own,
        candidates=candidates,
        usage=read_usage(usage[0]),
        oldest=oldest[0][0] if oldest else None,
        oldest_usage=oldest_usage,
        non_production_count=spare[0][0],
        moves=tuple(at for (at,) in reversed(moves)),
    )
    return facts, machine


def _find_candidates(scene: Scene, machine: Machine) -> Work[tuple[Seat, ...]]:
    """Live machines with any of the presented components."""
    rows: dict[str, SeatRow] = {}
    for digest in sorted(machine.components):
        found = yield (seat_sql.SEATS_BY_COMPONENT, (scene.license_id, digest))
        rows |= {columns[0]: SeatRow(*columns) for columns in found}
    return tuple(row.as_seat(component_digests(row.named_components())) for row in rows.values())


def _insert(scene: Scene, license_: LicenseSeats, arrival: Arrival, granted: Granted) -> Work[str]:
    activation_id = make_id("act", scene.now, os.urandom(10))
    components = msgspec.json.encode(dict(arrival.components)).decode()
    yield (
        seat_sql.INSERT_ACTIVATION,
        (
            *(activation_id, scene.account_id, scene.mode, scene.license_id, license_.product_id),
            *(arrival.fingerprint, digest_fingerprint(arrival.fingerprint), components),
            *(arrival.name, arrival.hostname, arrival.platform, arrival.ip, arrival.user_id),
            *(arrival.cores or 0, arrival.memory_bytes or 0, arrival.disk_bytes or 0),
            *(granted.is_non_production, scene.now, arrival.metadata or "{}"),
        ),
    )
    yield from _write_components(scene, activation_id, arrival.components)
    yield (seat_sql.COUNT_ACTIVATIONS, (1, scene.license_id))
    yield record(scene, "activation.created", activation_id, {"hostname": arrival.hostname})
    return activation_id


def _take_again(scene: Scene, arrival: Arrival, granted: Granted, interval: int = 0) -> Steps:
    """The same machine, seen again: under another fingerprint, or after its end.

    Seen a short while ago, and nothing new about it, it is not worth a write.
    """
    seat = granted.seat
    if seat is None:
        return
    rows = yield (seat_sql.SEAT_BY_ID, (seat.id, scene.account_id, scene.mode))
    known = SeatRow(*rows[0])
    is_revived = known.ended_at is not None
    is_fresh = scene.now - known.last_seen_at < interval
    if is_fresh and not is_revived and not granted.is_moved and arrival.adds_nothing_to(known):
        return
    components = known.components
    if arrival.components:
        components = msgspec.json.encode(dict(arrival.components)).decode()
        yield (seat_sql.DELETE_COMPONENTS, (seat.id,))
        yield from _write_components(scene, seat.id, arrival.components)
    yield (
        seat_sql.UPDATE_ACTIVATION,
        (
            *(arrival.fingerprint, digest_fingerprint(arrival.fingerprint), components),
            *(arrival.name or known.name, arrival.hostname or known.hostname),
            *(arrival.platform or known.platform, arrival.ip or known.ip),
            arrival.user_id or known.user_id,
            known.cores if arrival.cores is None else arrival.cores,
            known.memory_bytes if arrival.memory_bytes is None else arrival.memory_bytes,
            known.disk_bytes if arrival.disk_bytes is None else arrival.disk_bytes,
            granted.is_non_production,
            scene.now if is_revived else known.activated_at,
            None if is_revived else known.heartbeat_at,
            scene.now,
            known.metadata if arrival.metadata is None else arrival.metadata,
            seat.id,
        ),
    )
    if is_revived:
        yield (seat_sql.COUNT_ACTIVATIONS, (1, scene.license_id))
        yield record(scene, "activation.revived", seat.id, {"after": known.ended_reason})
    if granted.is_moved:
        yield record(scene, "activation.moved", seat.id, {"from": known.fingerprint})


def _write_components(scene: Scene, activation_id: str, components: Mapping[str, str]) -> Steps:
    for digest in sorted(component_digests(components)):
        owner = (scene.account_id, scene.license_id, activation_id)
        yield (seat_sql.INSERT_COMPONENT, (*owner, digest))
