"""What a PATCH makes of a license: the columns to write, and the fields that differ by it."""

from typing import Any

import msgspec

from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.management.fields import Flaws, json_text
from licenseapi_server.api.management.license_fields import OVERRIDES, LicenseChange
from licenseapi_server.api.management.license_issuing import (
    check_span,
    clamp_test_expiry,
    overrides_of,
)
from licenseapi_server.licensing.models import License

FIELDS = frozenset(LicenseChange.__struct_fields__)
JSON_COLUMNS = frozenset({"metadata", "private_metadata", "overrides", "entitlements"})


def columns_of(
    row: License, changes: dict[str, Any], flaws: Flaws, call: AnyCall
) -> dict[str, Any]:
    """The columns that a body changes; what cannot be is noted as a flaw."""
    columns: dict[str, Any] = {
        name: changes[name] for name in ("name", "customer_id") if name in changes
    }
    for name in ("metadata", "private_metadata"):
        if name in changes:
            flaws.check_metadata(f"/{name}", changes[name])
            columns[name] = json_text(changes[name])
    for name in ("starts_at", "expires_at"):
        if name in changes:
            columns[name] = flaws.read_instant(f"/{name}", changes[name])
    starts_at = columns.get("starts_at", row.starts_at)
    expires_at = columns.get("expires_at", row.expires_at)
    if "expires_at" in columns:
        columns["expires_at"] = expires_at = clamp_test_expiry(row.mode, call.now, expires_at)
        if expires_at != row.expires_at and row.clock_started_at is None:
            # Whoever sets an expiry, or lifts it, has it as it stands: no first use changes it.
            columns["clock_started_at"] = call.now
    check_span(
        starts_at, expires_at, flaws, "expires_at" if "expires_at" in columns else "starts_at"
    )
    if any(name in changes for name in OVERRIDES):
        limits = msgspec.json.decode(row.overrides)
        limits |= {name: changes[name] for name in OVERRIDES if name in changes}
        columns["overrides"] = json_text(overrides_of(limits))
    return columns


def changed_fields(row: License, columns: dict[str, Any]) -> list[str]:
    """The fields of the API whose values differ from those of the row, before it is written."""
    found = set()
    for name, value in columns.items():
        before = getattr(row, name)
        if name == "overrides":
            old, new = msgspec.json.decode(before), msgspec.json.decode(value)
            found |= {limit for limit in OVERRIDES if old.get(limit) != new.get(limit)}
        elif name in FIELDS and _is_other(name, before, value):
            found.add(name)
    return sorted(found)


def _is_other(name: str, before: Any, value: Any) -> bool:
    if name in JSON_COLUMNS:
        return bool(msgspec.json.decode(before) != msgspec.json.decode(value))
    return bool(before != value)
