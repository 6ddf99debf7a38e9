"""Durations: what is read, what is refused, and the calendar."""

import calendar

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from licenseapi_server.domain.durations import (
    Duration,
    add_duration,
    count_durations,
    parse_duration,
)
from licenseapi_server.domain.instants import (
    MAX_INSTANT,
    parse_instant,
    render_instant,
    to_datetime,
)

# Up to the year 2500, so that no test runs into the end of time by accident.
ANCHORS = st.integers(0, parse_instant("2500-01-01T00:00:00Z"))


def _after(anchor: str, duration: str, times: int = 1) -> str:
    instant = add_duration(parse_instant(anchor), parse_duration(duration), times=times)
    return render_instant(instant)


@pytest.mark.parametrize(
    ("text", "months", "days", "seconds"),
    [
        ("P1Y", 12, 0, 0),
        ("P1M", 1, 0, 0),
        ("PT1M", 0, 0, 60),
        ("P2W", 0, 14, 0),
        ("P1W3D", 0, 10, 0),
        ("P1Y2M3W4DT5H6M7S", 14, 25, 5 * 3600 + 6 * 60 + 7),
        ("P0Y1D", 0, 1, 0),
        ("PT36H", 0, 0, 129_600),
        ("P100Y", 1200, 0, 0),
        ("P36525D", 0, 36_525, 0),
    ],
)
def test_a_duration_is_read(text: str, months: int, days: int, seconds: int) -> None:
    assert parse_duration(text) == Duration(months, days, seconds, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1",
        "1Y",
        "p1y",
        "P1YT",
        "P1.5Y",
        "P-1Y",
        "-P1Y",
        "+P1Y",
        "P1D1M",
        "PT1S1H",
        "P1H",
        "P1Y\n",
        " P1Y",
        "P\u0661Y",
        "P" + "9" * 60 + "Y",
    ],
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="must be an ISO 8601 duration like P1Y, P30D or PT12H"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["P0D", "PT0S", "P0Y0M0W0DT0H0M0S"])
def test_nothing_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="must be longer than nothing"):
        parse_duration(text)


@pytest.mark.parametrize(
    "text",
    ["P101Y", "P1201M", "P36526D", "P100Y1M", "PT" + "9" * 37 + "S", "P" + "9" * 37 + "Y"],
)
def test_more_than_a_hundred_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be at most 100 years"):
        parse_duration(text)


@given(st.text(alphabet="PT0123456789YMWDHS.-", max_size=45))
def test_any_text_is_either_a_span_up_to_100_years_or_a_value_error(text: str) -> None:
    try:
        span = parse_duration(text)
    except ValueError:
        return
    assert 0 < span.average_seconds <= 36_525 * 86_400
    assert add_duration(0, span) > 0


def test_months_are_counted_from_the_anchor_and_keep_its_day() -> None:
    start = "2026-01-31T12:00:00Z"

    assert _after(start, "P1M") == "2026-02-28T12:00:00Z"
    assert _after(start, "P1M", times=2) == "2026-03-31T12:00:00Z"
    assert _after(start, "P1M", times=3) == "2026-04-30T12:00:00Z"
    assert _after(start, "P1M", times=25) == "2028-02-29T12:00:00Z"


@pytest.mark.parametrize(
    ("anchor", "duration", "expected"),
    [
        ("2024-02-29T00:00:00Z", "P1Y", "2025-02-28T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "P4Y", "2028-02-29T00:00:00Z"),
        ("2026-11-24T09:31:54.123456Z", "P1Y", "2027-11-24T09:31:54.123456Z"),
        ("2026-12-31T23:59:59Z", "PT1S", "2027-01-01T00:00:00Z"),
        ("2026-03-28T12:00:00Z", "P1D", "2026-03-29T12:00:00Z"),
        ("2026-12-15T00:00:00Z", "P1M", "2027-01-15T00:00:00Z"),
        # Months first, then days: 31 January, 28 February, 1 March.
        ("2026-01-31T00:00:00Z", "P1M1D", "2026-03-01T00:00:00Z"),
        ("9999-06-01T00:00:00Z", "P1Y", "9999-12-31T23:59:59.999999Z"),
        ("9999-12-31T00:00:00Z", "P2D", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_spans_go_by_the_calendar(anchor: str, duration: str, expected: str) -> None:
    assert _after(anchor, duration) == expected


@given(ANCHORS, st.integers(1, 1200))
def test_months_land_in_the_right_month_on_the_nearest_day(anchor: int, months: int) -> None:
    before = to_datetime(anchor)
    after = to_datetime(add_duration(anchor, parse_duration(f"P{months}M")))
    last_day = calendar.monthrange(after.year, after.month)[1]

    assert (after.year - before.year) * 12 + after.month - before.month == months
    assert after.day == min(before.day, last_day)
    assert after.time() == before.time()


@given(ANCHORS, st.integers(1, 12), st.integers(1, 100))
def test_times_n_of_a_month_is_once_n_months(anchor: int, months: int, times: int) -> None:
    one = parse_duration(f"P{months}M")
    all_at_once = parse_duration(f"P{months * times}M")

    assert add_duration(anchor, one, times=times) == add_duration(anchor, all_at_once)


@given(ANCHORS, st.integers(1, 3000), st.integers(0, 86_399))
def test_days_and_seconds_are_exact(anchor: int, days: int, seconds: int) -> None:
    span = parse_duration(f"P{days}DT{seconds}S")

    assert add_duration(anchor, span) == anchor + (days * 86_400 + seconds) * 1_000_000


@given(
    ANCHORS,
    st.integers(0, 36),
    st.integers(0, 400),
    st.integers(0, 100_000),
    st.integers(1, 50),
)
def test_counting_finds_how_many_durations_were_added(
    anchor: int, months: int, days: int, seconds: int, times: int
) -> None:
    assume(months or days or seconds)
    span = parse_duration(f"P{months}M{days}DT{seconds}S")
    until = add_duration(anchor, span, times=times)

    assert count_durations(anchor, span, until) == times
    assert count_durations(anchor, span, until + 1) is None


def test_nothing_counts_to_an_instant_at_or_before_the_anchor() -> None:
    month = parse_duration("P1M")

    assert count_durations(10**15, month, 10**15) is None
    assert count_durations(10**15, month, 0) is None


@given(st.integers(0, MAX_INSTANT), st.integers(1, 1200), st.integers(1, 1000))
def test_no_sum_leaves_the_range_of_instants(anchor: int, months: int, times: int) -> None:
    assert anchor <= add_duration(anchor, parse_duration(f"P{months}M"), times=times) <= MAX_INSTANT
