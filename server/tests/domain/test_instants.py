"""Instants: RFC 3339 in, RFC 3339 out, nothing lost between."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.instants import (
    EPOCH,
    HOUR,
    MAX_INSTANT,
    SECOND,
    parse_instant,
    render_instant,
    to_datetime,
)

INSTANTS = st.integers(0, MAX_INSTANT)


@given(INSTANTS)
def test_a_rendered_instant_reads_back_as_itself(instant: int) -> None:
    assert parse_instant(render_instant(instant)) == instant


@given(INSTANTS)
def test_rendering_agrees_with_the_standard_library(instant: int) -> None:
    moment = EPOCH + timedelta(microseconds=instant)

    assert render_instant(instant) == moment.isoformat().replace("+00:00", "Z")
    assert to_datetime(instant) == moment


@given(INSTANTS, st.integers(-23 * 60 - 59, 23 * 60 + 59))
def test_any_offset_names_the_same_instant(instant: int, offset_minutes: int) -> None:
    try:
        local = to_datetime(instant) + timedelta(minutes=offset_minutes)
    except OverflowError:
        return
    sign = "-" if offset_minutes < 0 else "+"
    hours, minutes = divmod(abs(offset_minutes), 60)
    text = local.replace(tzinfo=None).isoformat() + f"{sign}{hours:02d}:{minutes:02d}"

    assert parse_instant(text) == instant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:01z", SECOND),
        ("1970-01-01 00:00:01Z", SECOND),
        ("1970-01-01T00:00:00.5Z", SECOND // 2),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:00:00-01:00", 0),
        ("2024-02-29T00:00:00Z", 1_709_164_800 * SECOND),
        ("9999-12-31T23:59:59.999999Z", MAX_INSTANT),
    ],
)
def test_a_time_is_read(text: str, expected: int) -> None:
    assert parse_instant(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "must be a time like"),
        ("yesterday", "must be a time like"),
        ("2026-11-24", "must be a time like"),
        ("2026-11-24T09:30:00", "must be a time like"),
        ("2026-11-24T09:30Z", "must be a time like"),
        ("2026-11-24T09:30:00.1234567Z", "must be a time like"),
        ("2026-11-24T09:30:00.Z", "must be a time like"),
        ("2026-11-24T09:30:00Z\n", "must be a time like"),
        (" 2026-11-24T09:30:00Z", "must be a time like"),
        ("\u0662\u0660\u0662\u0666-11-24T09:30:00Z", "must be a time like"),
        ("2026-11-24T09:30:00+0100", "must be a time like"),
        ("12026-11-24T09:30:00Z", "must be a time like"),
        ("2026-02-29T00:00:00Z", "is not a time that exists"),
        ("2026-13-01T00:00:00Z", "is not a time that exists"),
        ("2026-11-24T24:00:00Z", "is not a time that exists"),
        ("2026-11-24T09:30:60Z", "is not a time that exists"),
        ("0000-01-01T00:00:00Z", "is not a time that exists"),
        ("2026-11-24T09:30:00+24:00", "has an offset that does not exist"),
        ("2026-11-24T09:30:00+01:60", "has an offset that does not exist"),
        ("1969-12-31T23:59:59Z", "must lie between 1970 and 9999"),
        ("1970-01-01T00:00:00+00:01", "must lie between 1970 and 9999"),
        ("9999-12-31T23:59:59-00:01", "must lie between 1970 and 9999"),
    ],
)
def test_what_is_no_time_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_instant(text)


@given(st.text(max_size=40))
def test_any_text_is_either_an_instant_in_range_or_a_value_error(text: str) -> None:
    try:
        instant = parse_instant(text)
    except ValueError:
        return
    assert 0 <= instant <= MAX_INSTANT


def test_units_are_microseconds() -> None:
    assert to_datetime(HOUR) == datetime(1970, 1, 1, 1, tzinfo=UTC)
