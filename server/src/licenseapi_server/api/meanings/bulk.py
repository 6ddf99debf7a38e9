"""What the fields of exports mean."""

from licenseapi_server.api.meanings import activations, catalog, licenses
from licenseapi_server.api.meanings.shared import PAGE_QUERY

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
}
