"""Paddle Billing's events: subscriptions, transactions that pay them, and adjustments."""

from collections.abc import Callable, Mapping

import msgspec

from licenseapi_server.domain.billing import BillingFact, Delivery, Kind, Read, make_delivery
from licenseapi_server.domain.billing_texts import (
    ExternalId,
    TypeName,
    decode,
    from_text,
    get_time,
)


class _Price(msgspec.Struct):
    id: ExternalId


class _Item(msgspec.Struct):
    price: _Price | None = None


class _Period(msgspec.Struct):
    starts_at: str
    ends_at: str


class _Subscription(msgspec.Struct):
    id: ExternalId
    status: str
    items: list[_Item]
    current_billing_period: _Period | None = None


class _Transaction(msgspec.Struct):
    id: ExternalId
    subscription_id: ExternalId | None = None
    billing_period: _Period | None = None


class _Adjustment(msgspec.Struct):
    action: str
    status: str
    transaction_id: ExternalId
    subscription_id: ExternalId | None = None
    type: str | None = None


class _Event(msgspec.Struct):
    event_id: ExternalId
    event_type: TypeName
    occurred_at: str
    data: msgspec.Raw


def read(content: bytes) -> Delivery:
    """The delivery. Raises UnreadableError."""
    event = decode(content, _Event)
    noun, _, verb = event.event_type.partition(".")
    reader = _READERS.get(noun if noun == "subscription" and verb else event.event_type)
    found: Read = "unknown_type"
    if reader is not None:
        found = reader(bytes(event.data), get_time(event.occurred_at))
    # Sandbox and live are accounts of their own, each with its own secrets.
    return make_delivery(event.event_id, event.event_type, found, is_test=None)


def _read_subscription(content: bytes, at: int) -> Read:
    found = decode(content, _Subscription)
    said = _STATUSES.get(found.status)
    if said is None:
        return "not_final"
    period, until = found.current_billing_period, None
    if period is not None:
        # In arrears the period is the one that nobody has paid: what is paid ended where it began.
        until = from_text(period.starts_at if said == "past_due" else period.ends_at)
    return BillingFact(
        kind=said,
        subject=found.id,
        occurred_at=at,
        period_end=until,
        plans=tuple(item.price.id for item in found.items if item.price is not None),
    )


def _read_transaction(content: bytes, at: int) -> Read:
    found = decode(content, _Transaction)
    if found.subscription_id is None:
        return "unknown_type"
    period = found.billing_period
    return BillingFact(
        kind="paid",
        subject=found.subscription_id,
        occurred_at=at,
        period_end=None if period is None else from_text(period.ends_at),
        payments=(found.id,),
    )


def _read_adjustment(content: bytes, at: int) -> Read:
    found = decode(content, _Adjustment)
    said = _ACTIONS.get(found.action)
    if said is None:
        return "unknown_type"
    if found.status != "approved":
        return "not_final"
    if said == "refunded" and found.type != "full":
        return "partial_refund"
    subject = found.subscription_id or found.transaction_id
    return BillingFact(kind=said, subject=subject, occurred_at=at)


_STATUSES: Mapping[str, Kind] = {
    "trialing": "active",
    "active": "active",
    "past_due": "past_due",
    "paused": "paused",
    "canceled": "canceled",
}
_ACTIONS: Mapping[str, Kind] = {"refund": "refunded", "chargeback": "charged_back"}
_READERS: Mapping[str, Callable[[bytes, int], Read]] = {
    "subscription": _read_subscription,
    "transaction.paid": _read_transaction,
    "transaction.completed": _read_transaction,
    "adjustment.created": _read_adjustment,
    "adjustment.updated": _read_adjustment,
}
