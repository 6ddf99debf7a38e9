"""Entitlements: features that policies and licenses carry."""

import msgspec
from msgspec import UNSET, UnsetType

from licenseapi_server.api.call import Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.fields import (
    Change,
    Code,
    Flaws,
    Metadata,
    Name,
    changes_of,
    json_text,
)
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.products import Deleted, columns_of
from licenseapi_server.api.management.rows import (
    change_row,
    create_unique,
    delete_row,
    get_row,
    of_tenant,
)
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.catalog import models
from licenseapi_server.domain.instants import render_instant


class NewEntitlement(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A feature. `code` is what apps ask for; it never changes."""

    name: Name
    code: Code
    metadata: Metadata = msgspec.field(default_factory=dict)


class EntitlementChange(Change):
    """What may change of an entitlement."""

    name: Name | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class EntitlementQuery(PageQuery):
    """Filters of the list of entitlements."""

    code: Code | None = None


class Entitlement(msgspec.Struct, kw_only=True):
    """An entitlement as the API shows it."""

    id: str
    object: str = "entitlement"
    mode: str
    name: str
    code: str
    metadata: dict[str, str]
    archived_at: str | None
    created_at: str
    updated_at: str
    version: int


def create(call: Call[NewEntitlement, NoQuery]) -> Entitlement:
    """Create an entitlement."""
    body = call.body
    flaws = Flaws()
    flaws.check_metadata("/metadata", body.metadata)
    flaws.raise_any()

    row = models.Entitlement(
        id=call.make_id("ent"),
        account_id=call.principal.account_id,
        mode=call.principal.mode,
        name=body.name,
        code=body.code,
        metadata=json_text(body.metadata),
        created_at=call.now,
        updated_at=call.now,
    )
    create_unique(row, "code", body.code)

    return render(row)


def list_(call: Call[NoBody, EntitlementQuery]) -> Page[Entitlement]:
    """List entitlements."""
    rows = of_tenant(models.Entitlement, call)
    if call.query.code is not None:
        rows = rows.filter(code=call.query.code)

    return list_page(call, rows, "ent", lambda found: [render(row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> Entitlement:
    """Show an entitlement."""
    return render(get_row(of_tenant(models.Entitlement, call), "ent", call.id))


def update(call: Call[EntitlementChange, NoQuery]) -> Entitlement:
    """Change an entitlement."""
    changes = changes_of(call.body)
    flaws = Flaws()
    flaws.check_metadata("/metadata", call.body.metadata)
    flaws.raise_any()

    row = get_row(of_tenant(models.Entitlement, call).select_for_update(), "ent", call.id)
    change_row(row, call, columns_of(row, changes, call.now))

    return render(row)


def delete(call: Call[NoBody, NoQuery]) -> Deleted:
    """Delete an entitlement that is attached to nothing."""
    row = get_row(of_tenant(models.Entitlement, call).select_for_update(), "ent", call.id)

    delete_row(row, call, "entitlement")

    return Deleted(call.id, "entitlement")


def render(row: models.Entitlement) -> Entitlement:
    """An entitlement's row as the API shows it."""
    return Entitlement(
        id=row.id,
        mode=row.mode,
        name=row.name,
        code=row.code,
        metadata=msgspec.json.decode(row.metadata),
        archived_at=optional_instant(row.archived_at),
        created_at=render_instant(row.created_at),
        updated_at=render_instant(row.updated_at),
        version=row.version,
    )
