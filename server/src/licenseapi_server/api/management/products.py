"""Products: what is licensed."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

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
from licenseapi_server.api.management.rows import (
    change_row,
    create_unique,
    delete_row,
    get_row,
    visible,
)
from licenseapi_server.api.patterns import shaped
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.catalog import models
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.problems import Problem

Platform = Annotated[str, Meta(min_length=1, max_length=40)]
Platforms = Annotated[list[Platform], Meta(max_length=50)]
WEB_ADDRESS = shaped(r"^https?://[^\s\x00-\x1f]+$", "must be an address like https://example.com")
Url = Annotated[str, Meta(max_length=2000), WEB_ADDRESS]


class NewProduct(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A product. `code` is what apps and scripts call it; it is unique in account and mode."""

    name: Name
    code: Code
    platforms: Platforms = msgspec.field(default_factory=list)
    url: Url | None = None
    metadata: Metadata = msgspec.field(default_factory=dict)


class ProductChange(Change):
    """What may change of a product. `archived` hides it from new policies."""

    name: Name | UnsetType = UNSET
    code: Code | UnsetType = UNSET
    platforms: Platforms | UnsetType = UNSET
    url: Url | UnsetType | None = UNSET
    metadata: Metadata | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class ProductQuery(PageQuery):
    """Filters of the list of products."""

    code: Code | None = None


class Product(msgspec.Struct, kw_only=True):
    """A product as the API shows it."""

    id: str
    object: str = "product"
    mode: str
    name: str
    code: str
    platforms: list[str]
    url: str | None
    metadata: dict[str, str]
    archived_at: str | None
    created_at: str
    updated_at: str
    version: int


def create(call: Call[NewProduct, NoQuery]) -> Product:
    """Create a product."""
    if call.principal.product_ids:
        detail = "The calling key is bound to products: it cannot create others."
        raise Problem("credential_not_allowed", detail)
    body = call.body
    flaws = Flaws()
    flaws.check_metadata("/metadata", body.metadata)
    flaws.raise_any()

    row = models.Product(
        id=call.make_id("prod"),
        account_id=call.principal.account_id,
        mode=call.principal.mode,
        name=body.name,
        code=body.code,
        platforms=json_text(body.platforms),
        url=body.url,
        metadata=json_text(body.metadata),
        created_at=call.now,
        updated_at=call.now,
    )
    create_unique(row, "code", body.code)

    return render(row)


def list_(call: Call[NoBody, ProductQuery]) -> Page[Product]:
    """List products."""
    rows = visible(models.Product, call)
    if call.query.code is not None:
        rows = rows.filter(code=call.query.code)

    return list_page(call, rows, "prod", lambda found: [render(row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> Product:
    """Show a product."""
    return render(get_row(visible(models.Product, call), "prod", call.id))


def update(call: Call[ProductChange, NoQuery]) -> Product:
    """Change a product."""
    changes = changes_of(call.body)
    flaws = Flaws()
    flaws.check_metadata("/metadata", call.body.metadata)
    flaws.raise_any()

    row = get_row(visible(models.Product, call).select_for_update(), "prod", call.id)
    change_row(row, call, columns_of(row, changes, call.now), unique="code")

    return render(row)


def delete(call: Call[NoBody, NoQuery]) -> "Deleted":
    """Delete a product that nothing uses."""
    row = get_row(visible(models.Product, call).select_for_update(), "prod", call.id)

    delete_row(row, call, "product")

    return Deleted(call.id, "product")


class Deleted(msgspec.Struct):
    """The object is gone."""

    id: str
    object: str
    deleted: bool = True


def columns_of(row: Any, changes: dict[str, Any], now: int) -> dict[str, Any]:
    """The columns that a PATCH sets: JSON as text, `archived` as the instant it happened."""
    columns = dict(changes)
    for name in ("platforms", "metadata", "private_metadata"):
        if name in columns:
            columns[name] = json_text(columns[name])
    if "archived" in columns:
        is_archived = columns.pop("archived")
        columns["archived_at"] = (row.archived_at or now) if is_archived else None
    return columns


def render(row: models.Product) -> Product:
    """A product's row as the API shows it."""
    return Product(
        id=row.id,
        mode=row.mode,
        name=row.name,
        code=row.code,
        platforms=msgspec.json.decode(row.platforms),
        url=row.url,
        metadata=msgspec.json.decode(row.metadata),
        archived_at=optional_instant(row.archived_at),
        created_at=render_instant(row.created_at),
        updated_at=render_instant(row.updated_at),
        version=row.version,
    )
