"""What facts do: to the link that heard them, and to its license. One writer at a time.

The caller has locked the provider's row; here licenses are locked before links are written.
"""

from typing import Any, get_args

import msgspec

from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.management import event_log
from licenseapi_server.api.management.fields import json_text
from licenseapi_server.api.management.license_issuing import clamp_test_expiry
from licenseapi_server.api.management.rows import change_row, of_tenant
from licenseapi_server.billing.models import BillingDelivery, BillingProvider, SubscriptionLink
from licenseapi_server.catalog.models import Policy
from licenseapi_server.domain.billing import (
    BillingChange,
    BillingFact,
    LinkedLicense,
    LinkState,
    Terms,
    WhenRefunded,
    decide,
    find_plan,
)
from licenseapi_server.domain.events import EventType
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.licensing import counters
from licenseapi_server.licensing.models import License

Details = dict[str, Any]
# The reason that an event and the license itself show.
REASONS = {"refunded": "Refunded", "charged_back": "Charged back"}


def find_link(call: AnyCall, provider: str, subject: str) -> SubscriptionLink | None:
    """The link of a subscription, if there is one."""
    rows = of_tenant(SubscriptionLink, call)
    return rows.filter(provider=provider, external_id=subject).first()


def lock_license(call: AnyCall, license_id: str) -> License | None:
    """The license of a link, locked; None when it has just been deleted."""
    return of_tenant(License, call).select_for_update().filter(pk=license_id).first()


def read_state(link: SubscriptionLink) -> LinkState:
    """What the link has heard."""
    return msgspec.json.decode(link.state, type=LinkState)


def apply_waiting(call: AnyCall, provider: BillingProvider, link: SubscriptionLink | None) -> None:
    """Apply every delivery that waits for this link; without one, or its license, they wait on."""
    license_ = None if link is None else lock_license(call, link.license_id)
    if link is None or license_ is None:
        return
    link.refresh_from_db()
    waiting = of_tenant(BillingDelivery, call).filter(
        provider=provider.provider, subject=link.external_id, outcome="pending"
    )
    for delivery in waiting.order_by("id"):
        _apply(call, provider, link, license_, delivery=delivery)


def _apply(
    call: AnyCall,
    provider: BillingProvider,
    link: SubscriptionLink,
    license_: License,
    *,
    delivery: BillingDelivery,
) -> None:
    fact = msgspec.json.decode(delivery.fact, type=BillingFact)
    before = read_state(link)
    terms = _terms(call, provider, link, fact)
    change = decide(fact, before, _facts_of(license_), terms)
    cause, reason = _cause(delivery), REASONS.get(fact.kind, "")
    effects = _change_license(call, license_, change, cause, reason=reason)
    if change.state.status_name != before.status_name:
        effects.append("license.subscription_updated")
        details = cause | {"status": change.state.status_name}
        event_log.record(call, "license.subscription_updated", [license_], details)
    if change.state != before:
        change_row(link, call, {"state": json_text(change.state)})
    delivery.outcome = "applied" if effects else "noted" if change.state != before else "stale"
    delivery.effects = json_text(effects)
    delivery.license_id, delivery.product_id = license_.pk, license_.product_id
    delivery.applied_at = call.now
    delivery.save()


def _terms(
    call: AnyCall, provider: BillingProvider, link: SubscriptionLink, fact: BillingFact
) -> Terms:
    """What the vendor has laid down; a plan whose policy cannot be taken leads nowhere."""
    policies = msgspec.json.decode(provider.policies) | msgspec.json.decode(link.policies)
    known = set(
        of_tenant(Policy, call)
        .filter(
            pk__in={policies[plan] for plan in fact.plans if plan in policies},
            product_id=link.product_id,
            archived_at=None,
        )
        .values_list("pk", flat=True)
    )
    usable = {plan: policy_id for plan, policy_id in policies.items() if policy_id in known}
    plan = find_plan(fact, usable)
    when_refunded = next(each for each in get_args(WhenRefunded) if each == link.when_refunded)
    return Terms(
        when_refunded=when_refunded, plan=plan, policy_id=None if plan is None else usable[plan]
    )


def _facts_of(row: License) -> LinkedLicense:
    return LinkedLicense(
        policy_id=row.policy_id,
        expires_at=row.expires_at,
        suspended_at=row.suspended_at,
        revoked_at=row.revoked_at,
    )


def _change_license(
    call: AnyCall,
    row: License,
    change: BillingChange,
    cause: Details,
    *,
    reason: str,
) -> list[EventType]:
    """Write what was decided, each change with its event; the types of these."""
    effects: list[EventType] = []

    def write(kind: EventType, columns: Details, details: Details) -> None:
        change_row(row, call, columns)
        event_log.record(call, kind, [row], cause | details)
        effects.append(kind)

    if change.policy_id is not None:
        write(
            "license.transferred", {"policy_id": change.policy_id}, {"policy_id": change.policy_id}
        )
    until = clamp_test_expiry(row.mode, call.now, change.expires_at)
    if change.expires_at is not None and until is not None and until != row.expires_at:
        is_later = row.expires_at is None or until > row.expires_at
        kind: EventType = "license.renewed" if is_later else "license.updated"
        details: Details = {"to": render_instant(until)}
        if row.expires_at is not None:
            details["from"] = render_instant(row.expires_at)
        if not is_later:
            details["changed"] = ["expires_at"]
        columns: Details = {"expires_at": until}
        if row.clock_started_at is None:
            # What is paid for is what counts: no first use changes it.
            columns["clock_started_at"] = call.now
        write(kind, columns, details)
    if change.ending == "suspend":
        suspended: Details = {"suspended_at": call.now, "suspension_reason": reason}
        write("license.suspended", suspended, {"reason": reason})
    if change.ending == "revoke":
        counters.release(row.account_id, row.mode, 1)
        revoked: Details = {"revoked_at": call.now, "revocation_reason": reason}
        write("license.revoked", revoked, {"reason": reason})
    return effects


def _cause(delivery: BillingDelivery) -> Details:
    """Why it happened: which delivery of which provider said so."""
    return {"cause": delivery.provider, "delivery_id": delivery.pk}
