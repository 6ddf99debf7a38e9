"""What the statements of activations read and write, as values."""

import hashlib
from collections.abc import Mapping

import msgspec

from licenseapi_server.api.runtime.license_view import decode_entitlements, decode_overrides
from licenseapi_server.domain.activations import Machine, Seat, SeatRules
from licenseapi_server.domain.check_ins import compute_check_in_due
from licenseapi_server.domain.facts import Facts, GrantedEntitlement
from licenseapi_server.domain.leases import LeaseRules, find_feature
from licenseapi_server.domain.limits import Limits, effective_limits
from licenseapi_server.domain.machine_digests import digest_fingerprint

decode_components = msgspec.json.Decoder(dict[str, str]).decode
_decode_patterns = msgspec.json.Decoder(tuple[str, ...]).decode


class SeatRow(msgspec.Struct, frozen=True):
    """An activation's columns, in the order of seat_sql.SEAT_COLUMNS."""

    id: str
    license_id: str
    product_id: str
    fingerprint: str
    fingerprint_digest: bytes
    components: str
    name: str | None
    hostname: str | None
    platform: str | None
    ip: str
    user_id: str | None
    cores: int
    memory_bytes: int
    disk_bytes: int
    is_non_production: bool
    activated_at: int
    last_seen_at: int
    heartbeat_at: int | None
    ended_at: int | None
    ended_reason: str | None
    seat_free_at: int | None
    metadata: str
    created_at: int
    version: int

    def named_components(self) -> dict[str, str]:
        """What the machine was made of when it was last activated, by name."""
        return decode_components(self.components)

    def as_seat(self, components: frozenset[bytes] = frozenset()) -> Seat:
        """What the domain needs of it."""
        return Seat(
            id=self.id,
            fingerprint_digest=bytes(self.fingerprint_digest),
            components=components,
            activated_at=self.activated_at,
            last_seen_at=self.last_seen_at,
            heartbeat_at=self.heartbeat_at,
            ended_at=self.ended_at,
            is_non_production=bool(self.is_non_production),
            cores=self.cores,
            memory_bytes=self.memory_bytes,
            disk_bytes=self.disk_bytes,
        )


