"""A license as it leaves in an export: what another server, or this one, needs to take it in.

NOTE format: fields are added at the end, never renamed or removed; imports read them back.
"""

import msgspec

from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.management import attachments
from licenseapi_server.api.management.attachments import AttachedEntitlement
from licenseapi_server.api.management.license_fields import Limit, Status
from licenseapi_server.api.management.license_rendering import open_key, status_of
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.license_state import compute_ends_at
from licenseapi_server.licensing import models


class ExportedLicense(msgspec.Struct, kw_only=True):
    """A license with its own limits, and with what its customer is known by elsewhere."""

    id: str
    object: str = "license_export"
    mode: str
    key: str | None
    key_hint: str
    name: str | None
    status: Status
    product_id: str
    policy_id: str
    customer_id: str | None
    customer_email: str | None
    customer_external_id: str | None
    customer_name: str | None
    starts_at: str | None
    expires_at: str | None
    ends_at: str | None
    suspended_at: str | None
    suspension_reason: str | None
    revoked_at: str | None
    revocation_reason: str | None
    max_activations: Limit
    max_leases: Limit
    max_users: Limit
    max_cores: Limit
    max_memory_bytes: Limit
    max_disk_bytes: Limit
    entitlements: list[AttachedEntitlement]
    activation_count: int
    user_count: int
    last_validated_at: str | None
    metadata: dict[str, str]
    private_metadata: dict[str, str]
    created_at: str
    updated_at: str
    version: int


def render(call: AnyCall, row: models.License) -> ExportedLicense:
    """One license."""
    own = msgspec.json.decode(row.overrides)
    customer = row.customer
    return ExportedLicense(
        id=row.id,
        mode=row.mode,
        key=open_key(call, row) if "licenses:reveal" in call.principal.scopes else None,
        key_hint=row.key_hint,
        name=row.name,
        status=status_of(row, call.now, call.principal.expiring_window_days),
        product_id=row.product_id,
        policy_id=row.policy_id,
        customer_id=row.customer_id,
        customer_email=customer.email if customer else None,
        customer_external_id=customer.external_id if customer else None,
        customer_name=customer.name if customer else None,
        starts_at=optional_instant(row.starts_at),
        expires_at=optional_instant(row.expires_at),
        ends_at=optional_instant(compute_ends_at(row.expires_at, row.policy.grace_period)),
        suspended_at=optional_instant(row.suspended_at),
        suspension_reason=row.suspension_reason,
        revoked_at=optional_instant(row.revoked_at),
        revocation_reason=row.revocation_reason,
        max_activations=own.get("max_activations"),
        max_leases=own.get("max_leases"),
        max_users=own.get("max_users"),
        max_cores=own.get("max_cores"),
        max_memory_bytes=own.get("max_memory_bytes"),
        max_disk_bytes=own.get("max_disk_bytes"),
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
