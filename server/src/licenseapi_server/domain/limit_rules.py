"""The rule about use beyond a limit, which a limit lowered later leaves behind."""

from licenseapi_server.domain.activations import effective_limit
from licenseapi_server.domain.facts import Facts, UseFacts, Verdict, refusal

_DETAIL = "More {} are in use than the license allows by now."
TOO_MANY_ACTIVATIONS = refusal("TOO_MANY_ACTIVATIONS", _DETAIL.format("activations"))
TOO_MANY_LEASES = refusal("TOO_MANY_LEASES", _DETAIL.format("leases"))
TOO_MANY_USERS = refusal("TOO_MANY_USERS", _DETAIL.format("users"))
TOO_MANY_CORES = refusal("TOO_MANY_CORES", _DETAIL.format("cores"))
TOO_MUCH_MEMORY = refusal(
    "TOO_MANY_MEMORY", "More memory is in use than the license allows by now."
)
TOO_MUCH_DISK = refusal(
    "TOO_MANY_DISK", "More disk space is in use than the license allows by now."
)

# In the order in which they are told; the names are those of Limits, without `max_`.
_TOLD = (
    ("activations", TOO_MANY_ACTIVATIONS),
    ("leases", TOO_MANY_LEASES),
    ("users", TOO_MANY_USERS),
    ("cores", TOO_MANY_CORES),
    ("memory_bytes", TOO_MUCH_MEMORY),
    ("disk_bytes", TOO_MUCH_DISK),
)


def check_within_limits(facts: Facts) -> Verdict | None:
    """10: no limit, its overage included, is exceeded, where the policy refuses that."""
    use = facts.use
    if use is None or use.over_limit != "refuse":
        return None
    return find_excess(use, use.overage_percent)


def find_excess(use: UseFacts, overage_percent: int) -> Verdict | None:
    """The first limit that is exceeded, with this overage."""
    for name, verdict in _TOLD:
        limit = effective_limit(getattr(use.limits, f"max_{name}"), overage_percent)
        if limit is not None and _used(use, name) > limit:
            return verdict
    return None


def _used(use: UseFacts, name: str) -> int:
    if name in {"leases", "users"}:
        return int(getattr(use, name))
    used: int = use.seats.seats if name == "activations" else getattr(use.seats, name)
    return used
