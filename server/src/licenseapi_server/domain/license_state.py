"""The states of a license: computed from its instants, and what may be done in each."""

from collections.abc import Mapping

import msgspec

from licenseapi_server.domain.durations import add_duration, parse_duration
from licenseapi_server.domain.instants import DAY

INACTIVE_AFTER = 90 * DAY
EXPIRING_WINDOW_DAYS = 14
STATUSES = (
    "revoked",
    "banned",
    "suspended",
    "pending",
    "grace",
    "expired",
    "expiring",
    "inactive",
    "active",
)


class LicenseState(msgspec.Struct, frozen=True):
    """What a status follows from. Instants in microseconds; None when it has not happened."""

    created_at: int
    starts_at: int | None = None
    expires_at: int | None = None
    suspended_at: int | None = None
    revoked_at: int | None = None
    customer_banned_at: int | None = None
    last_used_at: int | None = None
    grace_period: str | None = None


def compute_ends_at(expires_at: int | None, grace_period: str | None) -> int | None:
    """When the license is over: its expiry, and the grace after it."""
    if expires_at is None or grace_period is None:
        return expires_at
    return add_duration(expires_at, parse_duration(grace_period))


def compute_status(
    state: LicenseState, now: int, *, expiring_window_days: int = EXPIRING_WINDOW_DAYS
) -> str:
    """The first of STATUSES that holds (3-domain, License, Status)."""
    if state.revoked_at is not None:
        return "revoked"
    if state.customer_banned_at is not None:
        return "banned"
    if state.suspended_at is not None:
        return "suspended"
    if state.starts_at is not None and now < state.starts_at:
        return "pending"
    if state.expires_at is not None and now >= state.expires_at:
        ends_at = compute_ends_at(state.expires_at, state.grace_period)
        return "grace" if ends_at is not None and now < ends_at else "expired"
    if state.expires_at is not None and now >= state.expires_at - expiring_window_days * DAY:
        return "expiring"
    last_use = max(state.created_at, state.last_used_at or 0)
    return "inactive" if now - last_use > INACTIVE_AFTER else "active"


class Refused(msgspec.Struct, frozen=True):
    """An action that the state does not allow, with the sentence to say so."""

    detail: str


APPLY = "apply"
ALREADY_HOLDS = "already_holds"

# action → (states it may start from, the state in which it already holds).
# Only the three states that someone *set* matter here; the others follow from the clock.
_ACTIONS: Mapping[str, tuple[frozenset[str], str | None]] = {
    "suspend": (frozenset({"normal"}), "suspended"),
    "reinstate": (frozenset({"suspended"}), "normal"),
    "revoke": (frozenset({"normal", "suspended"}), "revoked"),
    "renew": (frozenset({"normal", "suspended"}), None),
    "extend": (frozenset({"normal", "suspended"}), None),
    "update": (frozenset({"normal", "suspended", "revoked"}), None),
    "delete": (frozenset({"revoked"}), None),
}
ACTIONS = tuple(_ACTIONS)


def decide_action(
    action: str, *, suspended_at: int | None, revoked_at: int | None
) -> str | Refused:
    """Whether `action` is to be applied, already holds, or is refused with a reason."""
    state = "revoked" if revoked_at else "suspended" if suspended_at else "normal"
    allowed, held = _ACTIONS[action]
    if state == held and action != "reinstate":
        return ALREADY_HOLDS
    if state in allowed:
        return APPLY
    if action == "reinstate" and state == "normal":
        return Refused("The license is not suspended, so there is nothing to reinstate.")
    if state == "revoked":
        return Refused(f"The license is revoked, which is final: it cannot {action} any more.")
    return Refused("Only a revoked license can be deleted: revoke it first.")


def initial_expiry(
    *, created_at: int, starts_at: int | None, duration: str | None, basis: str
) -> int | None:
    """Expiry at creation: counted from the later of creation and start.

    None for a perpetual license, and for one whose clock is started by its first use.
    """
    if duration is None or basis != "creation":
        return None
    return add_duration(max(created_at, starts_at or 0), parse_duration(duration))


def renewed_expiry(expires_at: int, *, now: int, duration: str, basis: str) -> int:
    """Expiry after a renewal, by the policy's `renewal_basis`."""
    starts_now = basis == "now" or (basis == "now_if_expired" and now >= expires_at)
    return add_duration(now if starts_now else expires_at, parse_duration(duration))
