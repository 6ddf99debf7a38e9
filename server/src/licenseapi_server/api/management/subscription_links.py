"""Subscription links: which subscription at a billing provider drives which license."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from licenseapi_server.api.call import AnyCall, Call, NoBody, NoQuery, Page
from licenseapi_server.api.management import event_log
from licenseapi_server.api.management.billing_effects import apply_waiting, lock_license, read_state
from licenseapi_server.api.management.billing_providers import (
    VISIBLE,
    PolicyMap,
    Provider,
    check_policies,
)
from licenseapi_server.api.management.fields import (
    Change,
    Flaws,
    Metadata,
    ObjectId,
    changes_of,
    json_text,
)
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.products import Deleted
from licenseapi_server.api.management.rows import (
    change_row,
    check_version,
    create_unique,
    delete_row,
    find_reference,
    get_row,
    no_such,
    of_tenant,
    visible,
)
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.billing import models
from licenseapi_server.domain.billing import WhenRefunded
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.problems import FieldError, Problem, fields_problem
from licenseapi_server.licensing.models import License

ExternalName = Annotated[str, Meta(min_length=1, max_length=200), VISIBLE]


class NewSubscriptionLink(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A license and a subscription. Each can be in one link only."""

    license_id: ObjectId
    provider: Provider
    external_id: ExternalName
    external_customer_id: ExternalName | None = None
    policies: PolicyMap = msgspec.field(default_factory=dict)
    when_refunded: WhenRefunded = "revoke"
    metadata: Metadata = msgspec.field(default_factory=dict)


class SubscriptionLinkChange(Change):
    """What may change of a link. For another license or subscription make another link."""

    external_customer_id: ExternalName | UnsetType | None = UNSET
    policies: PolicyMap | UnsetType = UNSET
    when_refunded: WhenRefunded | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET


class SubscriptionLinkQuery(PageQuery):
    """Filters of the list of links."""

    license_id: ObjectId | None = None
    provider: Provider | None = None
    external_id: ExternalName | None = None


class SubscriptionLink(msgspec.Struct, kw_only=True):
    """A link as the API shows it, with what has been heard of the subscription."""

    id: str
    object: str = "subscription_link"
    mode: str
    license_id: str
    product_id: str
    provider: str
    external_id: str
    external_customer_id: str | None
    policies: dict[str, str]
    when_refunded: str
    status: str | None
    paid_until: str | None
    plan: str | None
    refunded_at: str | None
    metadata: dict[str, str]
    created_at: str
    updated_at: str
    version: int


def create(call: Call[NewSubscriptionLink, NoQuery]) -> SubscriptionLink:
    """Link a license, and apply what has already been said about the subscription."""
    body = call.body
    provider = _lock_provider(call, body.provider)
    license_ = _get_license(call)
    _refuse_second(call, license_)
    flaws = Flaws()
    flaws.check_metadata("/metadata", body.metadata)
    check_policies(call, body.policies, flaws, license_.product_id)
    flaws.raise_any()

    row = models.SubscriptionLink(
        id=call.make_id("sub"),
        account_id=call.principal.account_id,
        mode=call.principal.mode,
        license=license_,
        product_id=license_.product_id,
        provider=body.provider,
        external_id=body.external_id,
        external_customer_id=body.external_customer_id,
        policies=json_text(body.policies),
        when_refunded=body.when_refunded,
        metadata=json_text(body.metadata),
        created_at=call.now,
        updated_at=call.now,
    )
    create_unique(row, "external_id", body.external_id)
    event_log.record(call, "license.subscription_linked", [license_], _named(row))
    if provider is not None:
        apply_waiting(call, provider, row)

    return render(row)


