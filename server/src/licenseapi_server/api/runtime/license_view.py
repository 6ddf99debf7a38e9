"""What a validation shows of a license: the client view, and a little more for servers."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from licenseapi_server.api.principal import Principal
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.api.runtime.rows import LicenseRow
from licenseapi_server.domain.facts import GrantedEntitlement
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.license_state import (
    LicenseState,
    compute_ends_at,
    compute_status,
)
from licenseapi_server.domain.limits import Limits, effective_limits

decode_overrides = msgspec.json.Decoder(dict[str, int | str]).decode
decode_entitlements = msgspec.json.Decoder(tuple[GrantedEntitlement, ...]).decode
_LEASED = ("lease",)
_decode_requires = lru_cache(maxsize=256)(msgspec.json.Decoder(tuple[str, ...]).decode)


class ValidatedLicense(msgspec.Struct, kw_only=True):
    """A license as the software on a customer's machine may see it.

    `customer_id` is there only for a server's credential: an app never learns it.
    """

    id: str
    object: str = "license"
    name: str | None
    status: str
    key_hint: str
    product_id: str
    policy_id: str
    customer_id: str | msgspec.UnsetType | None = msgspec.UNSET
    starts_at: str | None
    expires_at: str | None
    ends_at: str | None
    last_check_in_at: str | None
    check_in_due_at: str | None
    maintenance_ends_at: str | None
    limits: Limits
    activation_count: int
    user_count: int
    metadata: dict[str, str]
    created_at: str


class Granted(NamedTuple):
    """What is attached to a policy and to a license, the policy's first."""

    items: tuple[GrantedEntitlement, ...]
    # Of each code the first, as long as no attachment can end.
    lasting: tuple[GrantedEntitlement, ...] | None


# Licenses of a policy share these texts; what a text means never changes.
@lru_cache(maxsize=4096)
def _grant(inherited: str, own: str) -> Granted:
    items = decode_entitlements(inherited) + decode_entitlements(own)
    can_end = any(item.expires_at is not None for item in items)
    return Granted(items, None if can_end else _first_of_each(items))


def _first_of_each(items: Iterable[GrantedEntitlement]) -> tuple[GrantedEntitlement, ...]:
    first: dict[str, GrantedEntitlement] = {}
    for item in items:
        first.setdefault(item.code, item)
    return tuple(first.values())


def entitlements_at(row: LicenseRow, now: int) -> tuple[GrantedEntitlement, ...]:
    """What the license carries now, its policy's first; an attachment may have ended."""
    granted = _grant(row.policy.entitlements, row.entitlements)
    if granted.lasting is not None:
        return granted.lasting
    return _first_of_each(
        item for item in granted.items if item.expires_at is None or item.expires_at > now
    )


def required_by(row: LicenseRow) -> tuple[str, ...]:
    """What the policy asks a validation to present: by default what is counted, the machine or
    the lease.
    """
    policy = row.policy
    if policy.requires:
        return _decode_requires(policy.requires)
    leased = _LEASED if policy.is_floating else ()
    if policy.max_activations is None and row.overrides == "{}":
        return leased
    return ("fingerprint", *leased) if limits_of(row).max_activations is not None else leased


def status_of(row: LicenseRow, now: int, expiring_window_days: int) -> str:
    """The computed status, with the account's window before an expiry."""
    state = LicenseState(
        created_at=row.created_at,
        starts_at=row.starts_at,
        expires_at=row.expires_at,
        suspended_at=row.suspended_at,
        revoked_at=row.revoked_at,
        customer_banned_at=row.customer_banned_at,
        last_used_at=row.last_validated_at,
        grace_period=row.policy.grace_period,
    )
    return compute_status(state, now, expiring_window_days=expiring_window_days)


def limits_of(row: LicenseRow) -> Limits:
    """The limits in force."""
    if row.overrides == "{}":
        return row.policy.limits
    return effective_limits(row.policy.limits, decode_overrides(row.overrides))


def view_license(row: LicenseRow, now: int, principal: Principal) -> ValidatedLicense:
    """The license for this kind of caller."""
    # Stored as JSON text by the server itself: passed on without decoding.
    metadata: Any = msgspec.Raw(row.metadata.encode())
    expires_at = optional_instant(row.expires_at)
    grace_period = row.policy.grace_period
    ends_at = expires_at
    if grace_period is not None:
        ends_at = optional_instant(compute_ends_at(row.expires_at, grace_period))
    return ValidatedLicense(
        id=row.id,
        name=row.name,
        status=status_of(row, now, principal.expiring_window_days),
        key_hint=row.key_hint,
        product_id=row.product_id,
        policy_id=row.policy_id,
        customer_id=msgspec.UNSET if principal.is_client else row.customer_id,
        starts_at=optional_instant(row.starts_at),
        expires_at=expires_at,
        ends_at=ends_at,
        last_check_in_at=optional_instant(row.last_check_in_at),
        check_in_due_at=optional_instant(row.check_in_due_at),
        maintenance_ends_at=optional_instant(row.maintenance_ends_at),
        limits=limits_of(row),
        activation_count=row.activation_count,
        user_count=row.user_count,
        metadata=metadata,
        created_at=render_instant(row.created_at),
    )
