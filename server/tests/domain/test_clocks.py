"""Clocks that wait for their start, and check-ins that are due."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.check_ins import compute_check_in_due
from licenseapi_server.domain.clocks import WAITING_BASES, expiry_from, is_waiting
from licenseapi_server.domain.instants import DAY, parse_instant, render_instant

NOW = parse_instant("2026-01-31T12:00:00Z")
BASES = ("creation", "first_activation", "first_validation", "first_use")
INSTANTS = st.integers(NOW - 900 * DAY, NOW + 900 * DAY)


@pytest.mark.parametrize(
    ("started_at", "basis", "duration"), list(itertools.product((None, NOW), BASES, (None, "P1M")))
)
def test_a_clock_waits_until_something_starts_it(
    started_at: int | None, basis: str, duration: str | None
) -> None:
    expected = started_at is None and basis in WAITING_BASES and duration is not None

    assert is_waiting(started_at, basis, duration) is expected


def test_time_is_counted_by_the_calendar_from_the_start_that_is_later() -> None:
    later = parse_instant("2028-01-31T00:00:00Z")

    assert render_instant(expiry_from(NOW, starts_at=None, duration="P1M"))[:10] == "2026-02-28"
    assert render_instant(expiry_from(NOW, starts_at=NOW - DAY, duration="P1M"))[:10] == (
        "2026-02-28"
    )
    assert render_instant(expiry_from(NOW, starts_at=later, duration="P1M"))[:10] == "2028-02-29"


def _due(interval: str | None = "P1M", **instants: int | None) -> int | None:
    given = {"last_check_in_at": None, "first_activated_at": None, "starts_at": None, **instants}
    return compute_check_in_due(interval, created_at=NOW, **given)  # type: ignore[arg-type]


def test_check_ins_are_counted_from_the_last_else_the_first_machine_else_the_start() -> None:
    week, weeks = NOW + 7 * DAY, NOW + 14 * DAY

    assert _due("P1D") == NOW + DAY
    assert _due("P1D", first_activated_at=week) == week + DAY
    assert _due("P1D", first_activated_at=week, last_check_in_at=weeks) == weeks + DAY
    assert _due("P1D", starts_at=week) == week + DAY
    assert _due("P1D", starts_at=NOW - 90 * DAY) == NOW + DAY
    assert _due(None, last_check_in_at=weeks) is None


def test_before_its_start_no_license_is_overdue() -> None:
    """It may be activated by then, but not checked in."""
    assert _due("P1D", first_activated_at=NOW, starts_at=NOW + 30 * DAY) == NOW + 31 * DAY


def test_months_between_check_ins_are_those_of_the_calendar() -> None:
    assert render_instant(_due("P1M") or 0)[:10] == "2026-02-28"


@given(INSTANTS, INSTANTS, INSTANTS, st.sampled_from(["PT1H", "P1D", "P1M", "P1Y"]))
def test_a_check_in_always_moves_the_next_one_on(
    first: int, last: int, starts_at: int, interval: str
) -> None:
    before = _due(interval, first_activated_at=first, starts_at=starts_at)
    after = _due(interval, last_check_in_at=max(first, last, NOW), starts_at=starts_at)

    assert before is not None
    assert after is not None
    assert after >= before
