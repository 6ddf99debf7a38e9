"""ISO 8601 durations, counted by the calendar from an anchor, in UTC.

31 January + P1M is 28 (or 29) February; + P2M from the same anchor is 31 March.
"""

import calendar
import re
from datetime import timedelta
from functools import lru_cache

import msgspec

from licenseapi_server.domain.instants import EPOCH, MAX_INSTANT, SECOND, to_datetime

PATTERN = (
    r"^P(?!$)([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$"
)
FORM = "must be an ISO 8601 duration like P1Y, P30D or PT12H"
MAX_LENGTH = 40
# The Gregorian calendar's average month, and the most days that 100 years can have.
AVERAGE_MONTH_SECONDS = 2_629_746
DAY_SECONDS = 86_400
MAX_SECONDS = 36_525 * DAY_SECONDS
_SHAPE = re.compile(
    r"P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?",
    re.ASCII,
)


class Duration(msgspec.Struct, frozen=True):
    """A span of calendar months, days, and seconds."""

    months: int
    days: int
    seconds: int
    text: str

    @property
    def average_seconds(self) -> int:
        """How long it is on average, for comparing; adding goes by the calendar."""
        return self.months * AVERAGE_MONTH_SECONDS + self.days * DAY_SECONDS + self.seconds


@lru_cache(maxsize=4096)
def parse_duration(text: str) -> Duration:
    """The span that `text` (like P1Y, P30D, PT12H) names. Raises ValueError with a sentence."""
    found = _SHAPE.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if not found:
        raise ValueError(FORM)
    years, months, weeks, days, hours, minutes, seconds = (
        int(group or 0) for group in found.groups()
    )
    span = Duration(
        months=years * 12 + months,
        days=weeks * 7 + days,
        seconds=hours * 3600 + minutes * 60 + seconds,
        text=text,
    )
    if span.average_seconds == 0:
        message = "must be longer than nothing"
        raise ValueError(message)
    if span.average_seconds > MAX_SECONDS:
        message = "must be at most 100 years"
        raise ValueError(message)
    return span


def add_duration(anchor: int, duration: Duration, *, times: int = 1) -> int:
    """The instant `times` durations after `anchor`; never beyond the year 9999."""
    moment = to_datetime(anchor)
    month_index = moment.year * 12 + moment.month - 1 + duration.months * times
    year, month = divmod(month_index, 12)
    if year > 9999:  # noqa: PLR2004 - the last year there is
        return MAX_INSTANT
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    moved = moment.replace(year=year, month=month + 1, day=day)
    try:
        moved += timedelta(days=duration.days * times, seconds=duration.seconds * times)
    except OverflowError:
        return MAX_INSTANT
    return (moved - EPOCH) // timedelta(microseconds=1)


def count_durations(anchor: int, duration: Duration, until: int) -> int | None:
    """How many durations lead exactly from `anchor` to `until`; None when no number does."""
    # The average is off by days at most over any stretch: never by half a duration.
    times = round((until - anchor) / SECOND / duration.average_seconds)
    is_exact = times > 0 and add_duration(anchor, duration, times=times) == until
    return times if is_exact else None
