"""A license moves through its life under a controlled clock: its code at each boundary."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.check_ins import compute_check_in_due
from licenseapi_server.domain.clocks import expiry_from
from licenseapi_server.domain.facts import Facts
from licenseapi_server.domain.instants import DAY, SECOND, parse_instant
from licenseapi_server.domain.license_state import LicenseState, compute_status
from licenseapi_server.domain.maintenance import compute_maintenance_end
from licenseapi_server.domain.verdict import decide, next_boundary

CREATED = parse_instant("2026-01-31T09:30:00Z")
STARTS = parse_instant("2026-02-15T00:00:00Z")
# One month from 31 January would be 28 February; from 15 February it is 15 March.
EXPIRES = parse_instant("2026-03-15T00:00:00Z")
ENDS = parse_instant("2026-03-22T00:00:00Z")
DUE = parse_instant("2026-03-08T00:00:00Z")
CHECKED_IN = parse_instant("2026-03-06T00:00:00Z")


def _life(strategy: str, *, checked_in_at: int | None) -> Facts:
    """Issued on 31 January, valid from 15 February for a month, with a week of grace."""
    due_at = compute_check_in_due(
        "P21D",
        last_check_in_at=checked_in_at,
        first_activated_at=None,
        created_at=CREATED,
        starts_at=STARTS,
    )
    return Facts(
        now=CREATED,
        starts_at=STARTS,
        expires_at=expiry_from(CREATED, starts_at=STARTS, duration="P1M"),
        grace_period="P7D",
        expiration_strategy=strategy,
        check_in_due_at=due_at,
    )


def _code(life: Facts, now: int) -> tuple[str, bool]:
    verdict = decide(msgspec.structs.replace(life, now=now))
    return verdict.code, verdict.is_valid


@pytest.mark.parametrize(
    ("strategy", "after"),
    [
        ("restrict", ("EXPIRED", False)),
        ("revoke", ("EXPIRED", False)),
        ("maintain", ("EXPIRED", True)),
        ("allow", ("EXPIRED", True)),
    ],
)
def test_the_code_changes_exactly_at_its_second(strategy: str, after: tuple[str, bool]) -> None:
    life = _life(strategy, checked_in_at=CHECKED_IN)
    phases = [
        (CREATED, ("NOT_STARTED", False)),
        (STARTS, ("VALID", True)),
        (EXPIRES, ("GRACE_PERIOD", True)),
        (ENDS, after),
    ]

    for (_begin, before), (boundary, then) in itertools.pairwise(phases):
        assert _code(life, boundary - SECOND) == before
        assert _code(life, boundary - 1) == before
        assert _code(life, boundary) == then


def test_a_missed_check_in_stops_it_until_it_is_made_good() -> None:
    silent = _life("restrict", checked_in_at=None)

    assert _code(silent, DUE - 1) == ("VALID", True)
    assert _code(silent, DUE) == ("CHECK_IN_OVERDUE", False)
    assert _code(silent, EXPIRES) == ("CHECK_IN_OVERDUE", False)
    assert _code(silent, ENDS) == ("EXPIRED", False)
    assert _code(_life("restrict", checked_in_at=DUE + 1), DUE + 1) == ("VALID", True)


def test_walking_from_boundary_to_boundary_meets_every_code() -> None:
    life = _life("restrict", checked_in_at=None)
    now: int | None = CREATED
    met = []
    while now is not None:
        at = msgspec.structs.replace(life, now=now)
        met.append(decide(at).code)
        now = next_boundary(at, ())

    # The expiry is a boundary too: what is overdue there stays so.
    assert met == ["NOT_STARTED", "VALID", "CHECK_IN_OVERDUE", "CHECK_IN_OVERDUE", "EXPIRED"]


def test_status_and_code_tell_the_same_story() -> None:
    life = _life("restrict", checked_in_at=CHECKED_IN)
    codes = {"pending": "NOT_STARTED", "grace": "GRACE_PERIOD", "expired": "EXPIRED"}
    state = LicenseState(
        created_at=CREATED, starts_at=STARTS, expires_at=EXPIRES, grace_period="P7D"
    )
    for now in range(CREATED, ENDS + 3 * DAY, DAY // 2):
        status = compute_status(state, now)
        assert _code(life, now)[0] == codes.get(status, "VALID")


def test_maintenance_ends_on_the_day_of_the_calendar() -> None:
    """A leap day's year ends on 28 February; a start to come is what counts."""
    leap = parse_instant("2028-02-29T00:00:00Z")
    end = compute_maintenance_end("P1Y", created_at=leap, starts_at=None)
    later = compute_maintenance_end("P1M", created_at=CREATED, starts_at=STARTS)

    assert end == parse_instant("2029-02-28T00:00:00Z")
    assert later == EXPIRES
    assert compute_maintenance_end(None, created_at=leap, starts_at=None) is None


@given(
    st.integers(CREATED - DAY, ENDS + 30 * DAY),
    st.sampled_from(["restrict", "revoke"]),
    st.none() | st.integers(CREATED, ENDS),
    st.none() | st.integers(CREATED - 400 * DAY, ENDS + 400 * DAY),
)
def test_no_version_and_no_check_in_bring_an_expired_license_back(
    now: int, strategy: str, checked_in_at: int | None, released_at: int | None
) -> None:
    life = _life(strategy, checked_in_at=checked_in_at)
    asked = msgspec.structs.replace(
        life, now=now, wanted_version="1.0", version_released_at=released_at
    )

    if now >= ENDS:
        assert decide(asked).code == "EXPIRED"
        assert not decide(asked)
