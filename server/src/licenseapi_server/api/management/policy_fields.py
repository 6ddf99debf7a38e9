"""Every policy field: its type and its default. The model has a column for each."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from licenseapi_server.api.management.attachments import AttachedEntitlement, NewAttachments
from licenseapi_server.api.management.fields import (
    Change,
    Count,
    DurationText,
    Metadata,
    Name,
    ObjectId,
    Seconds,
)

Percent = Annotated[int, Meta(ge=0, le=1000)]
LeaseSeconds = Annotated[int, Meta(ge=60, le=86_400)]
SmallCount = Annotated[int, Meta(ge=0, le=1000)]
Glob = Annotated[str, Meta(min_length=1, max_length=200)]
Globs = Annotated[list[Glob], Meta(max_length=20)]
Requirement = Literal[
    "product", "policy", "fingerprint", "components", "user", "version", "entitlements", "lease"
]
Requirements = Annotated[list[Requirement], Meta(max_length=8)]


class Offline(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What of the license may be taken offline, at most."""

    allowed: bool = True
    max_ttl: DurationText = "P30D"
    max_live_files: Count | None = None


# One alias per field: the type that creation, change and answer share.
Duration = DurationText | None
ExpirationBasis = Literal["creation", "first_activation", "first_validation", "first_use"]
ExpirationStrategy = Literal["restrict", "revoke", "maintain", "allow"]
GracePeriod = DurationText | None
RenewalBasis = Literal["expiry", "now", "now_if_expired"]
TransferStrategy = Literal["reset_expiry", "keep_expiry"]
MaxActivations = Count | None
MaxLeases = Count | None
MaxUsers = Count | None
MaxCores = Count | None
MaxMemoryBytes = Count | None
MaxDiskBytes = Count | None
OveragePercent = Percent
OverLimit = Literal["warn", "refuse"]
WhenFull = Literal["refuse", "replace_oldest"]
Floating = bool
Leasing = Literal["per_process", "per_machine", "per_user"]
LeaseTtl = LeaseSeconds | None
MaxBorrow = DurationText | None
FingerprintUniqueness = Literal["license", "policy", "product", "account"]
ComponentMatching = Literal["any", "two", "most", "all"]
HeartbeatInterval = Seconds | None
DeadAfter = Seconds | None
WhenDead = Literal["release", "keep"]
HeartbeatBasis = Literal["creation", "first_ping"]
DormantAfter = DurationText | None
DeactivationCooldown = DurationText | None
MaxDeactivations = Count | None
DeactivationPeriod = DurationText | None
CheckInInterval = DurationText | None
Requires = Requirements | None
PermitTtl = DurationText
OutageGrace = DurationText
KeyFormat = Literal["random", "signed", "custom"]
Trial = bool
OneTrialPerFingerprint = bool
Maintenance = DurationText | None
NonProduction = Globs
MaxNonProduction = SmallCount


