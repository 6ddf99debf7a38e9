"""How a license's row is shown, and what it may be expanded with."""

from collections.abc import Sequence
from typing import cast

import msgspec
from django.db.models import QuerySet

from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.management import attachments, customers, policies, products
from licenseapi_server.api.management.license_fields import License, Status
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.domain.check_ins import compute_check_in_due
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.license_state import (
    LicenseState,
    compute_ends_at,
    compute_status,
)
from licenseapi_server.domain.limits import LIMIT_NAMES, Limits, effective_limits
from licenseapi_server.domain.maintenance import compute_maintenance_end
from licenseapi_server.domain.problems import Problem
from licenseapi_server.licensing import models

EXPANSION_SCOPES = {
    "customer": "customers:read",
    "policy": "policies:read",
    "product": "products:read",
}


def with_relations(rows: "QuerySet[models.License]") -> "QuerySet[models.License]":
    """What rendering needs, in the same query whatever the number of rows."""
    return rows.select_related("policy", "customer", "product")


def check_expansion(call: AnyCall, names: Sequence[str]) -> None:
    """Raise Problem unless the caller may read what it wants to expand."""
    missing = [
        EXPANSION_SCOPES[name]
        for name in names
        if EXPANSION_SCOPES[name] not in call.principal.scopes
    ]
    if missing:
        detail = f"Expanding needs the scope {missing[0]}."
        raise Problem("insufficient_scope", detail, missing_scopes=missing)


def render_licenses(
    call: AnyCall, rows: Sequence[models.License], names: Sequence[str] = ()
) -> list[License]:
    """The licenses as the API shows them, with `names` expanded."""
    return [render_license(call, row, names) for row in rows]


def render_license(
    call: AnyCall,
    row: models.License,
    names: Sequence[str] = (),
    *,
    key: str | None = None,
) -> License:
    """One license. `key` is its text when it has just been made."""
    overrides = msgspec.json.decode(row.overrides)
    policy = Limits(**{name: getattr(row.policy, name) for name in LIMIT_NAMES})
    view = License(
        id=row.id,
        mode=row.mode,
        name=row.name,
        status=status_of(row, call.now, call.principal.expiring_window_days),
        key_hint=row.key_hint,
        previous_key_until=optional_instant(row.previous_key_until),
        product_id=row.product_id,
        policy_id=row.policy_id,
        customer_id=row.customer_id,
        starts_at=optional_instant(row.starts_at),
        expires_at=optional_instant(row.expires_at),
        ends_at=optional_instant(compute_ends_at(row.expires_at, row.policy.grace_period)),
        last_check_in_at=optional_instant(row.last_check_in_at),
        check_in_due_at=optional_instant(_check_in_due(row)),
        maintenance_ends_at=optional_instant(_maintenance_end(row)),
        suspended_at=optional_instant(row.suspended_at),
        suspension_reason=row.suspension_reason,
        revoked_at=optional_instant(row.revoked_at),
        revocation_reason=row.revocation_reason,
        limits=effective_limits(policy, overrides),
        overridden=sorted(overrides),
        entitlements=attachments.render(row.entitlements),
        activation_count=row.activation_count,
        user_count=row.user_count,
        last_validated_at=optional_instant(row.last_validated_at),
        metadata=msgspec.json.decode(row.metadata),
        private_metadata=msgspec.json.decode(row.private_metadata),
        created_at=render_instant(row.created_at),
        updated_at=render_instant(row.updated_at),
        version=row.version,
    )
    _show_key(call, row, view, key)
    _expand(row, view, names)
    return view


def _check_in_due(row: models.License) -> int | None:
    return compute_check_in_due(
        row.policy.check_in_interval,
        last_check_in_at=row.last_check_in_at,
        first_activated_at=row.first_activated_at,
        created_at=row.created_at,
        starts_at=row.starts_at,
    )


def _maintenance_end(row: models.License) -> int | None:
    return compute_maintenance_end(
        row.policy.maintenance, created_at=row.created_at, starts_at=row.starts_at
    )


def status_of(row: models.License, now: int, window: int) -> Status:
    """What the row's instants make of it now; its policy and customer are loaded."""
    customer = row.customer
    state = LicenseState(
        created_at=row.created_at,
        starts_at=row.starts_at,
        expires_at=row.expires_at,
        suspended_at=row.suspended_at,
        revoked_at=row.revoked_at,
        customer_banned_at=customer.banned_at if customer else None,
        last_used_at=row.last_validated_at,
        grace_period=row.policy.grace_period,
    )
    return cast("Status", compute_status(state, now, expiring_window_days=window))


def open_key(call: AnyCall, row: models.License) -> str:
    """The whole key, for callers who may see it."""
    return call.deployment.sealer.open(bytes(row.key_encrypted), row.id).decode()


def _show_key(call: AnyCall, row: models.License, view: License, key: str | None) -> None:
    if key is not None:
        view.key = key
    elif "licenses:reveal" in call.principal.scopes:
        view.key = open_key(call, row)


def _expand(row: models.License, view: License, names: Sequence[str]) -> None:
    if "customer" in names:
        view.customer = customers.render(row.customer) if row.customer else None
    if "policy" in names:
        view.policy = policies.render(row.policy)
    if "product" in names:
        view.product = products.render(row.product)
