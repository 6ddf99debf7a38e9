"""Parameters of the methods of exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from licenseapi.params import InstantRange, RequestOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from licenseapi.resources.license_params import Status


class ExportParams(RequestOptions, total=False):
    """What every export takes. `format` is that of a saved file; CSV when it is left out."""

    format: Literal["csv", "jsonl"]
    starting_after: str
    created_at: InstantRange


class LicenseExport(ExportParams, total=False):
    """Which licenses: the filters of their list."""

    policy_id: str
    product_id: str
    customer_id: str
    status: Status
    expires_at: InstantRange
    metadata: Mapping[str, str]
    q: str


class CustomerExport(ExportParams, total=False):
    """Which customers: the filters of their list."""

    email: str
    external_id: str
    q: str
    metadata: Mapping[str, str]


class ActivationExport(ExportParams, total=False):
    """Which activations: the filters of their list."""

    license_id: str
    fingerprint: str
    ended: Literal["true", "false"]


class AuditRecordExport(ExportParams, total=False):
    """Which audit records: the filters of their list."""

    actor: str
    object_id: str
    operation: str
