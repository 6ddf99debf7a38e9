"""The versions of a product and when each was released: what maintenance is measured by."""

import re

import msgspec
from django.db.models import QuerySet

from licenseapi_server.api.call import Answer, AnyCall, Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.fields import Flaws, InstantText
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.products import Deleted
from licenseapi_server.api.management.rows import get_row, visible
from licenseapi_server.catalog import models
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.problems import Problem, field_problem

VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_~-]{0,63}", re.ASCII)


class Release(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """When a version was released, or is going to be."""

    released_at: InstantText


class ProductVersion(msgspec.Struct, kw_only=True):
    """A version of a product, as the API shows it."""

    id: str
    object: str = "product_version"
    mode: str
    product_id: str
    version: str
    released_at: str
    created_at: str
    updated_at: str


def put(call: Call[Release, NoQuery]) -> Answer:
    """Say when a version was released. A repeat changes nothing."""
    flaws = Flaws()
    # 0 only with a flaw, which is raised before anything is written.
    released_at = flaws.read_instant("/released_at", call.body.released_at) or 0

    product = get_row(visible(models.Product, call).select_for_update(), "prod", call.ids[0])
    if not VERSION.fullmatch(call.id):
        message = "The version must be 1 to 64 letters, digits and `.+_~-`, like `2.1.0`."
        raise field_problem("/version", message)
    flaws.raise_any()
    row = _find(call, product.pk)

    is_new = row is None
    if row is None:
        row = models.ProductVersion(
            id=call.make_id("ver"),
            account_id=product.account_id,
            mode=product.mode,
            product=product,
            version=call.id,
            released_at=released_at,
            created_at=call.now,
            updated_at=call.now,
        )
        row.save(force_insert=True)
    elif row.released_at != released_at:
        row.released_at, row.updated_at = released_at, call.now
        row.save(update_fields=["released_at", "updated_at"])

    return Answer(render(row), 201 if is_new else 200)


def list_(call: Call[NoBody, PageQuery]) -> Page[ProductVersion]:
    """List the versions of the product."""
    product = get_row(visible(models.Product, call), "prod", call.ids[0])
    rows = models.ProductVersion.objects.filter(account_id=product.account_id, product=product)

    return list_page(call, rows, "ver", lambda found: [render(row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> ProductVersion:
    """Show a version."""
    return render(_get(call, visible(models.Product, call)))


def delete(call: Call[NoBody, NoQuery]) -> Deleted:
    """Forget a version: it counts as released now from then on."""
    row = _get(call, visible(models.Product, call).select_for_update())

    row.delete()

    return Deleted(call.id, "product_version")


def _get(call: AnyCall, products: "QuerySet[models.Product]") -> models.ProductVersion:
    """The version of the path. Raises Problem when it, or its product, does not exist."""
    product = get_row(products, "prod", call.ids[0])
    row = _find(call, product.pk)
    if row is None:
        raise Problem("not_found")
    return row


def _find(call: AnyCall, product_id: str) -> models.ProductVersion | None:
    return models.ProductVersion.objects.filter(product_id=product_id, version=call.id).first()


def render(row: models.ProductVersion) -> ProductVersion:
    """A version's row as the API shows it."""
    return ProductVersion(
        id=row.id,
        mode=row.mode,
        product_id=row.product_id,
        version=row.version,
        released_at=render_instant(row.released_at),
        created_at=render_instant(row.created_at),
        updated_at=render_instant(row.updated_at),
    )
