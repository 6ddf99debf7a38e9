"""When a signing key signs and when it is published: states by comparison with now.

pending → active → retiring → (unpublished), or revoked at any time (5-security, Signing keys).
"""

import msgspec

SECOND = 1_000_000
# A key that is the first of its kind signs at once, also on nodes whose clocks are behind.
CLOCK_SLACK = 60 * SECOND


class SigningTimes(msgspec.Struct, frozen=True):
    """The instants that decide a signing key's state."""

    signs_from: int
    signs_until: int | None
    published_until: int | None
    revoked_at: int | None


def compute_state(times: SigningTimes, now: int) -> str:
    """One of pending, active, retiring, retired, revoked."""
    if times.revoked_at is not None:
        return "revoked"
    if now < times.signs_from:
        return "pending"
    if times.signs_until is None or now < times.signs_until:
        return "active"
    if times.published_until is None or now < times.published_until:
        return "retiring"
    return "retired"


def is_published(times: SigningTimes, now: int) -> bool:
    """Whether the key set shows it: from its making until nothing it signed can be alive."""
    return compute_state(times, now) in {"pending", "active", "retiring"}


class Rotation(msgspec.Struct, frozen=True):
    """The instants of a rotation: when the new key takes over and the old one disappears."""

    takes_over_at: int
    old_published_until: int


def plan_rotation(now: int, jwks_max_age_seconds: int, max_life_seconds: int) -> Rotation:
    """The new key is published one cache lifetime before it signs; the old one outlives its tokens.

    `max_life_seconds` is the longest life of what the key signs, leeway included.
    """
    takes_over_at = now + jwks_max_age_seconds * SECOND
    retires = takes_over_at + (max_life_seconds + jwks_max_age_seconds) * SECOND
    return Rotation(takes_over_at, retires)
