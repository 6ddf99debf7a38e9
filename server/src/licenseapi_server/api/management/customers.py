"""Customers: the holders of licenses."""

from typing import Annotated

import msgspec
from django.db.models import QuerySet
from msgspec import UNSET, Meta, UnsetType

from licenseapi_server.api.call import AnyCall, Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.fields import (
    Change,
    Flaws,
    Metadata,
    Name,
    Reason,
    changes_of,
    json_text,
)
from licenseapi_server.api.management.pages import ExportQuery, PageQuery, list_page
from licenseapi_server.api.management.products import Deleted, columns_of
from licenseapi_server.api.management.rows import (
    change_row,
    check_version,
    create_unique,
    delete_row,
    get_row,
    of_tenant,
)
from licenseapi_server.api.patterns import Email
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.problems import Problem
from licenseapi_server.licensing import models, search_terms

ExternalId = Annotated[str, Meta(min_length=1, max_length=200)]


class NewCustomer(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A customer. `external_id` is your own id of them; it is unique in account and mode."""

    name: Name | None = None
    email: Email | None = None
    external_id: ExternalId | None = None
    metadata: Metadata = msgspec.field(default_factory=dict)


class CustomerChange(Change):
    """What may change of a customer."""

    name: Name | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    external_id: ExternalId | UnsetType | None = UNSET
    metadata: Metadata | UnsetType = UNSET


class BanBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Why the customer is banned: kept with the customer, shown to staff only."""

    reason: Reason | None = None


class CustomerQuery(PageQuery):
    """Filters of the list of customers. `q` finds the beginning of name, email or external id."""

    email: Email | None = None
    external_id: ExternalId | None = None
    q: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    metadata: Metadata | None = None


class CustomerExportQuery(ExportQuery):
    """Which customers to export: the filters of their list."""

    email: Email | None = None
    external_id: ExternalId | None = None
    q: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    metadata: Metadata | None = None


class Customer(msgspec.Struct, kw_only=True):
    """A customer as the API shows it."""

    id: str
    object: str = "customer"
    mode: str
    name: str | None
    email: str | None
    external_id: str | None
    metadata: dict[str, str]
    banned_at: str | None
    ban_reason: str | None
    created_at: str
    updated_at: str
    version: int


def create(call: Call[NewCustomer, NoQuery]) -> Customer:
    """Create a customer."""
    body = call.body
    flaws = Flaws()
    flaws.check_metadata("/metadata", body.metadata)
    flaws.raise_any()

    row = models.Customer(
        id=call.make_id("cus"),
        account_id=call.principal.account_id,
        mode=call.principal.mode,
        name=body.name,
        email=body.email,
        external_id=body.external_id,
        metadata=json_text(body.metadata),
        created_at=call.now,
        updated_at=call.now,
    )
    create_unique(row, "external_id", body.external_id)
    search_terms.replace(row, "customer", search_terms.customer_terms(row))

    return render(row)


def list_(call: Call[NoBody, CustomerQuery]) -> Page[Customer]:
    """List customers."""
    rows = filtered(call, call.query)

    return list_page(call, rows, "cus", lambda found: [render(row) for row in found])


def filtered(
    call: AnyCall, query: CustomerQuery | CustomerExportQuery
) -> "QuerySet[models.Customer]":
    """The customers that a query asks for."""
    rows = of_tenant(models.Customer, call)
    if query.email is not None:
        rows = rows.filter(email=query.email)
    if query.external_id is not None:
        rows = rows.filter(external_id=query.external_id)
    owner = (call.principal.account_id, call.principal.mode, "customer")
    for condition in search_terms.conditions(owner, query.q, query.metadata):
        rows = rows.filter(condition)
    return rows


def get(call: Call[NoBody, NoQuery]) -> Customer:
    """Show a customer."""
    return render(get_row(of_tenant(models.Customer, call), "cus", call.id))


def update(call: Call[CustomerChange, NoQuery]) -> Customer:
    """Change a customer."""
    changes = changes_of(call.body)
    flaws = Flaws()
    flaws.check_metadata("/metadata", call.body.metadata)
    flaws.raise_any()

    row = get_row(of_tenant(models.Customer, call).select_for_update(), "cus", call.id)
    columns = columns_of(row, changes, call.now)
    if columns.get("email", row.email) != row.email:
        # Whoever reads the old address is let in no more.
        columns["portal_gen"] = row.portal_gen + 1
    change_row(row, call, columns, unique="external_id")
    search_terms.replace(row, "customer", search_terms.customer_terms(row))

    return render(row)


def ban(call: Call[BanBody, NoQuery]) -> Customer:
    """Refuse every license that the customer holds. A repeat changes nothing."""
    return _set_ban(call, banned_at=call.now, reason=call.body.reason)


def unban(call: Call[NoBody, NoQuery]) -> Customer:
    """Let the customer's licenses be used again. A repeat changes nothing."""
    return _set_ban(call, banned_at=None, reason=None)


def _set_ban(call: AnyCall, *, banned_at: int | None, reason: str | None) -> Customer:
    if call.principal.product_ids:
        detail = "The calling key is bound to products: a ban would reach beyond them."
        raise Problem("credential_not_allowed", detail)

    row = get_row(of_tenant(models.Customer, call).select_for_update(), "cus", call.id)
    check_version(row, call)
    if (row.banned_at is None) != (banned_at is None):
        change_row(row, call, {"banned_at": banned_at, "ban_reason": reason})

    return render(row)


def delete(call: Call[NoBody, NoQuery]) -> Deleted:
    """Delete a customer who holds no license."""
    row = get_row(of_tenant(models.Customer, call).select_for_update(), "cus", call.id)

    search_terms.replace(row, "customer", [])
    delete_row(row, call, "customer")

    return Deleted(call.id, "customer")


def render(row: models.Customer) -> Customer:
    """A customer's row as the API shows it."""
    return Customer(
        id=row.id,
        mode=row.mode,
        name=row.name,
        email=row.email,
        external_id=row.external_id,
        metadata=msgspec.json.decode(row.metadata),
        banned_at=optional_instant(row.banned_at),
        ban_reason=row.ban_reason,
        created_at=render_instant(row.created_at),
        updated_at=render_instant(row.updated_at),
        version=row.version,
    )
