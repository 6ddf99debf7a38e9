"""License states: the computed status, the actions each state allows, and expiry arithmetic."""

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from licenseapi_server.domain.durations import add_duration, parse_duration
from licenseapi_server.domain.instants import DAY, parse_instant, render_instant
from licenseapi_server.domain.license_state import (
    ACTIONS,
    ALREADY_HOLDS,
    APPLY,
    STATUSES,
    LicenseState,
    Refused,
    compute_ends_at,
    compute_status,
    decide_action,
    initial_expiry,
    renewed_expiry,
    transferred_expiry,
)

NOW = parse_instant("2026-11-24T09:30:00Z")
INSTANTS = st.integers(NOW - 400 * DAY, NOW + 400 * DAY)
MAYBE = st.none() | INSTANTS
STATES = st.builds(
    LicenseState,
    created_at=st.integers(NOW - 400 * DAY, NOW),
    starts_at=MAYBE,
    expires_at=MAYBE,
    suspended_at=MAYBE,
    revoked_at=MAYBE,
    customer_banned_at=MAYBE,
    last_used_at=MAYBE,
    grace_period=st.sampled_from([None, "PT1H", "P7D", "P1M"]),
)


def _state(**changes: int | str | None) -> LicenseState:
    return LicenseState(**{"created_at": NOW - DAY, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (_state(), "active"),
        (_state(revoked_at=NOW), "revoked"),
        (_state(customer_banned_at=NOW), "banned"),
        (_state(suspended_at=NOW), "suspended"),
        (_state(starts_at=NOW + 1), "pending"),
        (_state(starts_at=NOW), "active"),
        (_state(expires_at=NOW, grace_period="P7D"), "grace"),
        (_state(expires_at=NOW - 7 * DAY + 1, grace_period="P7D"), "grace"),
        (_state(expires_at=NOW - 7 * DAY, grace_period="P7D"), "expired"),
        (_state(expires_at=NOW), "expired"),
        (_state(expires_at=NOW + 1), "expiring"),
        (_state(expires_at=NOW + 14 * DAY), "expiring"),
        (_state(expires_at=NOW + 14 * DAY + 1), "active"),
        (_state(created_at=NOW - 90 * DAY), "active"),
        (_state(created_at=NOW - 90 * DAY - 1), "inactive"),
        (_state(created_at=NOW - 400 * DAY, last_used_at=NOW - 90 * DAY), "active"),
        (_state(created_at=NOW - 400 * DAY, last_used_at=NOW - 90 * DAY - 1), "inactive"),
    ],
)
def test_a_status_changes_exactly_at_its_instant(state: LicenseState, expected: str) -> None:
    assert compute_status(state, NOW) == expected


def test_the_first_status_that_holds_is_the_one_told() -> None:
    holding = {
        "revoked": {"revoked_at": NOW},
        "banned": {"customer_banned_at": NOW},
        "suspended": {"suspended_at": NOW},
        "pending": {"starts_at": NOW + 1},
        "expired": {"expires_at": NOW - 1},
    }
    for (first, one), (_second, other) in itertools.combinations(holding.items(), 2):
        assert compute_status(_state(**one, **other), NOW) == first


def test_the_window_of_expiring_is_the_accounts_own() -> None:
    state = _state(expires_at=NOW + 20 * DAY)

    assert compute_status(state, NOW) == "active"
    assert compute_status(state, NOW, expiring_window_days=20) == "expiring"
    assert compute_status(_state(expires_at=NOW + 1), NOW, expiring_window_days=0) == "active"


@given(STATES, INSTANTS)
def test_every_state_has_one_of_the_nine_statuses(state: LicenseState, now: int) -> None:
    status = compute_status(state, now)

    assert status in STATUSES
    assert (status == "revoked") == (state.revoked_at is not None)
    if status in {"grace", "expired"}:
        assert state.expires_at is not None
        ends_at = compute_ends_at(state.expires_at, state.grace_period)
        assert ends_at is not None
        assert state.expires_at <= now
        assert (status == "grace") == (now < ends_at)


@given(STATES, INSTANTS, st.integers(0, 400 * DAY))
def test_time_alone_never_revives_a_license_that_has_expired(
    state: LicenseState, now: int, later: int
) -> None:
    # A start behind the expiry is refused when it is set.
    assume(not (state.starts_at and state.expires_at and state.starts_at > state.expires_at))
    if compute_status(state, now) == "expired":
        assert compute_status(state, now + later) == "expired"


def test_grace_counts_from_the_expiry_by_the_calendar() -> None:
    expires_at = parse_instant("2027-01-31T00:00:00Z")

    assert compute_ends_at(None, "P1M") is None
    assert compute_ends_at(expires_at, None) == expires_at
    assert compute_ends_at(expires_at, "P1M") == parse_instant("2027-02-28T00:00:00Z")


# What each action meets: on a license that nobody touched, a suspended, a revoked one.
EXPECTED = {
    "suspend": (APPLY, ALREADY_HOLDS, "cannot be suspended any more"),
    "reinstate": ("not suspended", APPLY, "cannot be reinstated any more"),
    "revoke": (APPLY, APPLY, ALREADY_HOLDS),
    "renew": (APPLY, APPLY, "cannot be renewed any more"),
    "extend": (APPLY, APPLY, "cannot be extended any more"),
    "transfer": (APPLY, APPLY, "cannot be transferred any more"),
    "roll_key": (APPLY, APPLY, "gets no key any more"),
    "update": (APPLY, APPLY, APPLY),
    "delete": ("revoke it first", "revoke it first", APPLY),
}


