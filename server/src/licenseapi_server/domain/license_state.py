"""The states of a license: computed from its instants, and what may be done in each."""

from collections.abc import Mapping

import msgspec

from licenseapi_server.domain.durations import add_duration, count_durations, parse_duration
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


def _find_imposed(state: LicenseState) -> str | None:
    """The status that someone has set, which no clock changes."""
    if state.revoked_at is not None:
        return "revoked"
    if state.customer_banned_at is not None:
        return "banned"
    return None if state.suspended_at is None else "suspended"


def compute_status(
    state: LicenseState, now: int, *, expiring_window_days: int = EXPIRING_WINDOW_DAYS
) -> str:
    """The first of STATUSES that holds (3-domain, License, Status)."""
    imposed = _find_imposed(state)
    if imposed is not None:
        return imposed
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

_FINAL = "The license is revoked, which is final: it cannot be {} any more."
_NOT_SUSPENDED = Refused("The license is not suspended, so there is nothing to reinstate.")
_NOT_REVOKED = Refused("Only a revoked license can be deleted: revoke it first.")

# action → what it meets in each state. Only the states that someone *set* matter here; the
# others (pending, grace, expired, …) follow from the clock and forbid no action.
_ACTIONS: Mapping[str, Mapping[str, str | Refused]] = {
    "suspend": {
        "normal": APPLY,
        "suspended": ALREADY_HOLDS,
        "revoked": Refused(_FINAL.format("suspended")),
    },
    "reinstate": {
        "normal": _NOT_SUSPENDED,
        "suspended": APPLY,
        "revoked": Refused(_FINAL.format("reinstated")),
    },
    "revoke": {"normal": APPLY, "suspended": APPLY, "revoked": ALREADY_HOLDS},
    "renew": {
        "normal": APPLY,
        "suspended": APPLY,
        "revoked": Refused(_FINAL.format("renewed")),
    },
    "extend": {
        "normal": APPLY,
        "suspended": APPLY,
        "revoked": Refused(_FINAL.format("extended")),
    },
    "transfer": {
        "normal": APPLY,
        "suspended": APPLY,
        "revoked": Refused(_FINAL.format("transferred")),
    },
    "roll_key": {
        "normal": APPLY,
        "suspended": APPLY,
        "revoked": Refused("The license is revoked, which is final: it gets no key any more."),
    },
    "update": {"normal": APPLY, "suspended": APPLY, "revoked": APPLY},
    "delete": {"normal": _NOT_REVOKED, "suspended": _NOT_REVOKED, "revoked": APPLY},
}
ACTIONS = tuple(_ACTIONS)


def decide_action(
    action: str, *, suspended_at: int | None, revoked_at: int | None
) -> str | Refused:
    """Whether `action` is to be applied, already holds, or is refused with a reason."""
    if revoked_at is not None:
        return _ACTIONS[action]["revoked"]
    return _ACTIONS[action]["normal" if suspended_at is None else "suspended"]


def initial_expiry(
    *, created_at: int, starts_at: int | None, duration: str | None, basis: str
) -> int | None:
    """Expiry at creation: counted from the later of creation and start.

    None for a perpetual license, and for one whose clock is started by its first use.
    """
    if duration is None or basis != "creation":
        return None
    return add_duration(max(created_at, starts_at or 0), parse_duration(duration))


def renewed_expiry(
    expires_at: int, *, now: int, duration: str, basis: str, anchor: int | None = None
) -> int:
    """Expiry after a renewal, by the policy's `renewal_basis`.

    `anchor` is the instant that the license's spans are counted from. While the expiry still
    lies on that count, the next one does too: a license of 31 January that is renewed by the
    month ends on 28 February and then on 31 March, not on 28 March.
    """
    span = parse_duration(duration)
    if basis == "now" or (basis == "now_if_expired" and now >= expires_at):
        return add_duration(now, span)
    return extended_expiry(expires_at, duration=duration, anchor=anchor)


def transferred_expiry(
    expires_at: int | None, *, now: int, starts_at: int | None, duration: str | None, strategy: str
) -> int | None:
    """Expiry under a new policy, by its `transfer_strategy` and its duration.

    Starting anew counts from now, or from a start still to come, whatever the basis of the
    policy: the first use of a license that has been used is over.
    """
    if strategy == "keep_expiry":
        return expires_at
    return initial_expiry(created_at=now, starts_at=starts_at, duration=duration, basis="creation")


def extended_expiry(expires_at: int, *, duration: str, anchor: int | None = None) -> int:
    """Expiry one duration later, counted from `anchor` while it lies on that count."""
    span = parse_duration(duration)
    times = None if anchor is None else count_durations(anchor, span, expires_at)
    if anchor is not None and times is not None:
        return add_duration(anchor, span, times=times + 1)
    return add_duration(expires_at, span)