class LicenseSeats(msgspec.Struct, frozen=True):
    """A license under its lock, in the order of seat_sql.SEAT_RULES."""

    product_id: str
    starts_at: int | None
    expires_at: int | None
    suspended_at: int | None
    revoked_at: int | None
    customer_banned_at: int | None
    created_at: int
    overrides: str
    activation_count: int
    clock_started_at: int | None
    last_check_in_at: int | None
    first_activated_at: int | None
    check_in_interval: str | None
    duration: str | None
    expiration_basis: str
    expiration_strategy: str
    grace_period: str | None
    max_activations: int | None
    max_cores: int | None
    max_memory_bytes: int | None
    max_disk_bytes: int | None
    overage_percent: int
    when_full: str
    component_matching: str
    heartbeat_interval: int | None
    dead_after: int | None
    when_dead: str
    heartbeat_basis: str
    dormant_after: str | None
    deactivation_cooldown: str | None
    max_deactivations: int | None
    deactivation_period: str | None
    non_production: str
    max_non_production: int
    fingerprint_uniqueness: str
    policy_id: str
    requires: str | None
    is_floating: bool
    leasing: str
    lease_ttl: int | None
    max_borrow: str | None
    max_leases: int | None
    policy_entitlements: str
    entitlements: str
    is_trial_once: bool
    user_count: int

    def facts(self, now: int) -> Facts:
        """What decides whether something may be done with it."""
        return Facts(
            now=now,
            revoked_at=self.revoked_at,
            customer_banned_at=self.customer_banned_at,
            suspended_at=self.suspended_at,
            starts_at=self.starts_at,
            expires_at=self.expires_at,
            grace_period=self.grace_period,
            expiration_strategy=self.expiration_strategy,
            check_in_due_at=self.check_in_due_at,
        )

    @property
    def check_in_due_at(self) -> int | None:
        """By when it has to be checked in again."""
        return compute_check_in_due(
            self.check_in_interval,
            last_check_in_at=self.last_check_in_at,
            first_activated_at=self.first_activated_at,
            created_at=self.created_at,
            starts_at=self.starts_at,
        )

    @property
    def asks_for_machine(self) -> bool:
        """Whether a validation, and so a lease, asks for a machine that is activated."""
        if self.requires:
            return "fingerprint" in _decode_patterns(self.requires)
        return self.rules().limits.max_activations is not None

    def rules(self) -> SeatRules:
        """What the policy and the license's limits say about seats."""
        policy = Limits(
            max_activations=self.max_activations,
            max_cores=self.max_cores,
            max_memory_bytes=self.max_memory_bytes,
            max_disk_bytes=self.max_disk_bytes,
        )
        return SeatRules(
            limits=effective_limits(policy, decode_overrides(self.overrides)),
            overage_percent=self.overage_percent,
            when_full=self.when_full,
            component_matching=self.component_matching,
            heartbeat_interval=self.heartbeat_interval,
            dead_after=self.dead_after,
            when_dead=self.when_dead,
            heartbeat_basis=self.heartbeat_basis,
            starts_at=self.starts_at,
            dormant_after=self.dormant_after,
            deactivation_cooldown=self.deactivation_cooldown,
            max_deactivations=self.max_deactivations,
            deactivation_period=self.deactivation_period,
            non_production=_decode_patterns(self.non_production),
            max_non_production=self.max_non_production,
        )

    def find_feature(self, code: str, now: int) -> GrantedEntitlement | None:
        """The feature as it is carried now: the license's own attachments first."""
        own = decode_entitlements(self.entitlements)
        return find_feature((*own, *decode_entitlements(self.policy_entitlements)), code, now)

    def lease_rules(self, feature: GrantedEntitlement | None) -> LeaseRules:
        """What they say about leases of the license, or of one of its features."""
        limits = effective_limits(
            Limits(max_leases=self.max_leases), decode_overrides(self.overrides)
        )
        return LeaseRules(
            is_floating=bool(self.is_floating),
            leasing=self.leasing,
            lease_ttl=self.lease_ttl,
            max_borrow=self.max_borrow,
            max_leases=limits.max_leases,
            max_feature_leases=None if feature is None else feature.max_leases,
            overage_percent=self.overage_percent,
        )


# What a machine tells of itself, by column.
TOLD = (
    "name",
    "hostname",
    "platform",
    "cores",
    "memory_bytes",
    "disk_bytes",
    "metadata",
    "user_id",
)


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A machine as it was presented; absent members keep what is known of it."""

    fingerprint: str
    # Under which a trial is remembered when the license is long gone: no one can guess it back.
    keyed_fingerprint: bytes = b""
    components: Mapping[str, str] = {}
    name: str | None = None
    hostname: str | None = None
    platform: str | None = None
    ip: str = ""
    cores: int | None = None
    memory_bytes: int | None = None
    disk_bytes: int | None = None
    metadata: str | None = None
    # As it was presented; `user_id` is who that is.
    user: str | None = None
    user_id: str | None = None

    def adds_nothing_to(self, known: SeatRow) -> bool:
        """Whether all that was presented stands in the row already."""
        told = {name: getattr(self, name) for name in TOLD}
        if self.components and dict(self.components) != msgspec.json.decode(known.components):
            return False
        return all(value in (None, getattr(known, name)) for name, value in told.items())

    def machine(self) -> Machine:
        """What the domain needs of it."""
        return Machine(
            fingerprint_digest=digest_fingerprint(self.fingerprint),
            components=component_digests(self.components),
            names=tuple(filter(None, (self.fingerprint, self.hostname))),
            cores=self.cores,
            memory_bytes=self.memory_bytes,
            disk_bytes=self.disk_bytes,
        )


class Scene(msgspec.Struct, frozen=True):
    """Where it happens: whose license, by whom, when."""

    account_id: str
    mode: str
    license_id: str
    actor: str
    now: int


def component_digests(components: Mapping[str, str]) -> frozenset[bytes]:
    """One digest for each component: its name belongs to it."""
    return frozenset(
        hashlib.sha256(f"{name}\0{value}".encode()).digest() for name, value in components.items()
    )