class NewPolicy(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A policy of a product. Only name and product are required: the rest has defaults."""

    product_id: ObjectId
    name: Name
    duration: Duration = None
    expiration_basis: ExpirationBasis = "creation"
    expiration_strategy: ExpirationStrategy = "restrict"
    grace_period: GracePeriod = None
    renewal_basis: RenewalBasis = "expiry"
    transfer_strategy: TransferStrategy = "keep_expiry"
    max_activations: MaxActivations = None
    max_leases: MaxLeases = None
    max_users: MaxUsers = None
    max_cores: MaxCores = None
    max_memory_bytes: MaxMemoryBytes = None
    max_disk_bytes: MaxDiskBytes = None
    overage_percent: OveragePercent = 0
    over_limit: OverLimit = "warn"
    when_full: WhenFull = "refuse"
    floating: Floating = False
    leasing: Leasing = "per_process"
    lease_ttl: LeaseTtl = None
    max_borrow: MaxBorrow = None
    fingerprint_uniqueness: FingerprintUniqueness = "license"
    component_matching: ComponentMatching = "two"
    heartbeat_interval: HeartbeatInterval = None
    dead_after: DeadAfter = None
    when_dead: WhenDead = "release"
    heartbeat_basis: HeartbeatBasis = "creation"
    dormant_after: DormantAfter = None
    deactivation_cooldown: DeactivationCooldown = None
    max_deactivations: MaxDeactivations = None
    deactivation_period: DeactivationPeriod = None
    check_in_interval: CheckInInterval = None
    requires: Requires = None
    permit_ttl: PermitTtl = "P3D"
    outage_grace: OutageGrace = "P7D"
    key_format: KeyFormat = "random"
    trial: Trial = False
    one_trial_per_fingerprint: OneTrialPerFingerprint = False
    maintenance: Maintenance = None
    non_production: NonProduction = msgspec.field(default_factory=list)
    max_non_production: MaxNonProduction = 2
    offline: Offline = msgspec.field(default_factory=Offline)
    entitlements: NewAttachments = msgspec.field(default_factory=list)
    metadata: Metadata = msgspec.field(default_factory=dict)


class PolicyChange(Change):
    """What may change of a policy: everything but its product."""

    name: Name | UnsetType = UNSET
    duration: Duration | UnsetType = UNSET
    expiration_basis: ExpirationBasis | UnsetType = UNSET
    expiration_strategy: ExpirationStrategy | UnsetType = UNSET
    grace_period: GracePeriod | UnsetType = UNSET
    renewal_basis: RenewalBasis | UnsetType = UNSET
    transfer_strategy: TransferStrategy | UnsetType = UNSET
    max_activations: MaxActivations | UnsetType = UNSET
    max_leases: MaxLeases | UnsetType = UNSET
    max_users: MaxUsers | UnsetType = UNSET
    max_cores: MaxCores | UnsetType = UNSET
    max_memory_bytes: MaxMemoryBytes | UnsetType = UNSET
    max_disk_bytes: MaxDiskBytes | UnsetType = UNSET
    overage_percent: OveragePercent | UnsetType = UNSET
    over_limit: OverLimit | UnsetType = UNSET
    when_full: WhenFull | UnsetType = UNSET
    floating: Floating | UnsetType = UNSET
    leasing: Leasing | UnsetType = UNSET
    lease_ttl: LeaseTtl | UnsetType = UNSET
    max_borrow: MaxBorrow | UnsetType = UNSET
    fingerprint_uniqueness: FingerprintUniqueness | UnsetType = UNSET
    component_matching: ComponentMatching | UnsetType = UNSET
    heartbeat_interval: HeartbeatInterval | UnsetType = UNSET
    dead_after: DeadAfter | UnsetType = UNSET
    when_dead: WhenDead | UnsetType = UNSET
    heartbeat_basis: HeartbeatBasis | UnsetType = UNSET
    dormant_after: DormantAfter | UnsetType = UNSET
    deactivation_cooldown: DeactivationCooldown | UnsetType = UNSET
    max_deactivations: MaxDeactivations | UnsetType = UNSET
    deactivation_period: DeactivationPeriod | UnsetType = UNSET
    check_in_interval: CheckInInterval | UnsetType = UNSET
    requires: Requires | UnsetType = UNSET
    permit_ttl: PermitTtl | UnsetType = UNSET
    outage_grace: OutageGrace | UnsetType = UNSET
    key_format: KeyFormat | UnsetType = UNSET
    trial: Trial | UnsetType = UNSET
    one_trial_per_fingerprint: OneTrialPerFingerprint | UnsetType = UNSET
    maintenance: Maintenance | UnsetType = UNSET
    non_production: NonProduction | UnsetType = UNSET
    max_non_production: MaxNonProduction | UnsetType = UNSET
    offline: Offline | UnsetType = UNSET
    entitlements: NewAttachments | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class Policy(msgspec.Struct, kw_only=True):
    """A policy as the API shows it."""

    id: str
    object: str = "policy"
    mode: str
    product_id: str
    name: str
    duration: Duration
    expiration_basis: ExpirationBasis
    expiration_strategy: ExpirationStrategy
    grace_period: GracePeriod
    renewal_basis: RenewalBasis
    transfer_strategy: TransferStrategy
    max_activations: MaxActivations
    max_leases: MaxLeases
    max_users: MaxUsers
    max_cores: MaxCores
    max_memory_bytes: MaxMemoryBytes
    max_disk_bytes: MaxDiskBytes
    overage_percent: OveragePercent
    over_limit: OverLimit
    when_full: WhenFull
    floating: Floating
    leasing: Leasing
    lease_ttl: LeaseTtl
    max_borrow: MaxBorrow
    fingerprint_uniqueness: FingerprintUniqueness
    component_matching: ComponentMatching
    heartbeat_interval: HeartbeatInterval
    dead_after: DeadAfter
    when_dead: WhenDead
    heartbeat_basis: HeartbeatBasis
    dormant_after: DormantAfter
    deactivation_cooldown: DeactivationCooldown
    max_deactivations: MaxDeactivations
    deactivation_period: DeactivationPeriod
    check_in_interval: CheckInInterval
    requires: Requires
    permit_ttl: PermitTtl
    outage_grace: OutageGrace
    key_format: KeyFormat
    trial: Trial
    one_trial_per_fingerprint: OneTrialPerFingerprint
    maintenance: Maintenance
    non_production: NonProduction
    max_non_production: MaxNonProduction
    offline: Offline
    entitlements: list[AttachedEntitlement]
    metadata: dict[str, str]
    archived_at: str | None
    created_at: str
    updated_at: str
    version: int


COLUMN_NAMES = tuple(
    name
    for name in NewPolicy.__struct_fields__
    if name not in {"product_id", "name", "offline", "entitlements", "metadata"}
)
