"""The limits in force for a license: its policy's, unless it overrides them."""

from collections.abc import Mapping

import msgspec

UNLIMITED = "unlimited"
LIMIT_NAMES = (
    "max_activations",
    "max_leases",
    "max_users",
    "max_cores",
    "max_memory_bytes",
    "max_disk_bytes",
)


class Limits(msgspec.Struct, frozen=True):
    """None means unlimited."""

    max_activations: int | None = None
    max_leases: int | None = None
    max_users: int | None = None
    max_cores: int | None = None
    max_memory_bytes: int | None = None
    max_disk_bytes: int | None = None


def effective_limits(policy: Limits, overrides: Mapping[str, int | str]) -> Limits:
    """The policy's limits with the license's own in their place."""
    if not overrides:
        return policy
    own = {name: None if value == UNLIMITED else value for name, value in overrides.items()}
    return msgspec.structs.replace(policy, **own)
