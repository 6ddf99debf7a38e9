"""Each provider in its own form: Stripe before and since 2025, Paddle, Lemon Squeezy, and ours."""

from typing import Any

import httpx
import pytest
from harness.billing import (
    deliver,
    generic_event,
    iso,
    lemon_event,
    lemon_subscription,
    paddle_adjustment,
    paddle_event,
    paddle_subscription,
    paddle_transaction,
    stripe_charge,
    stripe_event,
    stripe_invoice,
    stripe_subscription,
)
from harness.cast import Vendor, make_vendor
from harness.server import Server
from harness.subscriptions import (
    END,
    NEXT,
    NOW,
    START,
    active,
    address,
    license_of,
    plain,
    send,
    set_up,
)


@pytest.fixture
def acme(server: Server) -> Vendor:
    """A vendor with a license that ends with its subscription, after a week of grace."""
    return make_vendor(server, grace_period="P7D")


def test_the_form_before_2025_is_read_too(acme: Vendor) -> None:
    """Periods on the subscription, the subscription on the invoice, the invoice on the charge."""
    set_up(acme)
    old = stripe_subscription("active", START, END, current_period_start=START)
    old |= {"current_period_end": END}
    for item in old["items"]["data"]:
        del item["current_period_start"], item["current_period_end"]
    send(
        acme, stripe_event("customer.subscription.created", old, NOW - 9, api_version="2023-10-16")
    )
    assert license_of(acme)["expires_at"] == plain(END)

    invoice = {**stripe_invoice("in_1", END, NEXT), "subscription": "sub_A", "charge": "ch_1"}
    del invoice["parent"]
    invoice["lines"]["data"][0] |= {"subscription": "sub_A", "parent": None}
    send(acme, stripe_event("invoice.payment_succeeded", invoice, NOW - 8))
    assert license_of(acme)["expires_at"] == plain(NEXT)

    charge = {**stripe_charge("pi_1"), "invoice": "in_1"}
    send(acme, stripe_event("charge.refunded", charge, NOW - 7))
    assert license_of(acme)["status"] == "revoked"


def test_paddle_drives_a_license(acme: Vendor) -> None:
    """Its periods, its transactions, and its adjustments."""
    set_up(acme, "paddle", when_refunded="suspend")

    def says(kind: str, data: dict[str, Any], at: int) -> dict[str, Any]:
        return send(acme, paddle_event(kind, data, at), "paddle")

    says("subscription.activated", paddle_subscription("active", START, END), NOW - 90)
    assert license_of(acme)["expires_at"] == plain(END)
    says("transaction.completed", paddle_transaction("txn_1", END, NEXT), NOW - 80)
    assert license_of(acme)["expires_at"] == plain(NEXT)
    says("subscription.paused", paddle_subscription("paused", None, None), NOW - 70)
    assert license_of(acme)["expires_at"] == plain(NEXT)
    for action, status, kind in (
        ("refund", "pending_approval", "full"),
        ("refund", "approved", "partial"),
        ("credit", "approved", "full"),
    ):
        given = paddle_adjustment(action, status, kind)
        assert says("adjustment.created", given, NOW - 60)["outcome"] == "ignored"
    assert license_of(acme)["status"] == "active"
    by_payment = paddle_adjustment("refund", "approved", "full", subscription_id=None)
    says("adjustment.updated", by_payment, NOW - 50)
    assert license_of(acme)["status"] == "suspended"


def test_lemon_squeezy_drives_a_license(acme: Vendor) -> None:
    """By its subscriptions; payments and orders tell what went back."""
    set_up(acme, "lemon_squeezy")

    def says(body: dict[str, Any]) -> dict[str, Any]:
        return send(acme, body, "lemon_squeezy")

    created = lemon_subscription("subscription_created", "active", NOW - 90, renews_at=iso(END))
    assert (says(created)["is_repeat"], says(created)["is_repeat"]) == (False, True)
    assert license_of(acme)["expires_at"] == plain(END)
    says(lemon_subscription("subscription_updated", "past_due", NOW - 80, renews_at=iso(NEXT)))
    assert license_of(acme)["expires_at"] == plain(END)
    says(lemon_subscription("subscription_cancelled", "cancelled", NOW - 70, ends_at=iso(END)))
    part = {"subscription_id": 7, "status": "partial_refund", "refunded": True}
    invoice = lemon_event(
        "subscription_payment_refunded", "subscription-invoices", "55", updated_at=iso(NOW), **part
    )
    assert says(invoice)["outcome"] == "ignored"
    whole = {"status": "refunded", "refunded": True, "refunded_at": iso(NOW)}
    says(lemon_event("order_refunded", "orders", "71", updated_at=iso(NOW), **whole))
    assert license_of(acme)["status"] == "active"
    says(lemon_event("order_refunded", "orders", "70", updated_at=iso(NOW), **whole))
    assert license_of(acme)["status"] == "revoked"


def test_a_system_of_ones_own_drives_a_license(acme: Vendor) -> None:
    """In our generic form, whose mistakes are told to its sender."""
    set_up(acme, "generic")

    def says(**body: Any) -> httpx.Response:
        path = address(acme, "generic")
        return deliver(acme.account.server.client(), path, body)

    paid = generic_event("paid", "1", NOW - 9, period_end=iso(END))
    assert says(**paid).json()["outcome"] == "applied"
    assert license_of(acme)["expires_at"] == plain(END)
    assert says(**generic_event("something_else", "2", NOW)).json()["outcome"] == "ignored"
    wrong = [
        {"id": "3"},
        generic_event("paid", "4", NOW, period_end="tomorrow"),
        generic_event("paid", "5", NOW, subscription_id=None),
        generic_event("paid", "6", NOW + 4_000),
        generic_event("paid", "7\n", NOW),
        generic_event("paid", "8", NOW, subscription_id="a\0b"),
    ]
    for body in wrong:
        refused = says(**body)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request"), body
    assert len(acme.api.get("/v1/billing_deliveries").json()["data"]) == 2


def test_what_we_do_not_know_is_kept_and_answered_200(acme: Vendor) -> None:
    """Else the provider would repeat it for days, and then stop calling."""
    set_up(acme)
    broken = stripe_event("invoice.paid", {"id": 7, "lines": None}, NOW)
    sandbox = {**active(), "livemode": False}
    bodies = {
        "unknown_type": stripe_event("customer.created", {"id": "cus_A"}, NOW),
        "unreadable": broken,
        "other_mode": sandbox,
        "not_final": active() | {"id": "evt_x", "data": {"object": stripe_subscription("incomplete", 1, 2)}},
    }  # fmt: skip
    for reason, body in bodies.items():
        receipt = send(acme, body)
        shown = acme.api.get(f"/v1/billing_deliveries/{receipt['id']}").json()
        assert (shown["outcome"], shown["reason"]) == ("ignored", reason)
        assert send(acme, body)["is_repeat"] is True
    assert license_of(acme)["expires_at"] is None
