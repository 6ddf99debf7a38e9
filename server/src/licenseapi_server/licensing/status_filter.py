"""License status as SQL conditions: the same rules as `domain.license_state`, for lists.

A property test holds the two against each other.
"""

from collections.abc import Iterable

from django.db.models import Q

from licenseapi_server.domain.durations import add_duration, parse_duration
from licenseapi_server.domain.instants import DAY
from licenseapi_server.domain.license_state import INACTIVE_AFTER


def _last_instant_outside(grace_period: str, now: int) -> int:
    """The latest expiry whose grace is over at `now`. Calendars only go forward, so halving
    the span finds it.
    """
    span = parse_duration(grace_period)
    low, high = 0, now
    while low < high:
        middle = (low + high + 1) // 2
        if add_duration(middle, span) <= now:
            low = middle
        else:
            high = middle - 1
    return low


def status_condition(
    status: str, now: int, *, expiring_window_days: int, grace_periods: Iterable[str]
) -> Q:
    """The licenses that have `status` at `now`. `grace_periods`: those in use in the account."""
    revoked = Q(revoked_at__isnull=False)
    banned = Q(customer__banned_at__isnull=False)
    suspended = Q(suspended_at__isnull=False)
    free = ~revoked & ~banned & ~suspended
    pending = Q(starts_at__gt=now)
    started = free & (Q(starts_at__isnull=True) | Q(starts_at__lte=now))
    past = Q(expires_at__lte=now)
    in_grace = Q(pk__in=[])
    for text in grace_periods:
        in_grace |= Q(policy__grace_period=text, expires_at__gt=_last_instant_outside(text, now))
    soon = now + expiring_window_days * DAY
    far = Q(expires_at__isnull=True) | Q(expires_at__gt=soon)
    used_lately = Q(created_at__gte=now - INACTIVE_AFTER) | Q(
        last_validated_at__gte=now - INACTIVE_AFTER
    )
    unused = Q(created_at__lt=now - INACTIVE_AFTER) & (
        Q(last_validated_at__isnull=True) | Q(last_validated_at__lt=now - INACTIVE_AFTER)
    )
    conditions = {
        "revoked": revoked,
        "banned": ~revoked & banned,
        "suspended": ~revoked & ~banned & suspended,
        "pending": free & pending,
        "grace": started & past & in_grace,
        "expired": started & past & ~in_grace,
        "expiring": started & Q(expires_at__gt=now, expires_at__lte=soon),
        "inactive": started & far & unused,
        "active": started & far & used_lately,
    }
    return conditions[status]
