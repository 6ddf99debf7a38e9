"""What the customer portal lists: the licenses of one customer, and the machines they run on."""

from typing import Literal

import msgspec
from django.db.models import QuerySet

from licenseapi_server.api.call import AnyCall, Call, NoBody, Page
from licenseapi_server.api.management.license_rendering import render_license, with_relations
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.rows import get_row, of_tenant
from licenseapi_server.api.runtime.portal import PortalActivation, render
from licenseapi_server.api.runtime.seat_rows import SeatRow
from licenseapi_server.domain.limits import Limits
from licenseapi_server.licensing import models


class PortalActivationQuery(PageQuery):
    """Filter of the list of machines: `ended` leaves out those that have ended, or the others."""

    ended: Literal["true", "false"] | None = None


class PortalLicense(msgspec.Struct, kw_only=True):
    """A license as its holder sees it: with its hint, never its key."""

    id: str
    object: str = "license"
    name: str | None
    status: str
    key_hint: str
    product_id: str
    product_name: str
    starts_at: str | None
    expires_at: str | None
    ends_at: str | None
    limits: Limits
    activation_count: int
    metadata: dict[str, str]
    created_at: str


def licenses(call: Call[NoBody, PageQuery]) -> Page[PortalLicense]:
    """List the customer's licenses."""
    rows = with_relations(_own(call))
    return list_page(call, rows, "lic", lambda found: [_render(call, row) for row in found])


def activations(call: Call[NoBody, PortalActivationQuery]) -> Page[PortalActivation]:
    """List the machines of one of the customer's licenses."""
    license_ = get_row(_own(call), "lic", call.id)
    rows = of_tenant(models.Activation, call).filter(license_id=license_.pk)
    if call.query.ended is not None:
        rows = rows.filter(ended_at__isnull=call.query.ended == "false")

    return list_page(call, rows, "act", lambda found: [_render_machine(row) for row in found])


def _own(call: AnyCall) -> "QuerySet[models.License]":
    return of_tenant(models.License, call).filter(customer_id=call.principal.subject)


def _render(call: AnyCall, row: models.License) -> PortalLicense:
    whole = render_license(call, row)
    names = set(PortalLicense.__struct_fields__) - {"object", "product_name"}
    shown = {name: getattr(whole, name) for name in names}
    return PortalLicense(product_name=row.product.name, **shown)


def _render_machine(row: models.Activation) -> PortalActivation:
    return render(SeatRow(**{name: getattr(row, name) for name in SeatRow.__struct_fields__}))
