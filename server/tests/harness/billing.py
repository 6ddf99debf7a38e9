"""Deliveries as the billing providers document them, typed in anew, and signed as they sign."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

SECRETS = {
    "stripe": "whsec_test_of_our_own",
    "paddle": "pdl_ntfset_test_of_our_own",
    "lemon_squeezy": "lemon-secret",
    "generic": "a-secret-of-our-own-making",
}


def digest(secret: str, text: bytes) -> str:
    """HMAC-SHA-256 in hex."""
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def sign(
    provider: str, content: bytes, secret: str | None = None, *, at: float | None = None
) -> dict[str, str]:
    """The headers that the provider would send with this body."""
    key = SECRETS[provider] if secret is None else secret
    seconds = str(int(time.time() if at is None else at))
    if provider == "lemon_squeezy":
        return {"X-Signature": digest(key, content)}
    if provider == "paddle":
        return {
            "Paddle-Signature": f"ts={seconds};h1={digest(key, f'{seconds}:'.encode() + content)}"
        }
    name = "Stripe-Signature" if provider == "stripe" else "Billing-Signature"
    return {name: f"t={seconds},v1={digest(key, f'{seconds}.'.encode() + content)}"}


def deliver(
    api: httpx.Client, path: str, body: Mapping[str, Any], secret: str | None = None
) -> httpx.Response:
    """Send a delivery to `path`, like `/v1/billing/stripe/acct_…`, as its provider would."""
    content = json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **sign(path.split("/")[3], content, secret)}
    return api.post(path, content=content, headers=headers)


def seconds(text: str) -> int:
    """A time as Stripe writes it."""
    return int(datetime.fromisoformat(text).timestamp())


def iso(number: int) -> str:
    """A time as the others write it."""
    return datetime.fromtimestamp(number, UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def stripe_event(kind: str, found: Mapping[str, Any], created: int, **more: Any) -> dict[str, Any]:
    """An event around an object; its id follows from what it says."""
    text = json.dumps([kind, found, created], sort_keys=True)
    return {
        "id": "evt_" + hashlib.sha256(text.encode()).hexdigest()[:24],
        "object": "event",
        "api_version": "2025-03-31.basil",
        "created": created,
        "livemode": True,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
        "data": {"object": found},
        **more,
    }


def stripe_subscription(
    status: str, start: int, end: int, *, price: str = "price_basic", **more: Any
) -> dict[str, Any]:
    """A subscription since API version 2025-03-31: its period stands on the item."""
    return {
        "id": "sub_A",
        "object": "subscription",
        "customer": "cus_A",
        "status": status,
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "items": {
            "object": "list",
            "data": [
                {
                    "id": "si_A",
                    "object": "subscription_item",
                    "current_period_start": start,
                    "current_period_end": end,
                    "price": {"id": price, "object": "price", "product": "prod_A"},
                    "quantity": 1,
                }
            ],
            "has_more": False,
        },
        **more,
    }


def stripe_invoice(number: str, start: int, end: int) -> dict[str, Any]:
    """A paid invoice of sub_A since API version 2025-03-31."""
    details = {"subscription": "sub_A", "metadata": {}}
    return {
        "id": number,
        "object": "invoice",
        "customer": "cus_A",
        "status": "paid",
        "billing_reason": "subscription_cycle",
        "parent": {"type": "subscription_details", "subscription_details": details},
        "lines": {
            "object": "list",
            "data": [
                {
                    "id": "il_A",
                    "object": "line_item",
                    "amount": 1900,
                    "period": {"start": start, "end": end},
                    "parent": {
                        "type": "subscription_item_details",
                        "subscription_item_details": {
                            "subscription": "sub_A",
                            "subscription_item": "si_A",
                            "proration": False,
                        },
                    },
                }
            ],
        },
    }


def stripe_invoice_payment(invoice: str, intent: str) -> dict[str, Any]:
    """What tells since 2025-03-31 which payment intent paid which invoice."""
    return {
        "id": "inpay_A",
        "object": "invoice_payment",
        "invoice": invoice,
        "status": "paid",
        "payment": {"type": "payment_intent", "payment_intent": intent},
    }


def stripe_charge(intent: str, *, is_whole: bool = True) -> dict[str, Any]:
    """A charge of which all or a part went back."""
    return {
        "id": f"ch_of_{intent}",
        "object": "charge",
        "amount": 1900,
        "amount_refunded": 1900 if is_whole else 500,
        "customer": "cus_A",
        "payment_intent": intent,
        "refunded": is_whole,
    }


def paddle_event(kind: str, data: Mapping[str, Any], occurred: int) -> dict[str, Any]:
    """A notification of Paddle Billing."""
    text = json.dumps([kind, data, occurred], sort_keys=True)
    suffix = hashlib.sha256(text.encode()).hexdigest()[:26]
    return {
        "event_id": f"evt_{suffix}",
        "event_type": kind,
        "occurred_at": iso(occurred).replace(".000000Z", ".123456789Z"),
        "notification_id": f"ntf_{suffix}",
        "data": data,
    }


def paddle_subscription(status: str, start: int | None, end: int | None) -> dict[str, Any]:
    """A subscription; paused and canceled ones have no period."""
    period = None
    if start is not None and end is not None:
        period = {"starts_at": iso(start), "ends_at": iso(end)}
    return {
        "id": "sub_01paddle",
        "status": status,
        "customer_id": "ctm_01paddle",
        "current_billing_period": period,
        "next_billed_at": None,
        "scheduled_change": None,
        "items": [{"status": "active", "quantity": 1, "price": {"id": "pri_basic"}}],
    }


def paddle_transaction(number: str, start: int, end: int) -> dict[str, Any]:
    """A transaction that paid a period."""
    return {
        "id": number,
        "status": "completed",
        "subscription_id": "sub_01paddle",
        "customer_id": "ctm_01paddle",
        "origin": "subscription_recurring",
        "billing_period": {"starts_at": iso(start), "ends_at": iso(end)},
    }


def paddle_adjustment(action: str, status: str, kind: str, **more: Any) -> dict[str, Any]:
    """A refund or a chargeback."""
    return {
        "id": "adj_01paddle",
        "action": action,
        "type": kind,
        "status": status,
        "transaction_id": "txn_1",
        "subscription_id": "sub_01paddle",
        **more,
    }


def lemon_event(name: str, kind: str, number: str, **attributes: Any) -> dict[str, Any]:
    """A webhook of Lemon Squeezy, which has no id of its own."""
    return {
        "meta": {"test_mode": False, "event_name": name, "webhook_id": "0", "custom_data": {}},
        "data": {"type": kind, "id": number, "attributes": attributes},
    }


def lemon_subscription(name: str, status: str, updated: int, **more: Any) -> dict[str, Any]:
    """An event of subscription 7, which order 70 began."""
    given = {"renews_at": None, "ends_at": None, "pause": None, "test_mode": False, **more}
    return lemon_event(
        name,
        "subscriptions",
        "7",
        store_id=1,
        customer_id=2,
        order_id=70,
        variant_id=700,
        status=status,
        updated_at=iso(updated),
        **given,
    )


def generic_event(kind: str, number: str, occurred: int, **more: Any) -> dict[str, Any]:
    """Our own form."""
    return {
        "id": number,
        "type": kind,
        "occurred_at": iso(occurred),
        "subscription_id": "S-1",
        **more,
    }
