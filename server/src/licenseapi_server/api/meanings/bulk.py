"""What the fields of exports and imports mean."""

from licenseapi_server.api.meanings import activations, catalog, licenses
from licenseapi_server.api.meanings.shared import CREATED_AT, MODE, PAGE_QUERY

_EXPORT_QUERY = {
    "format": "`csv` is a table with a header line, `jsonl` one JSON object a line.",
    "starting_after": "Go on after this id: the last one that arrived before an export broke off.",
    "created_at": PAGE_QUERY["created_at"],
}
_LISTED = {*PAGE_QUERY, "expand[]"}


def _filters(query: dict[str, str]) -> dict[str, str]:
    """The parameters of an export: its own, and what the list of the same objects filters by."""
    filters = {name: text for name, text in query.items() if name not in _LISTED}
    return {**_EXPORT_QUERY, **filters}


_LICENSE = licenses.STRUCTS["License"]
# What a license has in an export as it has it anywhere else.
_ALIKE = [
    "id",
    "mode",
    "key_hint",
    "name",
    "status",
    "product_id",
    "policy_id",
    "customer_id",
    "starts_at",
    "expires_at",
    "ends_at",
    "suspended_at",
    "suspension_reason",
    "revoked_at",
    "revocation_reason",
    "entitlements",
    "activation_count",
    "user_count",
    "last_validated_at",
    "metadata",
    "private_metadata",
    "created_at",
    "updated_at",
    "version",
]
_OWN_LIMIT = 'The license\'s own, `"unlimited"`, or null: that of its policy.'

STRUCTS = {
    "LicenseExportQuery": _filters(licenses.STRUCTS["LicenseQuery"]),
    "CustomerExportQuery": _filters(catalog.STRUCTS["CustomerQuery"]),
    "ActivationExportQuery": _filters(activations.STRUCTS["ActivationQuery"]),
    "ExportedLicense": {
        **{name: text for name, text in _LICENSE.items() if name in _ALIKE},
        "object": "Always `license_export`.",
        "key": "The whole license key; null without the scope `licenses:reveal`.",
        "customer_email": "The address of its customer; null is none.",
        "customer_external_id": "Your own id of its customer; null is none.",
        "customer_name": "The name of its customer; null is none.",
        "max_activations": f"Machines. {_OWN_LIMIT}",
        "max_leases": f"Uses at once. {_OWN_LIMIT}",
        "max_users": f"Named users. {_OWN_LIMIT}",
        "max_cores": f"Processor cores. {_OWN_LIMIT}",
        "max_memory_bytes": f"Bytes of memory. {_OWN_LIMIT}",
        "max_disk_bytes": f"Bytes of disk space. {_OWN_LIMIT}",
    },
    "NewImport": {
        "policy_id": "The policy for rows that name none; null asks each row for one.",
        "dry_run": "Whether to change nothing, and only say what would become of each row.",
        "allow_weak": "Whether to take keys of fewer than 16 characters, which can be guessed.",
    },
    "ImportRows": {
        "rows": "The rows, each with the columns of an import; up to 10,000.",
        "first_row": "Which row of the whole import is the first of these, counted from 1.",
    },
    "RowsQuery": {
        "first_row": "The same as in the body: for tables and JSON lines, which have no such field.",
    },
    "Import": {
        "id": "The id of the import.",
        "object": "Always `import`.",
        "mode": MODE,
        "policy_id": "The policy for rows that name none; null is none.",
        "dry_run": "Whether it changes nothing.",
        "allow_weak": "Whether it takes keys of fewer than 16 characters.",
        "next_row": "The row to send next: all before it are done.",
        "created": "How many rows have become licenses, or would have in a dry run.",
        "failed": "How many rows have failed.",
        "created_at": CREATED_AT,
        "updated_at": "When it last took in rows.",
    },
    "ImportReport": {
        "object": "Always `import_report`.",
        "import_id": "The import that the rows belong to.",
        "dry_run": "Whether nothing was changed.",
        "next_row": "The row to send next.",
        "data": "What became of each row that was sent, in their order.",
        "created": "How many of these rows became licenses, or would have.",
        "failed": "How many of these rows failed.",
    },
    "RowResult": {
        "row": "The number of the row, counted from 1 over the whole import.",
        "status": "What became of it.",
        "license_id": "The license that it became; null in a dry run, missing when it failed.",
        "error": "Why it failed; the pointers in `errors` name the columns.",
    },
}