def test_every_action_is_decided_in_every_state_as_the_table_says() -> None:
    states = ((None, None), (NOW, None), (None, NOW))
    assert set(EXPECTED) == set(ACTIONS)
    for action, row in EXPECTED.items():
        for expected, (suspended_at, revoked_at) in zip(row, states, strict=True):
            outcome = decide_action(action, suspended_at=suspended_at, revoked_at=revoked_at)
            if isinstance(outcome, Refused):
                assert expected in outcome.detail
                assert outcome.detail.endswith(".")
            else:
                assert outcome == expected


@pytest.mark.parametrize("action", ACTIONS)
def test_a_revoked_license_is_decided_alike_whether_or_not_it_was_suspended(action: str) -> None:
    plain = decide_action(action, suspended_at=None, revoked_at=NOW)

    assert decide_action(action, suspended_at=NOW, revoked_at=NOW) == plain


def test_an_instant_of_zero_is_a_revocation_too() -> None:
    assert decide_action("revoke", suspended_at=None, revoked_at=0) == ALREADY_HOLDS
    assert compute_status(_state(revoked_at=0), NOW) == "revoked"


def test_expiry_is_counted_from_the_later_of_creation_and_start() -> None:
    def expiry(starts_at: str | None, duration: str | None, basis: str) -> str | None:
        instant = initial_expiry(
            created_at=parse_instant("2026-01-31T00:00:00Z"),
            starts_at=None if starts_at is None else parse_instant(starts_at),
            duration=duration,
            basis=basis,
        )
        return None if instant is None else render_instant(instant)

    assert expiry(None, "P1M", "creation") == "2026-02-28T00:00:00Z"
    assert expiry("2025-06-01T00:00:00Z", "P1M", "creation") == "2026-02-28T00:00:00Z"
    assert expiry("2026-06-01T00:00:00Z", "P1M", "creation") == "2026-07-01T00:00:00Z"
    assert expiry(None, None, "creation") is None
    assert expiry(None, "P1M", "first_activation") is None


def test_a_transfer_keeps_the_expiry_or_counts_anew() -> None:
    def expiry(strategy: str, duration: str | None, starts_at: str | None = None) -> str | None:
        instant = transferred_expiry(
            parse_instant("2026-03-01T00:00:00Z"),
            now=parse_instant("2026-01-31T00:00:00Z"),
            starts_at=None if starts_at is None else parse_instant(starts_at),
            duration=duration,
            strategy=strategy,
        )
        return None if instant is None else render_instant(instant)

    assert expiry("keep_expiry", "P1M") == "2026-03-01T00:00:00Z"
    assert expiry("reset_expiry", "P1M") == "2026-02-28T00:00:00Z"
    assert expiry("reset_expiry", "P1M", "2025-01-01T00:00:00Z") == "2026-02-28T00:00:00Z"
    assert expiry("reset_expiry", "P1M", "2026-06-01T00:00:00Z") == "2026-07-01T00:00:00Z"
    assert expiry("reset_expiry", None) is None


@pytest.mark.parametrize(
    ("basis", "expires_at", "expected"),
    [
        ("expiry", "2026-12-31T00:00:00Z", "2027-12-31T00:00:00Z"),
        ("expiry", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("now", "2026-12-31T00:00:00Z", "2027-11-24T09:30:00Z"),
        ("now", "2026-01-01T00:00:00Z", "2027-11-24T09:30:00Z"),
        ("now_if_expired", "2026-12-31T00:00:00Z", "2027-12-31T00:00:00Z"),
        ("now_if_expired", "2026-01-01T00:00:00Z", "2027-11-24T09:30:00Z"),
        ("now_if_expired", "2026-11-24T09:30:00Z", "2027-11-24T09:30:00Z"),
    ],
)
def test_a_renewal_counts_from_what_the_policy_names(
    basis: str, expires_at: str, expected: str
) -> None:
    renewed = renewed_expiry(parse_instant(expires_at), now=NOW, duration="P1Y", basis=basis)

    assert render_instant(renewed) == expected


def test_renewals_by_the_month_keep_the_day_that_they_are_counted_from() -> None:
    anchor = parse_instant("2026-01-31T00:00:00Z")
    ends = []
    expires_at = add_duration(anchor, parse_duration("P1M"))
    for _ in range(4):
        ends.append(render_instant(expires_at)[:10])
        expires_at = renewed_expiry(
            expires_at, now=anchor, duration="P1M", basis="expiry", anchor=anchor
        )

    assert ends == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]


def test_a_renewal_of_an_expiry_that_was_set_by_hand_counts_from_that() -> None:
    anchor = parse_instant("2026-01-31T00:00:00Z")
    by_hand = parse_instant("2026-03-05T10:00:00Z")
    renewed = renewed_expiry(by_hand, now=anchor, duration="P1M", basis="expiry", anchor=anchor)

    assert render_instant(renewed) == "2026-04-05T10:00:00Z"


@given(INSTANTS, INSTANTS, st.sampled_from(["P1M", "P1Y", "P30D", "PT12H", "P1M1D"]), MAYBE)
def test_a_renewal_by_expiry_always_adds_time(
    expires_at: int, now: int, duration: str, anchor: int | None
) -> None:
    renewed = renewed_expiry(expires_at, now=now, duration=duration, basis="expiry", anchor=anchor)

    assert renewed > expires_at
