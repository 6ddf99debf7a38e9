"""Stripe's events, in the form of API versions before and since 2025-03-31.

Since then the period stands on the items of a subscription, an invoice names its subscription
under `parent`, and a charge names no invoice: it is found by its payment intent.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from licenseapi_server.domain.billing import BillingFact, Delivery, Kind, Read, make_delivery
from licenseapi_server.domain.billing_texts import (
    ExternalId,
    TypeName,
    UnixSeconds,
    decode,
    from_unix,
)
from licenseapi_server.domain.instants import SECOND

UNPAID_REASONS = frozenset({"payment_failed", "payment_disputed"})


class _Price(msgspec.Struct):
    id: ExternalId


class _Item(msgspec.Struct):
    price: _Price | None = None
    current_period_start: UnixSeconds | None = None
    current_period_end: UnixSeconds | None = None


class _Items(msgspec.Struct):
    data: list[_Item]


class _Cancellation(msgspec.Struct):
    reason: str | None = None


class _Subscription(msgspec.Struct):
    id: ExternalId
    status: str
    items: _Items
    current_period_start: UnixSeconds | None = None
    current_period_end: UnixSeconds | None = None
    cancellation_details: _Cancellation | None = None


class _Period(msgspec.Struct):
    end: UnixSeconds


class _SubscriptionName(msgspec.Struct):
    subscription: ExternalId | None = None


class _LineParent(msgspec.Struct):
    subscription_item_details: _SubscriptionName | None = None


class _Line(msgspec.Struct):
    period: _Period
    subscription: ExternalId | None = None
    parent: _LineParent | None = None


class _Lines(msgspec.Struct):
    data: list[_Line]


class _InvoiceParent(msgspec.Struct):
    subscription_details: _SubscriptionName | None = None


class _Payment(msgspec.Struct):
    payment_intent: ExternalId | None = None
    charge: ExternalId | None = None


class _InvoicePayment(msgspec.Struct):
    payment: _Payment
    invoice: ExternalId | None = None


class _Payments(msgspec.Struct):
    data: list[_InvoicePayment]


class _Invoice(msgspec.Struct):
    id: ExternalId
    lines: _Lines
    subscription: ExternalId | None = None
    parent: _InvoiceParent | None = None
    charge: ExternalId | None = None
    payment_intent: ExternalId | None = None
    payments: _Payments | None = None


class _Charge(msgspec.Struct):
    id: ExternalId
    is_refunded: bool = msgspec.field(name="refunded")
    invoice: ExternalId | None = None
    payment_intent: ExternalId | None = None


class _Dispute(msgspec.Struct):
    status: str
    charge: ExternalId | None = None
    payment_intent: ExternalId | None = None


class _Data(msgspec.Struct):
    object: msgspec.Raw


class _Event(msgspec.Struct):
    id: ExternalId
    type: TypeName
    created: UnixSeconds
    data: _Data
    livemode: bool | None = None


def read(content: bytes) -> Delivery:
    """The delivery. Raises UnreadableError."""
    event = decode(content, _Event)
    reader = _READERS.get(event.type)
    found: Read = "unknown_type"
    if reader is not None:
        found = reader(bytes(event.data.object), event.created * SECOND)
    is_test = None if event.livemode is None else not event.livemode
    return make_delivery(event.id, event.type, found, is_test=is_test)


def _read_subscription(content: bytes, at: int) -> Read:
    found = decode(content, _Subscription)
    items = found.items.data
    starts = _latest([found.current_period_start, *[item.current_period_start for item in items]])
    ends = _latest([found.current_period_end, *[item.current_period_end for item in items]])
    said = _STATUSES.get(found.status)
    if said is None:
        return "not_final"
    reason = None if found.cancellation_details is None else found.cancellation_details.reason
    # In arrears the period is the one that nobody has paid: what is paid ended where it began.
    is_unpaid = said in {"past_due", "unpaid"} or found.status == "incomplete_expired"
    is_unpaid = is_unpaid or (said == "canceled" and reason in UNPAID_REASONS)
    until = starts if is_unpaid else ends
    return BillingFact(
        kind=said,
        subject=found.id,
        occurred_at=at,
        # A trial that ended without a way to pay has no period: what was said of it stands.
        period_end=None if said == "paused" else from_unix(until),
        plans=tuple(item.price.id for item in items if item.price is not None),
    )


def _read_paid_invoice(content: bytes, at: int) -> Read:
    return _read_invoice(content, at, "paid")


def _read_failed_invoice(content: bytes, at: int) -> Read:
    return _read_invoice(content, at, "past_due")


def _read_invoice(content: bytes, at: int, kind: Kind) -> Read:
    found = decode(content, _Invoice)
    subscription = found.subscription
    if found.parent is not None and found.parent.subscription_details is not None:
        subscription = found.parent.subscription_details.subscription
    if subscription is None:
        return "unknown_type"
    paid = [payment.payment for payment in found.payments.data] if found.payments else []
    paid.append(_Payment(found.payment_intent, found.charge))
    names = [found.id, *[name for item in paid for name in (item.payment_intent, item.charge)]]
    ends = [line.period.end for line in found.lines.data if _is_of(line, subscription)]
    return BillingFact(
        kind=kind,
        subject=subscription,
        occurred_at=at,
        period_end=from_unix(_latest([*ends])) if kind == "paid" else None,
        payments=tuple(dict.fromkeys(name for name in names if name is not None)),
    )


def _is_of(line: _Line, subscription: str) -> bool:
    """Whether a line is the subscription's own: others have periods that mean something else."""
    details = None if line.parent is None else line.parent.subscription_item_details
    return subscription in {line.subscription, None if details is None else details.subscription}


def _read_invoice_payment(content: bytes, at: int) -> Read:
    found = decode(content, _InvoicePayment)
    if found.invoice is None:
        return "unknown_type"
    names = [found.payment.payment_intent, found.payment.charge]
    payments = tuple(name for name in names if name is not None)
    return BillingFact(kind="payment", subject=found.invoice, occurred_at=at, payments=payments)


def _read_refund(content: bytes, at: int) -> Read:
    found = decode(content, _Charge)
    if not found.is_refunded:
        return "partial_refund"
    subject = found.invoice or found.payment_intent or found.id
    return BillingFact(kind="refunded", subject=subject, occurred_at=at)


def _read_dispute(content: bytes, at: int) -> Read:
    found = decode(content, _Dispute)
    subject = found.payment_intent or found.charge
    if subject is None or found.status.startswith("warning_"):
        # An inquiry: the money has not gone back.
        return "not_final"
    return BillingFact(kind="charged_back", subject=subject, occurred_at=at)


def _latest(seconds: Sequence[int | None]) -> int | None:
    return max((each for each in seconds if each is not None), default=None)


_STATUSES: Mapping[str, Kind] = {
    "trialing": "active",
    "active": "active",
    "past_due": "past_due",
    "unpaid": "unpaid",
    "paused": "paused",
    "canceled": "canceled",
    "incomplete_expired": "canceled",
}
_READERS: Mapping[str, Callable[[bytes, int], Read]] = {
    "customer.subscription.created": _read_subscription,
    "customer.subscription.updated": _read_subscription,
    "customer.subscription.deleted": _read_subscription,
    "customer.subscription.paused": _read_subscription,
    "customer.subscription.resumed": _read_subscription,
    "invoice.paid": _read_paid_invoice,
    "invoice.payment_succeeded": _read_paid_invoice,
    "invoice.payment_failed": _read_failed_invoice,
    "invoice_payment.paid": _read_invoice_payment,
    "charge.refunded": _read_refund,
    "charge.dispute.created": _read_dispute,
}
