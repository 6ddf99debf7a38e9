"""Which machine is this, and is there a seat for it?

An activation lives until somebody gives it up, its machine stops sending heartbeats, or it
is not seen for too long: instants compared with `now`, so that no job has to free a seat.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec

from licenseapi_server.domain.durations import add_duration, parse_duration
from licenseapi_server.domain.instants import HOUR, SECOND
from licenseapi_server.domain.limits import Limits

DEAD_AFTER_INTERVALS = 2
RESOURCES = ("cores", "memory_bytes", "disk_bytes")


class SeatRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy and a license's limits say about seats. Field names are the policy's.

    `starts_at` is the license's: before it a machine cannot be heard of, so that no silence
    counts that lies before it.
    """

    limits: Limits = Limits()
    overage_percent: int = 0
    when_full: str = "refuse"
    component_matching: str = "two"
    heartbeat_interval: int | None = None
    dead_after: int | None = None
    when_dead: str = "release"
    heartbeat_basis: str = "creation"
    starts_at: int | None = None
    dormant_after: str | None = None
    deactivation_cooldown: str | None = None
    max_deactivations: int | None = None
    deactivation_period: str | None = None
    non_production: tuple[str, ...] = ()
    max_non_production: int = 2


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """An activation as it stands in the database; instants in microseconds.

    `activated_at` is when it last began to live; `components` are digests.
    """

    id: str
    fingerprint_digest: bytes
    components: frozenset[bytes] = frozenset()
    activated_at: int
    last_seen_at: int
    heartbeat_at: int | None = None
    ended_at: int | None = None
    is_non_production: bool = False
    cores: int = 0
    memory_bytes: int = 0
    disk_bytes: int = 0


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """The machine that asks for a seat. `names`: fingerprint and host name.

    A size that is None was not told: it is what is known of the machine.
    """

    fingerprint_digest: bytes
    components: frozenset[bytes] = frozenset()
    names: tuple[str, ...] = ()
    cores: int | None = None
    memory_bytes: int | None = None
    disk_bytes: int | None = None


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What the other seats of the license take, those that need none left out."""

    seats: int = 0
    cores: int = 0
    memory_bytes: int = 0
    disk_bytes: int = 0


class SeatFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The seats of a license as they stand, after those that were due have been ended.

    `own` has the machine's fingerprint, live or not. `candidates` are live seats with any
    of its components. `oldest` is the longest unseen one that may be replaced. `moves` are
    when seats were given up or moved lately, oldest first.
    """

    own: Seat | None = None
    candidates: tuple[Seat, ...] = ()
    usage: Usage = Usage()
    oldest_usage: Usage = Usage()
    oldest: str | None = None
    non_production_count: int = 0
    moves: tuple[int, ...] = ()


def dies_at(seat: Seat, rules: SeatRules) -> int | None:
    """When the machine is dead unless it sends a heartbeat; None when it never is."""
    if rules.heartbeat_interval is None:
        return None
    since = seat.heartbeat_at
    if since is None:
        if rules.heartbeat_basis == "first_ping":
            return None
        since = seat.activated_at
    return max(since, rules.starts_at or 0) + silence_allowed(rules)


def silence_allowed(rules: SeatRules) -> int:
    """How long, in microseconds, a machine may send no heartbeat."""
    interval = rules.heartbeat_interval or 0
    return (rules.dead_after or DEAD_AFTER_INTERVALS * interval) * SECOND


def is_dead(seat: Seat, rules: SeatRules, now: int) -> bool:
    """Whether its heartbeats have stopped for too long."""
    at = dies_at(seat, rules)
    return at is not None and now >= at


def sleeps_at(seat: Seat, rules: SeatRules) -> int | None:
    """When the machine is dormant unless it is seen; None when it never is."""
    if rules.dormant_after is None:
        return None
    since = max(seat.last_seen_at, rules.starts_at or 0)
    return add_duration(since, parse_duration(rules.dormant_after))


