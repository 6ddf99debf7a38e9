"""Denials: why software was not let run, counted by machine, code and hour."""

from typing import Annotated

import msgspec
from msgspec import Meta

from licenseapi_server.api.call import Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.fields import ObjectId
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.rows import get_row, visible
from licenseapi_server.audit import models
from licenseapi_server.domain.instants import render_instant


class DenialQuery(PageQuery):
    """Filters of the list of denials."""

    license_id: ObjectId | None = None
    code: Annotated[str, Meta(min_length=1, max_length=60)] | None = None


class Denial(msgspec.Struct, kw_only=True):
    """A license that was refused to a machine for one reason, within one hour."""

    id: str
    object: str = "denial"
    mode: str
    license_id: str
    product_id: str
    fingerprint: str | None
    code: str
    operation: str
    count: int
    created_at: str
    last_denied_at: str


def list_(call: Call[NoBody, DenialQuery]) -> Page[Denial]:
    """List denials; the newest may be a second late."""
    query = call.query
    names = ("license_id", "code")
    wanted = {name: getattr(query, name) for name in names if getattr(query, name) is not None}
    rows = visible(models.Denial, call).filter(**wanted)

    return list_page(call, rows, "den", lambda found: [render(row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> Denial:
    """Show a denial."""
    return render(get_row(visible(models.Denial, call), "den", call.id))


def render(row: models.Denial) -> Denial:
    """A denial's row as the API shows it."""
    return Denial(
        id=row.id,
        mode=row.mode,
        license_id=row.license_id,
        product_id=row.product_id,
        fingerprint=row.fingerprint or None,
        code=row.code,
        operation=row.operation,
        count=row.count,
        created_at=render_instant(row.created_at),
        last_denied_at=render_instant(row.last_at),
    )
