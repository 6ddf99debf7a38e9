"""Leases as the vendor sees them: who uses a floating license now, and who did."""

from typing import Literal

from licenseapi_server.api.call import Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.fields import Code, ObjectId
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.rows import get_row, visible
from licenseapi_server.api.runtime.activations import Fingerprint, Text
from licenseapi_server.api.runtime.lease_rows import LeaseRow
from licenseapi_server.api.runtime.leases import Lease, render
from licenseapi_server.licensing import models


class LeaseQuery(PageQuery):
    """Filters of the list of leases. `ended` leaves out those that have ended, or the others."""

    license_id: ObjectId | None = None
    fingerprint: Fingerprint | None = None
    user: Text | None = None
    entitlement: Code | None = None
    ended: Literal["true", "false"] | None = None


def list_(call: Call[NoBody, LeaseQuery]) -> Page[Lease]:
    """List leases."""
    query = call.query
    columns = {
        "license_id": query.license_id,
        "fingerprint": query.fingerprint,
        "user_name": query.user,
        "entitlement": query.entitlement,
    }
    wanted = {name: value for name, value in columns.items() if value is not None}
    rows = visible(models.Lease, call).filter(**wanted)
    if query.ended == "true":
        rows = rows.filter(expires_at__lte=call.now)
    elif query.ended == "false":
        rows = rows.filter(expires_at__gt=call.now)

    return list_page(call, rows, "lse", lambda found: [_render(row, call.now) for row in found])


def get(call: Call[NoBody, NoQuery]) -> Lease:
    """Show a lease."""
    return _render(get_row(visible(models.Lease, call), "lse", call.id), call.now)


def _render(row: models.Lease, now: int) -> Lease:
    return render(
        LeaseRow(**{name: getattr(row, name) for name in LeaseRow.__struct_fields__}), now
    )
