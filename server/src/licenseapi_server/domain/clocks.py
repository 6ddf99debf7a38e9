"""Clocks that wait: a license whose time is counted from its first use, not from its creation."""

from licenseapi_server.domain.durations import add_duration, parse_duration

# What a policy's `expiration_basis` may wait for.
WAITING_BASES = frozenset({"first_activation", "first_validation", "first_use"})


def is_waiting(clock_started_at: int | None, basis: str, duration: str | None) -> bool:
    """Whether the license's time has yet to begin; whatever set its expiry has begun it."""
    return clock_started_at is None and duration is not None and basis in WAITING_BASES


def expiry_from(now: int, *, starts_at: int | None, duration: str) -> int:
    """Expiry of a license whose clock starts now, or at a start still to come."""
    return add_duration(max(now, starts_at or 0), parse_duration(duration))
