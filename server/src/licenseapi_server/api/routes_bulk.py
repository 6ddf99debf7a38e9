"""The endpoints of all that there is: exports and imports."""

from typing import Any

from licenseapi_server.api.management import (
    audit_records,
    customers,
    exports,
    import_fields,
    imports,
)
from licenseapi_server.api.management.activations import ActivationExportQuery
from licenseapi_server.api.management.license_exporting import ExportedLicense
from licenseapi_server.api.management.license_fields import LicenseExportQuery
from licenseapi_server.api.registry import CREATE, MAX_BATCH_BODY, Route
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
    Route(
        name="exports.audit_records",
        method="GET",
        path="/v1/export/audit_records",
        summary="Export the audit log",
        description=(
            "Every audit record that the filters find, oldest first. Takes `audit:read` as well."
        ),
        handler=exports.export_audit_records,
        query=audit_records.AuditRecordExportQuery,
        answer=audit_records.AuditRecord,
        example={"format": "jsonl", "operation": "products.update"},
        **STREAM,
    ),
)

IMPORTS = (
    Route(
        name="imports.create",
        method="POST",
        path="/v1/imports",
        summary="Begin an import of licenses",
        description="Nothing is taken in yet: the rows follow, in as many parts as you like.",
        handler=imports.create,
        scope="import",
        body=import_fields.NewImport,
        answer=import_fields.Import,
        example={"policy_id": "pol_01m86j5z9vesav92gpqb53nadv", "dry_run": True},
        **CREATE,
    ),
    Route(
        name="imports.upload",
        method="POST",
        path="/v1/imports/{id}/rows",
        summary="Take in the next rows of an import",
        description=(
            "As a table (`text/csv`, its first line names the columns), as JSON lines "
            "(`application/x-ndjson`) or as JSON. What was cut off is sent again: rows that were "
            "taken in before are only answered. The answer is 200 even if all rows failed."
        ),
        handler=imports.upload,
        scope="import",
        body=import_fields.ImportRows,
        query=import_fields.RowsQuery,
        answer=import_fields.ImportReport,
        accepts=(exports.CSV, exports.JSON_LINES),
        read_body=imports.read_rows,
        max_body=MAX_BATCH_BODY,
        errors=("not_found", "invalid_state"),
        example={
            "rows": [
                {"key": "PAINT-2019-0042-7731", "customer_email": "ada@example.com"},
                {"key": "PAINT-2019-0042-7731", "expires_at": "never"},
            ],
            "first_row": 1,
        },
    ),
    Route(
        name="imports.get",
        method="GET",
        path="/v1/imports/{id}",
        summary="Show how far an import has come",
        handler=imports.get,
        scope="import",
        answer=import_fields.Import,
        errors=("not_found",),
    ),
)

BULK = (*EXPORTS, *IMPORTS)
