"""Seats: who lives, who is recognized, who fits; each by values and instants alone."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
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
    dies_at,
    effective_limit,
    find_end,
    is_live,
    recognize,
    sleeps_at,
)
from licenseapi_server.domain.instants import DAY, HOUR, SECOND, parse_instant
from licenseapi_server.domain.limits import Limits

NOW = parse_instant("2026-11-24T09:30:00Z")
SEAT = Seat(id="act_1", fingerprint_digest=b"one", activated_at=NOW, last_seen_at=NOW)
LAPTOP = Machine(fingerprint_digest=b"two", names=("laptop",))
BEATING = SeatRules(heartbeat_interval=60)
PARTS = frozenset({b"board", b"cpu", b"disk"})


def _seat(**changes: object) -> Seat:
    return msgspec.structs.replace(SEAT, **changes)


@pytest.mark.parametrize(
    ("rules", "seat", "until"),
    [
        (SeatRules(), SEAT, None),
        (BEATING, SEAT, NOW + 120 * SECOND),
        (BEATING, _seat(heartbeat_at=NOW + SECOND), NOW + 121 * SECOND),
        (SeatRules(heartbeat_interval=60, dead_after=90), SEAT, NOW + 90 * SECOND),
        (SeatRules(heartbeat_interval=60, heartbeat_basis="first_ping"), SEAT, None),
        (SeatRules(dormant_after="P30D"), SEAT, NOW + 30 * DAY),
        (SeatRules(dormant_after="PT1M", heartbeat_interval=60), SEAT, NOW + 60 * SECOND),
    ],
)
def test_a_seat_lives_to_the_microsecond(rules: SeatRules, seat: Seat, until: int | None) -> None:
    """It ends at the instant itself, and not before."""
    ends = (dies_at(seat, rules), sleeps_at(seat, rules))
    assert min((at for at in ends if at is not None), default=None) == until
    assert is_live(seat, rules, NOW)
    if until is not None:
        assert is_live(seat, rules, until - 1)
        assert not is_live(seat, rules, until)


def test_the_dead_are_kept_where_the_policy_says_so() -> None:
    """Dead and still live: a validation tells it, the seat stays taken."""
    kept = SeatRules(heartbeat_interval=60, when_dead="keep")
    assert find_end(SEAT, BEATING, NOW + HOUR) == "dead"
    assert find_end(SEAT, kept, NOW + HOUR) is None


@pytest.mark.parametrize(
    ("matching", "presented", "is_known"),
    [
        ("any", {b"cpu"}, True),
        ("two", {b"cpu"}, False),
        ("two", {b"cpu", b"disk"}, True),
        ("most", {b"cpu", b"disk"}, True),
        ("most", {b"cpu"}, False),
        ("all", {b"cpu", b"disk"}, False),
        ("all", set(PARTS), True),
        ("any", {b"fan"}, False),
        ("any", set(), False),
    ],
)
def test_components_recognize(matching: str, presented: set[bytes], *, is_known: bool) -> None:
    """So many of the stored ones have to be there again."""
    seat = _seat(components=PARTS)
    machine = Machine(fingerprint_digest=b"new", components=frozenset(presented))
    found = recognize([seat], machine, SeatRules(component_matching=matching))
    assert (found is seat) == is_known


def test_the_better_of_two_is_recognized_and_equals_are_not() -> None:
    """A guess could give one customer's seat to another."""
    first = _seat(id="act_1", components=frozenset({b"a", b"b", b"c"}))
    second = _seat(id="act_2", components=frozenset({b"a", b"b", b"d"}))
    rules = SeatRules()

    def find(*parts: bytes) -> Seat | None:
        machine = Machine(fingerprint_digest=b"new", components=frozenset(parts))
        return recognize([first, second], machine, rules)

    assert find(b"a", b"b", b"c") is first
    assert find(b"a", b"b") is None


LIMITED = SeatRules(limits=Limits(max_activations=2))


def _decide(rules: SeatRules, facts: SeatFacts, machine: Machine = LAPTOP) -> Granted | Denied:
    return decide_activation(rules, facts, machine, NOW)


def test_the_last_seat_is_given_and_no_further_one() -> None:
    """At the limit, not beyond it."""
    assert _decide(LIMITED, SeatFacts(usage=Usage(seats=1))) == Granted()
    denied = _decide(LIMITED, SeatFacts(usage=Usage(seats=2)))
    assert isinstance(denied, Denied)
    assert (denied.code, denied.limit, denied.count) == ("activation_limit_reached", 2, 2)


def test_an_own_living_seat_needs_no_room() -> None:
    """Whatever the others take by now."""
    assert _decide(LIMITED, SeatFacts(own=SEAT, usage=Usage(seats=9))) == Granted(SEAT)


def test_an_own_ended_seat_needs_room() -> None:
    """It comes back under the same id, if there is a place."""
    ended = _seat(ended_at=NOW - 1)
    assert _decide(LIMITED, SeatFacts(own=ended, usage=Usage(seats=1))) == Granted(ended)
    assert isinstance(_decide(LIMITED, SeatFacts(own=ended, usage=Usage(seats=2))), Denied)


def test_the_oldest_makes_room_only_where_it_helps() -> None:
    """Not for a machine that would not fit even then, and not beyond the budget."""
    rules = msgspec.structs.replace(
        LIMITED,
        when_full="replace_oldest",
        limits=Limits(max_activations=2, max_cores=16),
        max_deactivations=1,
        deactivation_period="P30D",
    )
    full = SeatFacts(
        usage=Usage(seats=2, cores=16), oldest="act_9", oldest_usage=Usage(seats=1, cores=8)
    )
    small, large = (msgspec.structs.replace(LAPTOP, cores=cores) for cores in (8, 9))
    assert _decide(rules, full, small) == Granted(replaces="act_9")
    assert isinstance(_decide(rules, full, large), Denied)
    spent = msgspec.structs.replace(full, moves=(NOW - DAY,))
    assert isinstance(_decide(rules, spent, small), Denied)


def test_moves_are_counted_over_the_period() -> None:
    """The oldest of them decides when the next one may be."""
    rules = SeatRules(max_deactivations=2, deactivation_period="P30D")
    assert decide_move(rules, [NOW - 31 * DAY, NOW - DAY], NOW) is None
    denied = decide_move(rules, [NOW - 29 * DAY, NOW - DAY], NOW)
    assert denied is not None
    assert denied.retry_at == NOW + DAY


@given(
    limit=st.none() | st.integers(1, 50),
    percent=st.integers(0, 300),
    used=st.integers(0, 200),
)
def test_a_seat_is_given_exactly_below_the_limit(
    limit: int | None, percent: int, used: int
) -> None:
    """Whatever the numbers: used + 1 <= floor(limit * (100 + p) / 100)."""
    rules = SeatRules(limits=Limits(max_activations=limit), overage_percent=percent)
    outcome = _decide(rules, SeatFacts(usage=Usage(seats=used)))
    allowed = effective_limit(limit, percent)
    assert isinstance(outcome, Granted) == (allowed is None or used + 1 <= allowed)
