"""Instants: whole microseconds since the epoch, UTC; RFC 3339 text at the edges."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FORM = "must be a time like 2026-11-24T09:30:00Z (RFC 3339)"
MAX_INSTANT = 253_402_300_799_999_999
PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
_SHAPE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([Zz])|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
# All is UTC: without a zone isoformat() has no offset to write.
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001


def parse_instant(text: str) -> int:
    """The instant that an RFC 3339 text names, 1970 to 9999. Raises ValueError with a sentence."""
    found = _SHAPE.fullmatch(text)
    if not found:
        raise ValueError(FORM)
    year, month, day, hour, minute, second, fraction, _zulu, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if offset >= timedelta(days=1) or int(minutes or 0) >= 60:  # noqa: PLR2004 - minutes an hour
        message = "has an offset that does not exist"
        raise ValueError(message)
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            int(second),
            int((fraction or "0").ljust(6, "0")),
            tzinfo=timezone(-offset if sign == "-" else offset),
        )
        instant = (moment - EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError) as error:
        message = "is not a time that exists"
        raise ValueError(message) from error
    if not 0 <= instant <= MAX_INSTANT:
        message = "must lie between 1970 and 9999"
        raise ValueError(message)
    return instant


def to_datetime(instant: int) -> datetime:
    """The instant as an aware datetime in UTC."""
    return EPOCH + timedelta(microseconds=instant)


# Half the time of datetime.isoformat(), and an answer has four instants: days and minutes
# recur, and the rest is two numbers.
@lru_cache(maxsize=4096)
def _date_text(day: int) -> str:
    return (_NAIVE_EPOCH + timedelta(day)).date().isoformat()


_MINUTES = [f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(24 * 60)]


def render_instant(instant: int) -> str:
    """RFC 3339 in UTC, with `Z`; the fraction only when there is one."""
    day, rest = divmod(instant, DAY)
    minute, rest = divmod(rest, MINUTE)
    second, fraction = divmod(rest, SECOND)
    if fraction:
        return f"{_date_text(day)}{_MINUTES[minute]}{second:02d}.{fraction:06d}Z"
    return f"{_date_text(day)}{_MINUTES[minute]}{second:02d}Z"
