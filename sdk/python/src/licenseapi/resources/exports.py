"""Exports of everything that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from licenseapi.exporting import AsyncExport, Export
from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.resources.activations import Activation
from licenseapi.resources.audit_records import AuditRecord
from licenseapi.resources.customers import Customer
from licenseapi.resources.entitlements import AttachedEntitlement
from licenseapi.resources.resource import AsyncResource, Resource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from licenseapi.resources.export_params import (
        ActivationExport,
        AuditRecordExport,
        CustomerExport,
        LicenseExport,
    )


class Exports(Resource):
    """The methods of exports."""

    def licenses(self, **query: Unpack[LicenseExport]) -> Export[ExportedLicense]:
        """Every license; full keys for API keys with the scope `licenses:reveal`."""
        return Export(
            self._runner,
            Call("exports.licenses", ExportedLicense.read, fields=query),
            ExportedLicense.read,
        )

    def customers(self, **query: Unpack[CustomerExport]) -> Export[Customer]:
        """Every customer."""
        return Export(
            self._runner, Call("exports.customers", Customer.read, fields=query), Customer.read
        )

    def activations(self, **query: Unpack[ActivationExport]) -> Export[Activation]:
        """Every activation, those that have ended too."""
        return Export(
            self._runner,
            Call("exports.activations", Activation.read, fields=query),
            Activation.read,
        )

    def audit_records(self, **query: Unpack[AuditRecordExport]) -> Export[AuditRecord]:
        """Every audit record; takes the scope `audit:read`, too."""
        return Export(
            self._runner,
            Call("exports.audit_records", AuditRecord.read, fields=query),
            AuditRecord.read,
        )


class AsyncExports(AsyncResource):
    """The methods of exports."""

    def licenses(self, **query: Unpack[LicenseExport]) -> AsyncExport[ExportedLicense]:
        """Every license; full keys for API keys with the scope `licenses:reveal`."""
        return AsyncExport(
            self._runner,
            Call("exports.licenses", ExportedLicense.read, fields=query),
            ExportedLicense.read,
        )

    def customers(self, **query: Unpack[CustomerExport]) -> AsyncExport[Customer]:
        """Every customer."""
        return AsyncExport(
            self._runner, Call("exports.customers", Customer.read, fields=query), Customer.read
        )

    def activations(self, **query: Unpack[ActivationExport]) -> AsyncExport[Activation]:
        """Every activation, those that have ended too."""
        return AsyncExport(
            self._runner,
            Call("exports.activations", Activation.read, fields=query),
            Activation.read,
        )

    def audit_records(self, **query: Unpack[AuditRecordExport]) -> AsyncExport[AuditRecord]:
        """Every audit record; takes the scope `audit:read`, too."""
        return AsyncExport(
            self._runner,
            Call("exports.audit_records", AuditRecord.read, fields=query),
            AuditRecord.read,
        )


class ExportedLicense(ApiObject, kind="license_export", promised=RESOURCE):
    """A license with its own limits, and with what its customer is known by elsewhere.

    `key` is None for API keys without the scope `licenses:reveal`.
    """

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {"entitlements": AttachedEntitlement}

    id: str
    mode: str
    key: str | None
    key_hint: str
    name: str | None
    status: str
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
    max_activations: int | str | None
    max_leases: int | str | None
    max_users: int | str | None
    max_cores: int | str | None
    max_memory_bytes: int | str | None
    max_disk_bytes: int | str | None
    entitlements: Sequence[AttachedEntitlement]
    activation_count: int
    user_count: int
    last_validated_at: str | None
    metadata: Mapping[str, str]
    private_metadata: Mapping[str, str]
    created_at: str
    updated_at: str
    version: int
