"""License files as the vendor sees them: who has taken a license offline, and until when."""

from licenseapi_server.api.call import Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.fields import ObjectId
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.rows import get_row, visible
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.api.runtime.license_files import LicenseFile
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.licensing import models


class LicenseFileQuery(PageQuery):
    """Filters of the list of license files."""

    license_id: ObjectId | None = None
    activation_id: ObjectId | None = None


def list_(call: Call[NoBody, LicenseFileQuery]) -> Page[LicenseFile]:
    """List license files."""
    query = call.query
    names = ("license_id", "activation_id")
    wanted = {name: getattr(query, name) for name in names if getattr(query, name) is not None}

    rows = visible(models.LicenseFile, call).filter(**wanted)
    return list_page(call, rows, "lf", lambda found: [_render(row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> LicenseFile:
    """Show a license file."""
    return _render(get_row(visible(models.LicenseFile, call), "lf", call.id))


def _render(row: models.LicenseFile) -> LicenseFile:
    return LicenseFile(
        id=row.id,
        mode=row.mode,
        license_id=row.license_id,
        product_id=row.product_id,
        activation_id=row.activation_id,
        kid=row.kid,
        expires_at=render_instant(row.expires_at),
        superseded_at=optional_instant(row.superseded_at),
        created_at=render_instant(row.created_at),
    )
