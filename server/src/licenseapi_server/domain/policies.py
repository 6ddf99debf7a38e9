"""Which policy fields go together. Structure and ranges are checked at the API's edge."""

from collections.abc import Mapping
from typing import Any

REQUIREMENTS = (
    "product",
    "policy",
    "fingerprint",
    "components",
    "user",
    "version",
    "entitlements",
    "lease",
)
DURATION_FIELDS = (
    "duration",
    "grace_period",
    "max_borrow",
    "dormant_after",
    "deactivation_cooldown",
    "deactivation_period",
    "check_in_interval",
    "permit_ttl",
    "outage_grace",
    "maintenance",
)


def find_conflicts(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Field and sentence for each combination that contradicts itself."""
    conflicts = []
    if policy["max_leases"] is not None and not policy["floating"]:
        conflicts.append(("max_leases", "`max_leases` needs `floating: true`."))
    if policy["lease_ttl"] is not None and not policy["floating"]:
        conflicts.append(("lease_ttl", "`lease_ttl` needs `floating: true`."))
    if policy["max_borrow"] is not None and not policy["floating"]:
        conflicts.append(("max_borrow", "`max_borrow` needs `floating: true`."))
    if policy["dead_after"] is not None:
        interval = policy["heartbeat_interval"]
        if interval is None:
            conflicts.append(("dead_after", "`dead_after` needs `heartbeat_interval`."))
        elif policy["dead_after"] < interval:
            message = "`dead_after` must be at least `heartbeat_interval`."
            conflicts.append(("dead_after", message))
    if policy["one_trial_per_fingerprint"] and not policy["trial"]:
        conflicts.append(("one_trial_per_fingerprint", "This needs `trial: true`."))
    has_period = policy["deactivation_period"] is not None
    if has_period != (policy["max_deactivations"] is not None):
        message = "`max_deactivations` and `deactivation_period` go together."
        conflicts.append(("max_deactivations", message))
    return conflicts
