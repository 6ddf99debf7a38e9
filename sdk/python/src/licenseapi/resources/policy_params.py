"""Parameters of the methods of policies: the rules that licenses are issued under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from licenseapi.params import ChangeOptions, ListParams, NewAttachment, WriteOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Required

Requirement = Literal[
    "product", "policy", "fingerprint", "components", "user", "version", "entitlements", "lease"
]


class OfflineRules(TypedDict, total=False):
    """What of a license may be taken offline, at most. `max_ttl` is an ISO 8601 duration."""

    allowed: bool
    max_ttl: str
    max_live_files: int | None


class PolicyRules(TypedDict, total=False):
    """Every rule. Spans are ISO 8601 durations, but for the seconds of leases and heartbeats.

    The reference page of the API says what each means and what it is by default.
    """

    duration: str | None
    expiration_basis: Literal["creation", "first_activation", "first_validation", "first_use"]
    expiration_strategy: Literal["restrict", "revoke", "maintain", "allow"]
    grace_period: str | None
    renewal_basis: Literal["expiry", "now", "now_if_expired"]
    transfer_strategy: Literal["reset_expiry", "keep_expiry"]
    max_activations: int | None
    max_leases: int | None
    max_users: int | None
    max_cores: int | None
    max_memory_bytes: int | None
    max_disk_bytes: int | None
    overage_percent: int
    over_limit: Literal["warn", "refuse"]
    when_full: Literal["refuse", "replace_oldest"]
    floating: bool
    leasing: Literal["per_process", "per_machine", "per_user"]
    lease_ttl: int | None
    max_borrow: str | None
    fingerprint_uniqueness: Literal["license", "policy", "product", "account"]
    component_matching: Literal["any", "two", "most", "all"]
    heartbeat_interval: int | None
    dead_after: int | None
    when_dead: Literal["release", "keep"]
    heartbeat_basis: Literal["creation", "first_ping"]
    dormant_after: str | None
    deactivation_cooldown: str | None
    max_deactivations: int | None
    deactivation_period: str | None
    check_in_interval: str | None
    requires: Sequence[Requirement] | None
    permit_ttl: str
    outage_grace: str
    key_format: Literal["random", "signed", "custom"]
    trial: bool
    one_trial_per_fingerprint: bool
    maintenance: str | None
    non_production: Sequence[str]
    max_non_production: int
    offline: OfflineRules
    entitlements: Sequence[NewAttachment]
    metadata: Mapping[str, str]


class NewPolicy(PolicyRules, WriteOptions, total=False):
    """A policy of a product. Only name and product are required: the rest has defaults."""

    product_id: Required[str]
    name: Required[str]


class PolicyChange(PolicyRules, ChangeOptions, total=False):
    """What may change of a policy: everything but its product."""

    name: str
    archived: bool


class PolicyList(ListParams, total=False):
    """Filters of the list."""

    product_id: str
