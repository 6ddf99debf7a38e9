"""Plans, the month that requests are counted in, and token buckets."""

import calendar
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from licenseapi_server.domain.instants import DAY, EPOCH, SECOND, to_datetime

Count = Annotated[int, msgspec.Meta(ge=0)]
# A rate or burst of nothing would refuse every request, or divide by it.
Burst = Annotated[int, msgspec.Meta(ge=1)]
Rate = Annotated[int, msgspec.Meta(gt=0)] | Annotated[float, msgspec.Meta(gt=0)]


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an account may use. None means without limit; rates are requests per second."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    max_licenses: Count | None = None
    max_requests_per_month: Count | None = None
    rate_per_second: Rate | None = None
    rate_burst: Burst | None = None

    def __post_init__(self) -> None:
        """Half a rate limit would silently be none."""
        if (self.rate_per_second is None) != (self.rate_burst is None):
            message = "rate_per_second and rate_burst go together"
            raise ValueError(message)


PLANS: dict[str, Plan] = {
    plan.name: plan
    for plan in (
        Plan("developer", 100, 1_000, 20, 100),
        Plan("team", 5_000, 100_000, 100, 500),
        Plan("business", 100_000, 5_000_000, 500, 2_000),
        Plan("unlimited"),
    )
}
# Test mode costs nothing, so it has limits of its own: else it would be a free plan.
TEST_PLAN = Plan("test", 1_000, 10_000, 20, 100)
TEST_LICENSE_DAYS = 90


class MonthClock:
    """Month boundaries in UTC, computed once a month."""

    def __init__(self) -> None:
        self._start = self._end = 0

    def start_of(self, now: int) -> int:
        """The instant at which the month of `now` began."""
        if not self._start <= now < self._end:
            self._start, self._end = month_bounds(now)
        return self._start


def month_bounds(now: int) -> tuple[int, int]:
    """First instant of the month of `now`, and of the month after it, in UTC."""
    moment = to_datetime(now)
    start = (datetime(moment.year, moment.month, 1, tzinfo=UTC) - EPOCH).days * DAY
    return start, start + calendar.monthrange(moment.year, moment.month)[1] * DAY


def is_early(last_at: int, span_seconds: int, now: int) -> bool:
    """Whether a sign of life comes before half of its span is over: such a one counts."""
    return now - last_at < span_seconds * SECOND // 2


class TokenBucket:
    """Lets `burst` requests through at once and `rate` a second from then on."""

    __slots__ = ("_burst", "_level", "_rate", "_seen_at")

    def __init__(self, rate: float, burst: float, now: int) -> None:
        self._rate = rate / SECOND
        self._burst = burst
        self._level = burst
        self._seen_at = now

    def take(self, now: int) -> float:
        """Take one: 0 when there was one, else the seconds until there will be."""
        if now > self._seen_at:
            self._level = min(self._burst, self._level + (now - self._seen_at) * self._rate)
            self._seen_at = now
        if self._level >= 1:
            self._level -= 1
            return 0.0
        return (1 - self._level) / self._rate / SECOND

    @property
    def remaining(self) -> int:
        """How many more would pass right now."""
        return int(self._level)
