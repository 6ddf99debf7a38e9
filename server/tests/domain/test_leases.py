"""Seats of floating licenses: who shares one, when there is none, and how long a lease lasts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.facts import GrantedEntitlement
from licenseapi_server.domain.instants import DAY, SECOND
from licenseapi_server.domain.leases import (
    DEFAULT_TTL_SECONDS,
    Holder,
    LeaseRules,
    SeatsTaken,
    choose_ttl,
    decide_seat,
    find_feature,
    find_lease_end,
    longest_borrow,
)
from licenseapi_server.domain.quotas import is_early

NOW = 1_790_000_000 * SECOND
COUNTS = st.integers(0, 200)
TAKEN = st.builds(SeatsTaken, others=COUNTS, is_seated=st.booleans())


def _rules(**changes: Any) -> LeaseRules:
    return LeaseRules(**{"is_floating": True, **changes})


def _feature(**changes: Any) -> GrantedEntitlement:
    return GrantedEntitlement(**{"id": "ent_1", "code": "export", **changes})


@given(TAKEN, TAKEN, st.none() | COUNTS, st.none() | COUNTS)
def test_a_seat_is_given_exactly_while_every_limit_has_room(
    license_: SeatsTaken, feature: SeatsTaken, seats: int | None, features: int | None
) -> None:
    """Whoever is seated already needs no room; a limit that is not there has all of it."""
    rules = _rules(max_leases=seats, max_feature_leases=features)
    has_room = all(
        limit is None or taken.is_seated or taken.others < limit
        for limit, taken in ((seats, license_), (features, feature))
    )
    denied = decide_seat(rules, license_, feature)
    assert (denied is None) == has_room
    if denied is not None:
        assert denied.code == "no_seat_available"
        assert denied.count == (feature if denied.is_of_feature else license_).others


def test_a_license_that_does_not_float_has_no_seats_to_count() -> None:
    """Only its features may."""
    rules = _rules(is_floating=False, max_leases=1, max_feature_leases=1)
    assert decide_seat(rules, SeatsTaken(others=9), SeatsTaken()) is None
    denied = decide_seat(rules, SeatsTaken(others=9), SeatsTaken(others=1))
    assert denied is not None
    assert denied.is_of_feature


@pytest.mark.parametrize(
    ("percent", "others", "is_free"), [(0, 2, False), (50, 2, True), (50, 3, False)]
)
def test_overage_is_room(percent: int, others: int, is_free: object) -> None:
    """Rounded down: two seats and half of that are three."""
    rules = _rules(max_leases=2, overage_percent=percent)
    assert (decide_seat(rules, SeatsTaken(others=others), SeatsTaken()) is None) is is_free


def test_what_takes_a_seat_is_what_the_policy_counts() -> None:
    """A process, its machine, or its user; without a user it is the process."""
    one = Holder(fingerprint="m1", process_id="a", user="alice")
    beside = Holder(fingerprint="m1", process_id="b", user="bob")
    elsewhere = Holder(fingerprint="m2", process_id="a", user="alice")
    nobody = Holder(fingerprint="m1", process_id="a")
    assert len({holder.seat("per_process") for holder in (one, beside, elsewhere)}) == 3
    assert one.seat("per_machine") == beside.seat("per_machine") != elsewhere.seat("per_machine")
    assert one.seat("per_user") == elsewhere.seat("per_user") != beside.seat("per_user")
    assert nobody.seat("per_user") == one.seat("per_process")


@given(st.text(max_size=9), st.text(max_size=9), st.text(max_size=9), st.text(max_size=9))
def test_no_two_processes_have_one_digest(a: str, b: str, c: str, d: str) -> None:
    """However machine and slot are cut out of the same text."""
    first, second = Holder(fingerprint=a, process_id=b), Holder(fingerprint=c, process_id=d)
    assert (first.digest == second.digest) == ((a, b) == (c, d))


def test_a_lease_lasts_as_long_as_asked_up_to_the_policy() -> None:
    """And as long as the policy says when nothing is asked."""
    assert choose_ttl(_rules(), None) == choose_ttl(_rules(), 86_400) == DEFAULT_TTL_SECONDS
    assert choose_ttl(_rules(lease_ttl=600), None) == choose_ttl(_rules(lease_ttl=600), 601) == 600
    assert choose_ttl(_rules(lease_ttl=600), 60) == 60


def test_a_borrow_is_bounded_by_the_calendar() -> None:
    """None where the policy has none."""
    assert longest_borrow(_rules(), NOW) is None
    assert longest_borrow(_rules(max_borrow="P7D"), NOW) == NOW + 7 * DAY


def test_a_lease_ends_at_its_second() -> None:
    """Not before, and not after; who ended it stands with it."""
    assert find_lease_end(NOW + 1, None, NOW) is None
    assert find_lease_end(NOW, None, NOW) == "expired"
    assert find_lease_end(NOW, "released", NOW) == "released"


def test_half_of_its_time_is_early_enough_to_renew() -> None:
    """At the very half it is free."""
    assert is_early(NOW, 60, NOW + 30 * SECOND - 1)
    assert not is_early(NOW, 60, NOW + 30 * SECOND)


def test_a_feature_is_that_of_the_license_before_that_of_its_policy() -> None:
    """Its own limit if it has one, and the longer of the two times."""
    own, inherited = _feature(max_leases=1, expires_at=NOW + DAY), _feature(max_leases=9)
    assert find_feature((own, inherited), "export", NOW) == _feature(max_leases=1)
    assert find_feature((_feature(), inherited), "export", NOW) == inherited
    assert find_feature((_feature(expires_at=NOW),), "export", NOW) is None
    both = (own, _feature(expires_at=NOW + 2 * DAY))
    assert find_feature(both, "export", NOW) == _feature(max_leases=1, expires_at=NOW + 2 * DAY)
    assert find_feature((own,), "import", NOW) is None
