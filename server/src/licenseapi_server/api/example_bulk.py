"""Examples of what is answered about many objects at once."""

from typing import Any

import msgspec

from licenseapi_server.api.example_ids import IMPORT_ID, LICENSE_ID, LICENSE_KEY, POLICY_ID
from licenseapi_server.api.example_objects import CUSTOMER, LICENSE
from licenseapi_server.api.management import import_fields, license_exporting, license_fields
from licenseapi_server.domain.problems import FieldError, Problem

_ISSUED = msgspec.structs.replace(LICENSE, key=LICENSE_KEY, last_validated_at=None)
BATCH = license_fields.BatchResult(
    data=[
        license_fields.BatchItem(status="created", license=_ISSUED),
        license_fields.BatchItem(
            status="failed",
            error=license_fields.ItemError(
                code="license_limit_reached",
                detail="The plan allows 100 licenses. Revoke some, or move to a larger plan.",
            ),
        ),
    ],
    created=1,
    failed=1,
)
BATCH_ACTION = license_fields.BatchActionResult(
    action="suspend",
    data=[
        license_fields.ActionItem(id=LICENSE_ID, status="done"),
        license_fields.ActionItem(
            id=f"{LICENSE_ID[:-1]}w",
            status="failed",
            error=license_fields.item_error(Problem("not_found")),
        ),
    ],
    done=1,
    unchanged=0,
    failed=1,
)
EXPORTED_LICENSE = license_exporting.ExportedLicense(
    **{
        name: getattr(LICENSE, name)
        for name in license_exporting.ExportedLicense.__struct_fields__
        if hasattr(LICENSE, name) and name not in {"object", "key"}
    },
    key=LICENSE_KEY,
    customer_email=CUSTOMER.email,
    customer_external_id=CUSTOMER.external_id,
    customer_name=CUSTOMER.name,
    max_activations=None,
    max_leases=None,
    max_users=None,
    max_cores=None,
    max_memory_bytes=None,
    max_disk_bytes=None,
)
IMPORT = import_fields.Import(
    id=IMPORT_ID,
    mode="live",
    policy_id=POLICY_ID,
    dry_run=False,
    allow_weak=False,
    next_row=3,
    created=1,
    failed=1,
    created_at="2026-03-02T09:30:00Z",
    updated_at="2026-03-02T09:31:00Z",
)
REPORT = import_fields.ImportReport(
    import_id=IMPORT_ID,
    dry_run=False,
    next_row=3,
    data=[
        import_fields.RowResult(row=1, status="created", license_id=LICENSE_ID),
        import_fields.RowResult(
            row=2,
            status="failed",
            error=license_fields.ItemError(
                code="already_exists",
                detail="Row 1 of this import has this key.",
                errors=[FieldError("/key", "already_exists", "Row 1 of this import has this key.")],
            ),
        ),
    ],
    created=1,
    failed=1,
)

BULK_OBJECTS: dict[Any, msgspec.Struct] = {
    type(shown): shown for shown in (BATCH, BATCH_ACTION, EXPORTED_LICENSE, IMPORT, REPORT)
}
