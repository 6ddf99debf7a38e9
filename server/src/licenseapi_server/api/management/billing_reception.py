"""Takes deliveries of billing providers in: believe, read, keep, apply; each of them once.

Nothing is looked up before the header can be true, and nothing is written before the signature
is. An account that is unknown, or has no such provider, is answered as a wrong signature is.
"""

from typing import Literal

import msgspec

from licenseapi_server.api.call import AnyCall, Call, NoQuery, SignedBody
from licenseapi_server.api.management.billing_effects import apply_waiting, find_link
from licenseapi_server.api.management.billing_providers import sealed_for
from licenseapi_server.api.management.fields import json_text
from licenseapi_server.api.management.rows import of_tenant
from licenseapi_server.api.principal import Principal
from licenseapi_server.api.signed_bodies import refused
from licenseapi_server.billing.models import BillingDelivery, BillingPayment, BillingProvider
from licenseapi_server.domain.billing import Delivery, UnreadableError
from licenseapi_server.domain.billing_readers import read_delivery
from licenseapi_server.domain.billing_signatures import is_signed
from licenseapi_server.domain.problems import Problem

# A payment belongs to an invoice, and that to a subscription.
MAX_STEPS = 4


class Receipt(msgspec.Struct, kw_only=True):
    """That a delivery has been taken in; a repeat is told the same."""

    id: str
    object: str = "billing_receipt"
    outcome: str
    is_repeat: bool


class Believed(msgspec.Struct):
    """A delivery whose signature holds."""

    provider_id: str
    delivery: Delivery


def believe_live(call: Call[SignedBody, NoQuery]) -> Believed:
    """Check and read a delivery for live mode."""
    return _believe(call, "live")


def believe_test(call: Call[SignedBody, NoQuery]) -> Believed:
    """Check and read a delivery for test mode."""
    return _believe(call, "test")


def _believe(call: Call[SignedBody, NoQuery], mode: Literal["live", "test"]) -> Believed:
    """Before the transaction begins: forged deliveries must not wait for a lock, or take one."""
    body = call.body
    row = BillingProvider.objects.filter(
        account_id=call.ids[1], account__is_enabled=True, mode=mode, provider=body.provider
    ).first()
    secrets = [] if row is None else _open_secrets(call, row)
    if not is_signed(body.claim, body.content, secrets) or row is None:
        raise refused("wrong signature" if row else "no such provider")

    call.principal = _principal(row)
    try:
        delivery = read_delivery(body.provider, body.content, call.now)
    except UnreadableError as error:
        raise Problem("invalid_request", f"The delivery cannot be read: {error}.") from error
    if delivery.is_test is not None and delivery.is_test != (mode == "test"):
        delivery = msgspec.structs.replace(delivery, fact=None, reason="other_mode")
    return Believed(row.pk, delivery)


def _open_secrets(call: AnyCall, row: BillingProvider) -> list[bytes]:
    """The present secret, and the previous one while it counts."""
    sealed = [row.secret_encrypted]
    until = row.previous_secret_until
    if row.previous_secret_encrypted is not None and until is not None and call.now < until:
        sealed.append(row.previous_secret_encrypted)
    return [call.deployment.sealer.open(bytes(each), sealed_for(row)) for each in sealed]


def _principal(row: BillingProvider) -> Principal:
    """The provider as a caller: of one account and mode, with no scope at all."""
    return Principal(
        credential_type="billing",
        account_id=row.account_id,
        mode=row.mode,
        plan="",
        key_id=row.provider,
        secret_id="",
        scopes=frozenset(),
        product_ids=(),
        allowed_ips=(),
        gen=0,
        key_expires_at=None,
        max_token_ttl_seconds=0,
        expiring_window_days=0,
    )


def receive(call: Call[SignedBody, NoQuery]) -> Receipt:
    """Keep the delivery and apply it, unless it was kept before."""
    believed: Believed = call.prepared
    delivery = believed.delivery
    # Deliveries of a provider come one by one: a link made meanwhile sees what waits, or is seen.
    provider = (
        of_tenant(BillingProvider, call).select_for_update().filter(pk=believed.provider_id).first()
    )
    if provider is None:
        raise refused("no such provider any more")
    rows = of_tenant(BillingDelivery, call).filter(provider=provider.provider)
    known = rows.filter(event_id=delivery.event_id).first()
    if known is not None:
        return Receipt(id=known.pk, outcome=known.outcome, is_repeat=True)

    row = _keep(call, provider, delivery)
    if delivery.fact is not None:
        subjects = [row.subject, *_learn_payments(call, provider, delivery)]
        for subject in dict.fromkeys(subjects):
            apply_waiting(call, provider, find_link(call, provider.provider, subject))
        row.refresh_from_db()

    return Receipt(id=row.pk, outcome=row.outcome, is_repeat=False)


def _keep(call: AnyCall, provider: BillingProvider, delivery: Delivery) -> BillingDelivery:
    fact = delivery.fact
    outcome = "ignored" if fact is None else "noted" if fact.kind == "payment" else "pending"
    row = BillingDelivery(
        id=call.make_id("bdl"),
        account_id=provider.account_id,
        mode=provider.mode,
        provider=provider.provider,
        event_id=delivery.event_id,
        type=delivery.type,
        outcome=outcome,
        reason=delivery.reason,
        created_at=call.now,
    )
    if fact is not None:
        row.fact = json_text(fact)
        row.subject = _resolve(call, provider, fact.subject)
        row.occurred_at = fact.occurred_at
    row.save(force_insert=True)
    return row


def _resolve(call: AnyCall, provider: BillingProvider, name: str) -> str:
    """What a payment belongs to, as far as that is known."""
    payments = of_tenant(BillingPayment, call).filter(provider=provider.provider)
    for _ in range(MAX_STEPS):
        found = payments.filter(name=name).values_list("belongs_to", flat=True).first()
        if found is None:
            break
        name = found
    return name


def _learn_payments(call: AnyCall, provider: BillingProvider, delivery: Delivery) -> list[str]:
    """Remember which payments belong to what; refunds that waited for it move on.

    The subjects that they moved to.
    """
    if delivery.fact is None or not delivery.fact.payments:
        return []
    BillingPayment.objects.bulk_create(
        [
            BillingPayment(
                account_id=provider.account_id,
                mode=provider.mode,
                provider=provider.provider,
                name=name,
                belongs_to=delivery.fact.subject,
                created_at=call.now,
            )
            for name in delivery.fact.payments
            if name != delivery.fact.subject
        ],
        ignore_conflicts=True,
    )
    subject = _resolve(call, provider, delivery.fact.subject)
    waiting = of_tenant(BillingDelivery, call).filter(provider=provider.provider, outcome="pending")
    names = [*delivery.fact.payments, delivery.fact.subject]
    waiting.filter(subject__in=names).update(subject=subject)
    return [subject]
