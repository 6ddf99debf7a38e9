"""Plans, months and token buckets."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.instants import MAX_INSTANT, SECOND, parse_instant, to_datetime
from licenseapi_server.domain.quotas import (
    PLANS,
    TEST_LICENSE_DAYS,
    TEST_PLAN,
    MonthClock,
    Plan,
    TokenBucket,
    month_bounds,
)

# The last month there is ends in the year 10000, which has no instant.
INSTANTS = st.integers(0, parse_instant("9999-11-30T23:59:59Z"))
NOW = parse_instant("2026-11-24T09:30:00Z")


def test_the_developer_plan_and_test_mode_have_the_limits_of_the_design() -> None:
    assert PLANS["developer"] == Plan("developer", 100, 1_000, 20, 100)
    assert PLANS["unlimited"] == Plan("unlimited", None, None, None, None)
    assert list(PLANS) == ["developer", "team", "business", "unlimited"]
    assert (TEST_PLAN.max_licenses, TEST_PLAN.max_requests_per_month) == (1_000, 10_000)
    assert TEST_LICENSE_DAYS == 90


def test_each_plan_allows_more_than_the_one_before() -> None:
    developer, team, business = (PLANS[name] for name in ("developer", "team", "business"))
    for field in ("max_licenses", "max_requests_per_month", "rate_per_second", "rate_burst"):
        assert getattr(developer, field) < getattr(team, field) < getattr(business, field)


@pytest.mark.parametrize(
    "row",
    [
        {"name": ""},
        {"name": "x", "max_licenses": -1},
        {"name": "x", "max_requests_per_month": 1.5},
        {"name": "x", "rate_per_second": 0, "rate_burst": 1},
        {"name": "x", "rate_per_second": -0.5, "rate_burst": 1},
        {"name": "x", "rate_per_second": 1, "rate_burst": 0},
        {"name": "x", "rate_per_second": 1},
        {"name": "x", "rate_burst": 1},
        {"name": "x", "max_seats": 1},
    ],
)
def test_an_operators_plan_that_makes_no_sense_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(row), type=Plan)


def test_an_operators_plan_is_read_as_it_stands() -> None:
    text = b'{"name": "tiny", "max_licenses": 0, "rate_per_second": 0.5, "rate_burst": 3}'

    assert msgspec.json.decode(text, type=Plan) == Plan("tiny", 0, None, 0.5, 3)


@given(INSTANTS)
def test_a_month_holds_its_instants_and_meets_its_neighbors(now: int) -> None:
    start, end = month_bounds(now)
    first = to_datetime(start)

    assert start <= now < end
    assert first == datetime(first.year, first.month, 1, tzinfo=UTC)
    assert month_bounds(end)[0] == end
    assert month_bounds(end - 1) == (start, end)


def test_the_month_turns_at_midnight_utc() -> None:
    december = parse_instant("2026-12-01T00:00:00Z")
    january = parse_instant("2027-01-01T00:00:00Z")

    assert month_bounds(december) == (december, january)
    assert month_bounds(december - 1)[1] == december
    assert month_bounds(january)[0] == january


@given(st.lists(INSTANTS, min_size=1, max_size=20))
def test_the_month_clock_agrees_with_the_calendar_in_any_order(instants: list[int]) -> None:
    clock = MonthClock()
    for now in instants:
        assert clock.start_of(now) == month_bounds(now)[0]


def test_a_bucket_lets_its_burst_through_and_then_its_rate() -> None:
    bucket = TokenBucket(20, 100, NOW)

    assert [bucket.take(NOW) for _ in range(100)] == [0.0] * 100
    assert bucket.take(NOW) == pytest.approx(0.05)
    assert bucket.take(NOW + SECOND // 20) == 0
    assert bucket.take(NOW + SECOND // 20) > 0
    assert [bucket.take(NOW + 2 * SECOND) for _ in range(39)] == [0.0] * 39
    assert bucket.take(NOW + 2 * SECOND) > 0


def test_a_refused_call_takes_nothing() -> None:
    bucket = TokenBucket(1, 1, NOW)
    bucket.take(NOW)
    for _ in range(1_000):
        assert bucket.take(NOW) == pytest.approx(1)
    assert bucket.take(NOW + SECOND) == 0


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    bucket = TokenBucket(20, 100, NOW)
    bucket.take(NOW)

    assert bucket.remaining == 99
    bucket.take(NOW + 3600 * SECOND)
    assert bucket.remaining == 99


def test_a_clock_that_steps_back_neither_fills_nor_drains() -> None:
    bucket = TokenBucket(1, 2, NOW)

    assert bucket.take(NOW) == 0
    assert bucket.take(NOW - 3600 * SECOND) == 0
    assert bucket.take(NOW - 3600 * SECOND) > 0
    assert bucket.take(NOW) > 0
    assert bucket.remaining == 0


@given(
    st.floats(0.01, 1000),
    st.integers(1, 1000),
    st.lists(st.integers(0, 5 * SECOND), min_size=1, max_size=300),
)
def test_no_pattern_of_calls_gets_more_than_burst_and_rate(
    rate: float, burst: int, gaps: list[int]
) -> None:
    bucket = TokenBucket(rate, burst, NOW)
    now, passed = NOW, 0
    for gap in gaps:
        now += gap
        passed += bucket.take(now) == 0

    assert passed <= burst + rate * (now - NOW) / SECOND + 1e-6


@given(st.floats(0.01, 1000), st.integers(1, 50))
def test_whoever_waits_as_told_gets_through(rate: float, burst: int) -> None:
    bucket = TokenBucket(rate, burst, NOW)
    for _ in range(burst):
        bucket.take(NOW)
    wait = bucket.take(NOW)

    assert wait > 0
    assert bucket.take(NOW + int(wait * SECOND) + 2) == 0


def test_the_last_month_of_all_has_bounds_too() -> None:
    start, end = month_bounds(MAX_INSTANT)

    assert start <= MAX_INSTANT < end