def list_(call: Call[NoBody, SubscriptionLinkQuery]) -> Page[SubscriptionLink]:
    """List links."""
    query = call.query
    names = ("license_id", "provider", "external_id")
    wanted = {name: getattr(query, name) for name in names if getattr(query, name) is not None}
    rows = visible(models.SubscriptionLink, call).filter(**wanted)

    return list_page(call, rows, "sub", lambda found: [render(row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> SubscriptionLink:
    """Show a link."""
    return render(get_row(visible(models.SubscriptionLink, call), "sub", call.id))


def update(call: Call[SubscriptionLinkChange, NoQuery]) -> SubscriptionLink:
    """Change a link; what has been said before is not applied anew."""
    changes = changes_of(call.body)
    row = _get_for_change(call)
    flaws = Flaws()
    flaws.check_metadata("/metadata", call.body.metadata)
    if "policies" in changes:
        check_policies(call, changes["policies"], flaws, row.product_id)
    flaws.raise_any()

    for name in ("policies", "metadata"):
        if name in changes:
            changes[name] = json_text(changes[name])
    changed = sorted(name for name, value in changes.items() if getattr(row, name) != value)
    change_row(row, call, changes)
    if changed:
        details = {**_named(row), "changed": changed}
        event_log.record(call, "license.subscription_updated", [row.license], details)

    return render(row)


def delete(call: Call[NoBody, NoQuery]) -> Deleted:
    """Let the license go on without the subscription: it stays as it is."""
    row = _get_for_change(call)
    license_, named = row.license, _named(row)

    delete_row(row, call, "subscription link")
    event_log.record(call, "license.subscription_unlinked", [license_], named)

    return Deleted(call.id, "subscription_link")


def _lock_provider(call: AnyCall, provider: str) -> models.BillingProvider | None:
    """First of all locks, as deliveries do; None while nothing can be delivered."""
    rows = of_tenant(models.BillingProvider, call).select_for_update()
    return rows.filter(provider=provider).first()


def _get_license(call: Call[NewSubscriptionLink, NoQuery]) -> License:
    """The license to link, locked. Raises Problem."""
    found = find_reference(visible(License, call), "lic", call.body.license_id)
    license_ = None if found is None else lock_license(call, found.pk)
    if license_ is None:
        raise fields_problem([no_such("/license_id", "license")])
    if license_.revoked_at is not None:
        message = "The license is revoked, which is final: no subscription can drive it."
        raise Problem("invalid_state", message)
    return license_


def _refuse_second(call: AnyCall, license_: License) -> None:
    if of_tenant(models.SubscriptionLink, call).filter(license=license_).exists():
        message = "The license has a link already: delete that one first."
        flaw = FieldError("/license_id", "already_exists", message)
        raise Problem("already_exists", message, param="license_id", errors=[flaw])


def _get_for_change(call: AnyCall) -> models.SubscriptionLink:
    """The link, with provider and license locked before it."""
    found = get_row(visible(models.SubscriptionLink, call), "sub", call.id)
    _lock_provider(call, found.provider)
    lock_license(call, found.license_id)
    rows = visible(models.SubscriptionLink, call).select_related("license")
    row = get_row(rows.select_for_update(of=("self",)), "sub", call.id)
    check_version(row, call)
    return row


def _named(row: models.SubscriptionLink) -> dict[str, str]:
    """What the events of a link say of it."""
    return {"link_id": row.pk, "cause": row.provider, "external_id": row.external_id}


def render(row: models.SubscriptionLink) -> SubscriptionLink:
    """A link's row as the API shows it."""
    state = read_state(row)
    return SubscriptionLink(
        id=row.id,
        mode=row.mode,
        license_id=row.license_id,
        product_id=row.product_id,
        provider=row.provider,
        external_id=row.external_id,
        external_customer_id=row.external_customer_id,
        policies=msgspec.json.decode(row.policies),
        when_refunded=row.when_refunded,
        status=state.status_name,
        paid_until=optional_instant(state.expires_at),
        plan=state.plan_name,
        refunded_at=optional_instant(state.refunded_at),
        metadata=msgspec.json.decode(row.metadata),
        created_at=render_instant(row.created_at),
        updated_at=render_instant(row.updated_at),
        version=row.version,
    )
