"""Activations as the vendor sees them: which machines a license runs on, and which it ran on."""

from typing import Literal

from django.db.models import QuerySet

from licenseapi_server.api.call import AnyCall, Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.fields import ObjectId
from licenseapi_server.api.management.pages import ExportQuery, PageQuery, list_page
from licenseapi_server.api.management.rows import get_row, visible
from licenseapi_server.api.runtime.activations import Activation, Fingerprint, render
from licenseapi_server.api.runtime.seat_rows import SeatRow
from licenseapi_server.domain.machine_digests import digest_fingerprint
from licenseapi_server.licensing import models


class ActivationQuery(PageQuery):
    """Filters of the list of activations. `ended` leaves out those that have ended, or the others."""

    license_id: ObjectId | None = None
    fingerprint: Fingerprint | None = None
    ended: Literal["true", "false"] | None = None


class ActivationExportQuery(ExportQuery):
    """Which activations to export: the filters of their list."""

    license_id: ObjectId | None = None
    fingerprint: Fingerprint | None = None
    ended: Literal["true", "false"] | None = None


def list_(call: Call[NoBody, ActivationQuery]) -> Page[Activation]:
    """List activations."""
    rows = filtered(call, call.query)

    return list_page(call, rows, "act", lambda found: [render_row(row) for row in found])


def filtered(
    call: AnyCall, query: ActivationQuery | ActivationExportQuery
) -> "QuerySet[models.Activation]":
    """The activations that a query asks for."""
    rows = visible(models.Activation, call)
    if query.license_id is not None:
        rows = rows.filter(license_id=query.license_id)
    if query.fingerprint is not None:
        rows = rows.filter(fingerprint_digest=digest_fingerprint(query.fingerprint))
    if query.ended is not None:
        rows = rows.filter(ended_at__isnull=query.ended == "false")
    return rows


def get(call: Call[NoBody, NoQuery]) -> Activation:
    """Show an activation."""
    return render_row(get_row(visible(models.Activation, call), "act", call.id))


def render_row(row: models.Activation) -> Activation:
    """An activation's row as the API shows it."""
    return render(SeatRow(**{name: getattr(row, name) for name in SeatRow.__struct_fields__}))
