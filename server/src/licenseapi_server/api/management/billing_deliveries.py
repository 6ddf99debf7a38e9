"""Billing deliveries: what came from providers, and what it did."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from licenseapi_server.api.call import Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.billing_providers import Provider
from licenseapi_server.api.management.fields import ObjectId
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.rows import get_row, visible
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.billing import models
from licenseapi_server.domain.billing import Outcome
from licenseapi_server.domain.instants import render_instant


class BillingDeliveryQuery(PageQuery):
    """Filters of the list of deliveries."""

    provider: Provider | None = None
    outcome: Outcome | None = None
    license_id: ObjectId | None = None
    subject: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    event_id: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class BillingDelivery(msgspec.Struct, kw_only=True):
    """A delivery: what it said, and what it did. Its body is not kept."""

    id: str
    object: str = "billing_delivery"
    mode: str
    provider: str
    event_id: str
    type: str
    kind: str | None
    subject: str | None
    period_end: str | None
    plans: list[str]
    outcome: str
    reason: str | None
    effects: list[str]
    license_id: str | None
    occurred_at: str | None
    applied_at: str | None
    created_at: str


def list_(call: Call[NoBody, BillingDeliveryQuery]) -> Page[BillingDelivery]:
    """List deliveries."""
    query = call.query
    names = ("provider", "outcome", "license_id", "subject", "event_id")
    wanted = {name: getattr(query, name) for name in names if getattr(query, name) is not None}
    rows = visible(models.BillingDelivery, call).filter(**wanted)

    return list_page(call, rows, "bdl", lambda found: [render(row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> BillingDelivery:
    """Show a delivery."""
    return render(get_row(visible(models.BillingDelivery, call), "bdl", call.id))


def render(row: models.BillingDelivery) -> BillingDelivery:
    """A delivery's row as the API shows it."""
    fact: dict[str, Any] = msgspec.json.decode(row.fact)
    return BillingDelivery(
        id=row.id,
        mode=row.mode,
        provider=row.provider,
        event_id=row.event_id,
        type=row.type,
        kind=fact.get("kind"),
        subject=row.subject or None,
        period_end=optional_instant(fact.get("period_end")),
        plans=fact.get("plans", []),
        outcome=row.outcome,
        reason=row.reason,
        effects=msgspec.json.decode(row.effects),
        license_id=row.license_id or None,
        occurred_at=optional_instant(row.occurred_at),
        applied_at=optional_instant(row.applied_at),
        created_at=render_instant(row.created_at),
    )
