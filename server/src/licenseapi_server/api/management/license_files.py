"""License files as the vendor sees them: who has taken a license offline, and until when."""

from collections.abc import Sequence
from typing import Literal

from licenseapi_server.api.call import AnyCall, Call, NoBody, NoQuery, Page
from licenseapi_server.api.management import event_log
from licenseapi_server.api.management.fields import ObjectId
from licenseapi_server.api.management.license_fields import ReasonBody
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


def revoke(call: Call[ReasonBody, NoQuery]) -> LicenseFile:
    """Put the file on the revocation list, for good. The seat of its machine stays taken."""
    rows = visible(models.LicenseFile, call).select_related("license")
    row = get_row(rows.select_for_update(of=("self",)), "lf", call.id)

    if row.revoked_at is None:
        row.revoked_at = call.now
        row.save(update_fields=["revoked_at"])
        add_revocations(call, "file", [row.pk])
        reason = call.body.reason
        told = {} if reason is None else {"reason": reason}
        event_log.record(call, "license_file.revoked", [row.license], told, objects=[row.pk])
    return _render(row)


def add_revocations(call: AnyCall, kind: Literal["file", "license"], ids: Sequence[str]) -> None:
    """Keep on the revocation list what the tables do not tell, or not for long."""
    account_id, mode = call.principal.account_id, call.principal.mode
    models.Revocation.objects.bulk_create(
        [
            models.Revocation(
                account_id=account_id, mode=mode, kind=kind, object_id=name, created_at=call.now
            )
            for name in ids
        ],
        batch_size=500,
    )


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
        revoked_at=optional_instant(row.revoked_at),
        created_at=render_instant(row.created_at),
    )
