"""What the runtime's statements read, as values. Field order is the column order in sql.py."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import msgspec

from licenseapi_server.api.principal import Principal
from licenseapi_server.api.runtime.sql import LEASE_STATE_COLUMNS, SEAT_COLUMNS
from licenseapi_server.domain.activations import SeatRules
from licenseapi_server.domain.check_ins import compute_check_in_due
from licenseapi_server.domain.facts import Facts
from licenseapi_server.domain.license_keys import fold_license_key, has_own_form
from licenseapi_server.domain.limits import Limits
from licenseapi_server.domain.maintenance import compute_maintenance_end
from licenseapi_server.domain.scopes import effective_scopes
from licenseapi_server.domain.tokens import Token


class KeyRow(msgspec.Struct, frozen=True, dict=True):
    """An API key with its account, as one request needs it."""

    key_id: str
    account_id: str
    mode: str
    type: str
    scopes: str
    product_ids: str
    allowed_ips: str
    expires_at: int | None
    revoked_at: int | None
    gen: int
    plan: str
    is_account_enabled: bool
    max_token_ttl_seconds: int
    allowed_origins: str
    api_version: str | None
    expiring_window_days: int
    secret_id: str
    secret_expires_at: int | None
    is_token_denied: bool
    is_signing_key_live: bool

    @cached_property
    def ends_at(self) -> int | None:
        """When the key, or the secret presented, ends."""
        return min(
            (at for at in (self.expires_at, self.secret_expires_at) if at is not None),
            default=None,
        )

    @cached_property
    def holder(self) -> Principal:
        """Whoever presents the key itself."""
        return self.become(self.type, effective_scopes(self.type, self.scopes))

    def become(
        self, credential_type: str, scopes: frozenset[str], token: Token | None = None
    ) -> Principal:
        """The caller that this key, or a token of it, makes."""
        return Principal(
            credential_type=credential_type,
            account_id=self.account_id,
            mode=self.mode,
            plan=self.plan,
            key_id=self.key_id,
            secret_id=self.secret_id,
            scopes=scopes,
            product_ids=tuple(self.product_ids.split()),
            allowed_ips=tuple(self.allowed_ips.split()),
            gen=self.gen,
            key_expires_at=self.expires_at,
            max_token_ttl_seconds=self.max_token_ttl_seconds,
            expiring_window_days=self.expiring_window_days,
            license_id=token.license_id if token else "",
            activation_id=token.activation_id if token else "",
            subject=token.subject if token else "",
            token_id=token.jti if token else "",
            user=token.user if token else None,
        )


# A plan's requests are counted by account, mode and the instant at which the month began.
Counter = tuple[str, str, int]
KEY_FIELDS = len(KeyRow.__struct_fields__)


class PolicyRow(msgspec.Struct, frozen=True, dict=True):
    """What a license takes from its policy and product."""

    product_code: str
    requires: str | None
    is_floating: bool
    leasing: str
    expiration_strategy: str
    grace_period: str | None
    duration: str | None
    expiration_basis: str
    check_in_interval: str | None
    maintenance: str | None
    entitlements: str
    max_activations: int | None
    max_leases: int | None
    max_users: int | None
    max_cores: int | None
    max_memory_bytes: int | None
    max_disk_bytes: int | None
    overage_percent: int
    over_limit: str
    component_matching: str
    heartbeat_interval: int | None
    dead_after: int | None
    when_dead: str
    heartbeat_basis: str
    dormant_after: str | None
    permit_ttl: str
    outage_grace: str

    @cached_property
    def limits(self) -> Limits:
        """The limits of its licenses, unless they have their own."""
        return Limits(
            self.max_activations,
            self.max_leases,
            self.max_users,
            self.max_cores,
            self.max_memory_bytes,
            self.max_disk_bytes,
        )


POLICY_FIELDS = len(PolicyRow.__struct_fields__)
SEAT_LICENSE = [name.strip() for name in SEAT_COLUMNS.split(",")].index("a.license_id")
SEAT_FIELDS = len(SEAT_COLUMNS.split(","))
LEASE_FIELDS = len(LEASE_STATE_COLUMNS.split(","))


class LicenseRow(msgspec.Struct, frozen=True):
    """A license with its policy, product and customer, as a verdict needs it."""

    policy: PolicyRow
    id: str
    product_id: str
    policy_id: str
    customer_id: str | None
    name: str | None
    key_digest: bytes
    key_hint: str
    starts_at: int | None
    expires_at: int | None
    suspended_at: int | None
    revoked_at: int | None
    created_at: int
    last_validated_at: int | None
    entitlements: str
    overrides: str
    metadata: str
    activation_count: int
    user_count: int
    clock_started_at: int | None
    first_activated_at: int | None
    last_check_in_at: int | None
    previous_key_digest: bytes | None
    previous_key_until: int | None
    customer_banned_at: int | None

    @property
    def check_in_due_at(self) -> int | None:
        """By when it has to be checked in again; None where the policy asks for none."""
        interval = self.policy.check_in_interval
        if interval is None:
            return None
        return compute_check_in_due(
            interval,
            last_check_in_at=self.last_check_in_at,
            first_activated_at=self.first_activated_at,
            created_at=self.created_at,
            starts_at=self.starts_at,
        )

    @property
    def maintenance_ends_at(self) -> int | None:
        """From when on new versions are not covered; None where all are."""
        maintenance = self.policy.maintenance
        if maintenance is None:
            return None
        return compute_maintenance_end(
            maintenance, created_at=self.created_at, starts_at=self.starts_at
        )

    def facts(self, now: int) -> Facts:
        """What decides whether something may be done with it."""
        return Facts(
            now=now,
            revoked_at=self.revoked_at,
            customer_banned_at=self.customer_banned_at,
            suspended_at=self.suspended_at,
            starts_at=self.starts_at,
            expires_at=self.expires_at,
            grace_period=self.policy.grace_period,
            expiration_strategy=self.policy.expiration_strategy,
            check_in_due_at=self.check_in_due_at,
        )

    def seat_rules(self) -> SeatRules:
        """What is said about the machines that a validation finds."""
        policy = self.policy
        return SeatRules(
            component_matching=policy.component_matching,
            heartbeat_interval=policy.heartbeat_interval,
            dead_after=policy.dead_after,
            when_dead=policy.when_dead,
            heartbeat_basis=policy.heartbeat_basis,
            starts_at=self.starts_at,
            dormant_after=policy.dormant_after,
        )

    def has_key(self, digests: Sequence[bytes], now: int) -> bool:
        """Whether one of these is its key, or that before its last roll and still works."""
        if bytes(self.key_digest) in digests:
            return True
        until, previous = self.previous_key_until, self.previous_key_digest
        return previous is not None and until is not None and now < until and previous in digests


class SecretLookup(msgspec.Struct, frozen=True):
    """Find the key by the digest of its secret."""

    digest: bytes


class TokenLookup(msgspec.Struct, frozen=True):
    """Find the key that minted a token, and whether token and signing key still hold."""

    key_id: str
    account_id: str
    jti: str
    kid: str
    # A session of the customer portal: `key_id` is then its customer.
    is_portal: bool = False


def lookup_of(token: Token) -> TokenLookup:
    """How the facts of a token are found."""
    is_portal = bool(token.customer_id)
    return TokenLookup(token.key_id, token.account_id, token.jti, token.kid, is_portal)


class LicenseLookup(msgspec.Struct, frozen=True):
    """Find a license by its id, or by what a customer typed.

    Own keys are stored under the digest of their folded text, foreign ones as they are.
    """

    license_id: str = ""
    key: str = ""
    # The digest of a machine's fingerprint: its activation is loaded with the license.
    fingerprint: bytes | None = None
    # An activation by its id, whatever its fingerprint is by now: loaded with the license, which
    # may be named by it alone.
    activation_id: str = ""
    # A version of the product: when it was released is loaded with the license.
    version: str | None = None
    # A lease that is presented: it is loaded with the license too.
    lease_id: str | None = None
    # A user of the license, by id, the vendor's own id, or address: loaded with it.
    user: str | None = None
    digest: Callable[[str], bytes] | None = None

    def texts(self) -> tuple[str, str]:
        """Under which a license is looked for: the likelier first, the second if that finds none.

        Of two foreign keys that differ in case only, each is found by its own text.
        """
        folded = fold_license_key(self.key)
        return (folded, self.key) if has_own_form(folded) else (self.key, folded)

    def is_replaced(self, row: LicenseRow, now: int) -> bool:
        """Whether the row was found by a key that its license has no more."""
        if self.digest is None or row.previous_key_until is None:
            return False
        return not row.has_key(self.digests(), now)

    def digests(self) -> tuple[bytes, bytes]:
        """The same as digests, for whoever asks for both at once."""
        if self.digest is None:
            return b"", b""
        first, second = self.texts()
        return self.digest(first), self.digest(second)


def subject_of(token: Token) -> LicenseLookup:
    """The license that a token is for, and the activation that it is bound to."""
    return LicenseLookup(license_id=token.license_id, activation_id=token.activation_id)


class QuotaAsk(msgspec.Struct, frozen=True):
    """Take `wanted` (0 or 1) requests from the plan in the same round trip, if the key may
    call at all.
    """

    wanted: int
    scope: str
    month_start: int
    now: int


class Loaded(msgspec.Struct, frozen=True):
    """What one round trip brought. `is_quota_taken` is None where nobody asked."""

    key: KeyRow | None
    license: LicenseRow | None = None
    is_quota_taken: bool | None = None
    # The columns of the activation asked for, in the order of sql.SEAT_COLUMNS.
    seat: tuple[Any, ...] | None = None
    # When the version asked for was released; None when it is not listed.
    released_at: int | None = None
    # The same of the lease asked for: sql.LEASE_STATE_COLUMNS.
    lease: tuple[Any, ...] | None = None
    # Id and `banned_at` of the user asked for, if the license has such a user.
    user: tuple[Any, ...] | None = None


class SigningKeyRow(msgspec.Struct, frozen=True):
    """A signing key, private half still sealed."""

    kid: str
    account_id: str
    mode: str
    use: str
    public_jwk: str
    private_key_encrypted: bytes
    signs_from: int
    signs_until: int | None
    published_until: int | None
    revoked_at: int | None
    created_at: int
