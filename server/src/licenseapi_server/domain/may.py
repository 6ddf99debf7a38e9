"""What may still be done with a license in each state: one table for every runtime action.

The state is the code of the first rule about the license itself that speaks. Whoever may use
the license (no such rule speaks: in force, in grace, or expired and yet valid) may do anything;
what is handed out then ends by `latest_end`.
"""

from collections.abc import Mapping

from licenseapi_server.domain.facts import Facts, Verdict
from licenseapi_server.domain.license_rules import VALID
from licenseapi_server.domain.verdict import RULES

ACTIONS = (
    "deactivate",
    "release",
    "record_usage",
    "activate",
    "check_in",
    "heartbeat",
    "lease",
    "check_out",
    "consume",
    "mint",
    "permit",
)
# Giving back, and telling what has happened anyway: never refused.
_ALWAYS = frozenset({"deactivate", "release", "record_usage"})
_BEFORE_ITS_START = _ALWAYS | {"activate"}
MAY: Mapping[str, frozenset[str]] = {
    "NOT_FOUND": frozenset(),
    "KEY_REPLACED": frozenset(),
    "REVOKED": _ALWAYS,
    "BANNED": _ALWAYS,
    "SUSPENDED": _ALWAYS,
    "EXPIRED": _ALWAYS,
    "NOT_STARTED": _BEFORE_ITS_START,
    "CHECK_IN_OVERDUE": _BEFORE_ITS_START | {"check_in", "heartbeat"},
}
# The rules about the license itself: what an app presents is no part of its state.
LICENSE_RULES = tuple(rule for rule in RULES if rule.number < 8)  # noqa: PLR2004 - the scopes' number


def decide_may(action: str, facts: Facts) -> Verdict:
    """Whether `action` may be done now: truthy if so, else the code to refuse it with.

    Raises ValueError for an action that is not on the list.
    """
    if action not in ACTIONS:
        message = f"{action} is no action"
        raise ValueError(message)
    for rule in LICENSE_RULES:
        verdict = rule.check(facts)
        if verdict is not None:
            return VALID if action in MAY[verdict.code] else verdict
    return VALID


def latest_end(facts: Facts) -> int | None:
    """When every span that is handed out (token, permit, lease, file) has to end.

    None: the license sets no end, and the policy's maximum is the only one. That is so, too,
    where an expired license stays valid.
    """
    return facts.ends_at if ends_for_good(facts.expiration_strategy) else None


def ends_for_good(expiration_strategy: str) -> bool:
    """Whether an expired license is not valid any more, for any version."""
    return expiration_strategy in {"restrict", "revoke"}
