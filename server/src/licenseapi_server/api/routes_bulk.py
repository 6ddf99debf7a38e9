"""The endpoints of all that there is: exports."""

from typing import Any

from licenseapi_server.api.management import customers, exports
from licenseapi_server.api.management.activations import ActivationExportQuery
from licenseapi_server.api.management.license_exporting import ExportedLicense
from licenseapi_server.api.management.license_fields import LicenseExportQuery
from licenseapi_server.api.registry import Route
from licenseapi_server.api.runtime.activations import Activation

STREAM: dict[str, Any] = {"scope": "export", "streams": (exports.CSV, exports.JSON_LINES)}

EXPORTS = (
    Route(
        name="exports.licenses",
        method="GET",
        path="/v1/export/licenses",
        summary="Export licenses",
        description=(
            "Every license that the filters find, oldest first, in one answer of any length. Full "
            "keys need `licenses:reveal` as well. An answer that breaks off is not ended by its "
            "last chunk: ask again with `starting_after`."
        ),
        handler=exports.export_licenses,
        query=LicenseExportQuery,
        answer=ExportedLicense,
        example={"format": "jsonl", "status": "active"},
        **STREAM,
    ),
    Route(
        name="exports.customers",
        method="GET",
        path="/v1/export/customers",
        summary="Export customers",
        handler=exports.export_customers,
        query=customers.CustomerExportQuery,
        answer=customers.Customer,
        example={"format": "jsonl"},
        **STREAM,
    ),
    Route(
        name="exports.activations",
        method="GET",
        path="/v1/export/activations",
        summary="Export activations",
        handler=exports.export_activations,
        query=ActivationExportQuery,
        answer=Activation,
        example={"format": "jsonl", "ended": "false"},
        **STREAM,
    ),
)

BULK = EXPORTS
