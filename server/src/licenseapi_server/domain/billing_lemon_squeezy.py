"""Lemon Squeezy's events. They have no id: the digest of the body stands for it."""

import hashlib

import msgspec

from licenseapi_server.domain.billing import BillingFact, Delivery, Kind, Read, make_delivery
from licenseapi_server.domain.billing_texts import (
    ExternalId,
    Number,
    TypeName,
    decode,
    from_text,
    get_time,
)


class _Meta(msgspec.Struct):
    event_name: TypeName
    test_mode: bool | None = None


class _Pause(msgspec.Struct):
    mode: str | None = None
    resumes_at: str | None = None


class _Attributes(msgspec.Struct):
    """Those of subscriptions, of their invoices, and of orders."""

    status: str
    updated_at: str
    subscription_id: Number | None = None
    order_id: Number | None = None
    variant_id: Number | None = None
    renews_at: str | None = None
    ends_at: str | None = None
    pause: _Pause | None = None
    refunded: bool | None = None
    refunded_at: str | None = None
    test_mode: bool | None = None


class _Data(msgspec.Struct):
    type: str
    id: ExternalId
    attributes: _Attributes


class _Event(msgspec.Struct):
    meta: _Meta
    data: msgspec.Raw


def read(content: bytes) -> Delivery:
    """The delivery. Raises UnreadableError."""
    event = decode(content, _Event)
    name, digest = event.meta.event_name, hashlib.sha256(content).hexdigest()
    if not name.startswith(("subscription_", "order_")):
        return make_delivery(digest, name, "unknown_type", is_test=event.meta.test_mode)
    data = decode(bytes(event.data), _Data)
    is_test = event.meta.test_mode
    if is_test is None:
        is_test = data.attributes.test_mode
    return make_delivery(digest, name, _read_data(name, data), is_test=is_test)


def _read_data(name: str, data: _Data) -> Read:
    if data.type == "subscriptions":
        return _read_subscription(data)
    if name in _PAYMENTS and data.type == "subscription-invoices":
        return _read_payment(data, _PAYMENTS[name])
    if name == "order_refunded" and data.type == "orders":
        return _read_refund(data, order_name(data.id))
    return "unknown_type"


def order_name(number: object) -> str:
    """How an order is told from a subscription: both are numbers."""
    return f"order:{number}"


def _read_subscription(data: _Data) -> Read:
    found = data.attributes
    said = _STATUSES.get(found.status)
    if said is None:
        return "not_final"
    return BillingFact(
        kind=said,
        subject=data.id,
        occurred_at=get_time(found.updated_at),
        period_end=_paid_until(found),
        plans=() if found.variant_id is None else (str(found.variant_id),),
        payments=() if found.order_id is None else (order_name(found.order_id),),
    )


def _paid_until(found: _Attributes) -> int | None:
    """What the subscription says about its period; None where the earlier word stands.

    `renews_at` of one in arrears is the next attempt to collect, and `ends_at` of an expired
    one may be the end of those attempts: neither has been paid.
    """
    if found.status in {"active", "on_trial"}:
        return from_text(found.renews_at)
    if found.status == "cancelled":
        return from_text(found.ends_at)
    if found.status == "paused" and found.pause is not None and found.pause.mode == "free":
        return from_text(found.pause.resumes_at)
    return None


def _read_payment(data: _Data, kind: Kind) -> Read:
    found = data.attributes
    if found.subscription_id is None:
        return "unknown_type"
    subject = str(found.subscription_id)
    if kind == "refunded":
        return _read_refund(data, subject)
    return BillingFact(kind=kind, subject=subject, occurred_at=get_time(found.updated_at))


def _read_refund(data: _Data, subject: str) -> Read:
    found = data.attributes
    if found.status != "refunded" or not found.refunded:
        return "partial_refund"
    at = get_time(found.refunded_at or found.updated_at)
    return BillingFact(kind="refunded", subject=subject, occurred_at=at)


_STATUSES: dict[str, Kind] = {
    "on_trial": "active",
    "active": "active",
    "past_due": "past_due",
    "unpaid": "unpaid",
    "paused": "paused",
    "cancelled": "canceled",
    "expired": "canceled",
}
# A payment says nothing of the period: the subscription's own event does.
_PAYMENTS: dict[str, Kind] = {
    "subscription_payment_success": "paid",
    "subscription_payment_recovered": "paid",
    "subscription_payment_failed": "past_due",
    "subscription_payment_refunded": "refunded",
}