def seen_every(dormant_after: str | None) -> int:
    """How often, in microseconds, it is worth a write that a machine was seen."""
    if dormant_after is None:
        return HOUR
    return min(HOUR, parse_duration(dormant_after).average_seconds * SECOND // 4)


def heartbeat_span(rules: SeatRules) -> int:
    """How many seconds there need be at most between two heartbeats."""
    return rules.heartbeat_interval or seen_every(rules.dormant_after) // SECOND


def is_dormant(seat: Seat, rules: SeatRules, now: int) -> bool:
    """Whether it has not been seen for so long that it stopped counting."""
    at = sleeps_at(seat, rules)
    return at is not None and now >= at


def find_end(seat: Seat, rules: SeatRules, now: int) -> str | None:
    """Why the activation no longer lives: dead or dormant; None while it does.

    What somebody has ended stands in its row.
    """
    if is_dormant(seat, rules, now):
        return "dormant"
    if rules.when_dead == "release" and is_dead(seat, rules, now):
        return "dead"
    return None


def is_live(seat: Seat, rules: SeatRules, now: int) -> bool:
    """Whether it is an activation that a validation finds."""
    return seat.ended_at is None and find_end(seat, rules, now) is None


def effective_limit(limit: int | None, overage_percent: int) -> int | None:
    """The limit with its overage: floor(limit * (100 + p) / 100). None is unlimited."""
    return None if limit is None else limit * (100 + overage_percent) // 100


def _needed(stored: int, matching: str) -> int:
    """How many of the stored components have to be there again."""
    return {"any": 1, "two": 2, "most": stored // 2 + 1, "all": stored}[matching]


def has_enough(stored: frozenset[bytes], presented: frozenset[bytes], rules: SeatRules) -> bool:
    """Whether enough of the stored components are there again; all of them always are."""
    needed = min(_needed(len(stored), rules.component_matching), len(stored))
    return len(stored & presented) >= needed


def _is_convincing(seat: Seat, machine: Machine, rules: SeatRules) -> bool:
    """Whether the components alone tell that this is the machine, under another fingerprint."""
    same = len(seat.components & machine.components)
    return same > 0 and same >= _needed(len(seat.components), rules.component_matching)


def recognize(candidates: Sequence[Seat], machine: Machine, rules: SeatRules) -> Seat | None:
    """The seat of a machine whose fingerprint has changed, by its components.

    Two equally good candidates are none: a guess could give one customer's seat to another.
    """
    found = [
        (len(seat.components & machine.components), seat)
        for seat in candidates
        if _is_convincing(seat, machine, rules)
    ]
    best = max((same for same, _ in found), default=0)
    matches = [seat for same, seat in found if same == best]
    return matches[0] if len(matches) == 1 else None


class Granted(msgspec.Struct, frozen=True):
    """There is a seat. `seat` is the machine's own, live or ended; None for a new one.

    `is_moved`: its fingerprint or its components are to change, which the budget counts.
    `replaces`: the id of the activation to be ended in the same transaction.
    """

    seat: Seat | None = None
    is_moved: bool = False
    is_non_production: bool = False
    replaces: str | None = None


class Denied(msgspec.Struct, frozen=True):
    """There is none: an error code, a sentence, and limit and count where there are any.

    `retry_at`: when asking again may be answered otherwise.
    """

    code: str
    detail: str
    limit: int | None = None
    count: int | None = None
    retry_at: int | None = None


def decide_activation(
    rules: SeatRules, facts: SeatFacts, machine: Machine, now: int
) -> Granted | Denied:
    """A seat for the machine, or why there is none."""
    own = facts.own
    if own is not None and own.ended_at is None:
        return _decide_again(rules, facts, machine, now)
    known = recognize(facts.candidates, machine, rules)
    if known is not None:
        return _decide_moved(rules, facts, (machine, known), now)
    machine = _as_known(machine, own)
    if _is_non_production(rules, facts, machine):
        return Granted(own, is_non_production=True)
    denied = _check_room(rules, facts.usage, machine)
    if denied is not None and _may_replace(rules, facts, denied, now):
        rest = _without(facts.usage, facts.oldest_usage)
        if _check_room(rules, rest, machine) is None:
            return Granted(own, replaces=facts.oldest)
    return denied or Granted(own)


def _decide_again(
    rules: SeatRules, facts: SeatFacts, machine: Machine, now: int
) -> Granted | Denied:
    """The machine has a living seat. Made of other parts, it has moved; larger, it must fit."""
    own = facts.own
    if own is None:
        return Granted()
    is_rebuilt = bool(
        own.components
        and machine.components
        and not has_enough(own.components, machine.components, rules)
    )
    denied = decide_move(rules, facts.moves, now) if is_rebuilt else None
    denied = denied or _check_growth(rules, facts.usage, machine, own)
    return denied or Granted(own, is_moved=is_rebuilt, is_non_production=own.is_non_production)


def _decide_moved(
    rules: SeatRules, facts: SeatFacts, found: tuple[Machine, Seat], now: int
) -> Granted | Denied:
    """The machine lives under another fingerprint: its seat moves, and the budget counts it."""
    machine, known = found
    rest = facts.usage if known.is_non_production else _without(facts.usage, _usage_of(known))
    denied = decide_move(rules, facts.moves, now) or _check_growth(rules, rest, machine, known)
    if denied is not None:
        return denied
    is_spare = known.is_non_production
    if facts.own is None:
        return Granted(known, is_moved=True, is_non_production=is_spare)
    # The new fingerprint has an activation of its own, which has ended: that one comes back.
    return Granted(facts.own, is_moved=True, is_non_production=is_spare, replaces=known.id)


def _usage_of(seat: Seat) -> Usage:
    return Usage(
        seats=1, cores=seat.cores, memory_bytes=seat.memory_bytes, disk_bytes=seat.disk_bytes
    )


def _as_known(machine: Machine, seat: Seat | None) -> Machine:
    """The machine with the sizes that it did not tell."""
    sizes = {
        name: getattr(seat, name) if seat is not None else 0
        for name in RESOURCES
        if getattr(machine, name) is None
    }
    return msgspec.structs.replace(machine, **sizes)


def _check_growth(rules: SeatRules, usage: Usage, machine: Machine, seat: Seat) -> Denied | None:
    """Whether a machine that has a seat fits if it is larger by now; others are left alone."""
    fitted = _as_known(machine, seat)
    grown = [name for name in RESOURCES if getattr(fitted, name) > getattr(seat, name)]
    if not grown or seat.is_non_production:
        return None
    return _check_sizes(rules, usage, fitted)


def _may_replace(rules: SeatRules, facts: SeatFacts, denied: Denied, now: int) -> bool:
    """Whether the longest unseen machine may be ended to make room."""
    return (
        rules.when_full == "replace_oldest"
        and denied.code == "activation_limit_reached"
        and facts.oldest is not None
        and decide_move(rules, facts.moves, now) is None
    )


def _without(usage: Usage, part: Usage) -> Usage:
    return Usage(
        seats=usage.seats - part.seats,
        cores=usage.cores - part.cores,
        memory_bytes=usage.memory_bytes - part.memory_bytes,
        disk_bytes=usage.disk_bytes - part.disk_bytes,
    )


def _is_non_production(rules: SeatRules, facts: SeatFacts, machine: Machine) -> bool:
    """Whether it matches a pattern, and there is room among those that take no seat."""
    if facts.non_production_count >= rules.max_non_production:
        return False
    return any(
        fnmatchcase(name, pattern) for pattern in rules.non_production for name in machine.names
    )


def _check_room(rules: SeatRules, usage: Usage, machine: Machine) -> Denied | None:
    """Whether the machine fits beside the others, in number and in size."""
    limit = effective_limit(rules.limits.max_activations, rules.overage_percent)
    if limit is not None and usage.seats >= limit:
        detail = f"The license allows {limit} activations, and {usage.seats} are in use."
        return Denied("activation_limit_reached", detail, limit, usage.seats)
    return _check_sizes(rules, usage, machine)


def _check_sizes(rules: SeatRules, usage: Usage, machine: Machine) -> Denied | None:
    for name in RESOURCES:
        limit = effective_limit(getattr(rules.limits, f"max_{name}"), rules.overage_percent)
        used, wanted = getattr(usage, name), getattr(machine, name)
        if limit is not None and used + wanted > limit:
            detail = f"The license allows {limit} `{name}`: {used} in use, {wanted} more asked for."
            return Denied("machine_limit_reached", detail, limit, used)
    return None


def decide_move(rules: SeatRules, moves: Sequence[int], now: int) -> Denied | None:
    """Whether one more seat may be given up or moved: the cool-down and the budget.

    `moves` are the instants of earlier ones, oldest first. None: it may.
    """
    if rules.deactivation_cooldown is not None and moves:
        until = add_duration(moves[-1], parse_duration(rules.deactivation_cooldown))
        if now < until:
            detail = "A seat of this license was given up or moved a short while ago."
            return Denied("cooldown_running", detail, retry_at=until)
    if rules.max_deactivations is None or rules.deactivation_period is None:
        return None
    period = parse_duration(rules.deactivation_period)
    recent = [at for at in moves if add_duration(at, period) > now]
    if len(recent) < rules.max_deactivations:
        return None
    retry_at = add_duration(recent[-rules.max_deactivations], period)
    detail = f"At most {rules.max_deactivations} seats may be given up or moved in {period.text}."
    return Denied(
        "deactivation_limit_reached", detail, rules.max_deactivations, len(recent), retry_at
    )
