"""Deliveries of billing providers: applied once, in whatever order, and shown."""

import pytest
from harness.billing import (
    SECRETS,
    deliver,
    stripe_charge,
    stripe_event,
    stripe_invoice,
    stripe_invoice_payment,
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
    add_link,
    address,
    license_of,
    plain,
    send,
    set_up,
    timeline,
)


@pytest.fixture
def acme(server: Server) -> Vendor:
    """A vendor with a license that ends with its subscription, after a week of grace."""
    return make_vendor(server, grace_period="P7D")


def test_a_paid_subscription_sets_the_expiry(acme: Vendor) -> None:
    """Once, with its event; and the delivery shows what it did."""
    link = set_up(acme)
    event = active()

    first, again = send(acme, event), send(acme, event)

    assert license_of(acme)["expires_at"] == plain(END)
    assert first == {
        "id": first["id"],
        "object": "billing_receipt",
        "outcome": "applied",
        "is_repeat": False,
    }
    assert again == {**first, "is_repeat": True}
    events = {event["type"]: event for event in timeline(acme)}
    kinds = ["license.subscription_linked", "license.renewed", "license.subscription_updated"]
    linked, renewed, heard = [events.pop(kind) for kind in kinds]
    assert events == {}
    assert linked["data"] == {"link_id": link["id"], "cause": "stripe", "external_id": "sub_A"}
    cause = {"cause": "stripe", "delivery_id": first["id"]}
    assert renewed["data"] == {**cause, "to": plain(END)}
    assert renewed["actor"] == "stripe"
    assert heard["data"] == {**cause, "status": "active"}
    shown = acme.api.get(f"/v1/billing_deliveries/{first['id']}").json()
    assert shown == {
        "id": first["id"],
        "object": "billing_delivery",
        "mode": "live",
        "provider": "stripe",
        "event_id": event["id"],
        "type": "customer.subscription.updated",
        "kind": "active",
        "subject": "sub_A",
        "period_end": plain(END),
        "plans": ["price_basic"],
        "outcome": "applied",
        "reason": None,
        "effects": ["license.renewed", "license.subscription_updated"],
        "license_id": acme.license["id"],
        "occurred_at": plain(NOW - 9),
        "applied_at": shown["applied_at"],
        "created_at": shown["created_at"],
    }
    after = acme.api.get(f"/v1/subscription_links/{link['id']}").json()
    assert (after["status"], after["paid_until"], after["version"]) == ("active", plain(END), 2)


def test_older_periods_change_nothing(acme: Vendor) -> None:
    """Reordered by the network: the newest word by the provider's clock counts."""
    set_up(acme)
    send(acme, active(END, NEXT, NOW - 5))
    late = send(acme, active(START, END, NOW - 500))
    send(acme, stripe_event("invoice.paid", stripe_invoice("in_1", START, END), NOW - 490))

    assert late["outcome"] == "stale"
    assert license_of(acme)["expires_at"] == plain(NEXT)


def test_arrears_take_back_what_nobody_paid_for(acme: Vendor) -> None:
    """The license ends with the period that was paid, and then has its policy's grace."""
    set_up(acme)
    ended = NOW - 3_600
    send(acme, stripe_event("invoice.paid", stripe_invoice("in_1", START, ended), NOW - 90_000))
    send(acme, active(ended, END, NOW - 3_500))
    assert license_of(acme)["status"] == "active"

    failed = stripe_subscription("past_due", ended, END)
    send(acme, stripe_event("customer.subscription.updated", failed, NOW - 60))

    found = license_of(acme)
    assert (found["expires_at"], found["status"]) == (plain(ended), "grace")
    assert acme.api.make("/v1/licenses/validate", key=acme.key)["code"] == "GRACE_PERIOD"
    (moved,) = [event for event in timeline(acme) if event["type"] == "license.updated"]
    assert moved["data"]["changed"] == ["expires_at"]
    assert (moved["data"]["from"], moved["data"]["to"]) == (plain(END), plain(ended))
    send(acme, stripe_event("invoice.paid", stripe_invoice("in_2", ended, END), NOW - 5))
    assert license_of(acme)["expires_at"] == plain(END)


def test_a_canceled_subscription_ends_with_its_period(acme: Vendor) -> None:
    """Not before: it is paid for. Unless it was canceled because nobody paid."""
    link = set_up(acme)
    send(acme, active())
    canceled = stripe_subscription("canceled", START, END)
    receipt = send(acme, stripe_event("customer.subscription.deleted", canceled, NOW - 5))

    assert license_of(acme)["expires_at"] == plain(END)
    assert receipt["outcome"] == "applied"
    assert acme.api.get(f"/v1/subscription_links/{link['id']}").json()["status"] == "canceled"

    details = {"reason": "payment_failed", "comment": None, "feedback": None}
    unpaid = stripe_subscription("canceled", START, END, cancellation_details=details)
    send(acme, stripe_event("customer.subscription.deleted", unpaid, NOW - 4))
    assert license_of(acme)["expires_at"] == plain(START)


REFUND_STORY = {
    "paid": stripe_event("invoice.paid", stripe_invoice("in_1", START, END), NOW - 50),
    "payment": stripe_event(
        "invoice_payment.paid", stripe_invoice_payment("in_1", "pi_1"), NOW - 50
    ),
    "refund": stripe_event("charge.refunded", stripe_charge("pi_1"), NOW - 10),
}


@pytest.mark.parametrize(
    "order",
    [
        ("paid", "payment", "refund"),
        ("refund", "payment", "paid"),
        ("payment", "refund", "paid"),
        ("refund", "paid", "payment"),
    ],
)
def test_a_refund_finds_its_license_in_whatever_order(acme: Vendor, order: tuple[str, ...]) -> None:
    """A charge names only its payment intent: who that belongs to may come to light later."""
    set_up(acme)
    for name in order:
        send(acme, REFUND_STORY[name])

    found = license_of(acme)
    assert (found["status"], found["revocation_reason"]) == ("revoked", "Refunded")
    revoked = [event for event in timeline(acme) if event["type"] == "license.revoked"]
    assert [event["data"]["reason"] for event in revoked] == ["Refunded"]
    used = acme.api.get("/v1/account/usage").json()["licenses"]["used"]
    assert used == 0


def test_other_refunds_leave_the_license_alone(acme: Vendor) -> None:
    """A part of it, a charge for something else, and an inquiry of a bank."""
    set_up(acme)
    send(acme, active())
    send(acme, REFUND_STORY["payment"])
    send(acme, REFUND_STORY["paid"])
    part = send(
        acme, stripe_event("charge.refunded", stripe_charge("pi_1", is_whole=False), NOW - 9)
    )
    other = send(acme, stripe_event("charge.refunded", stripe_charge("pi_other"), NOW - 8))
    inquiry = {"id": "du_1", "status": "warning_needs_response", "payment_intent": "pi_1"}
    asked = send(acme, stripe_event("charge.dispute.created", inquiry, NOW - 7))

    outcomes = [receipt["outcome"] for receipt in (part, other, asked)]
    assert outcomes == ["ignored", "pending", "ignored"]
    assert license_of(acme)["status"] == "active"
    shown = acme.api.get(f"/v1/billing_deliveries/{part['id']}").json()
    assert shown["reason"] == "partial_refund"


@pytest.mark.parametrize(
    ("when_refunded", "status"), [("suspend", "suspended"), ("ignore", "active")]
)
def test_a_chargeback_does_what_the_link_says(
    acme: Vendor, when_refunded: str, status: str
) -> None:
    """Suspended by a link that says so; and a reinstated license is not suspended by a repeat."""
    set_up(acme, when_refunded=when_refunded)
    send(acme, active())
    send(acme, REFUND_STORY["payment"])
    send(acme, REFUND_STORY["paid"])
    dispute = {"id": "du_1", "status": "needs_response", "payment_intent": "pi_1"}
    event = stripe_event("charge.dispute.created", dispute, NOW - 7)
    send(acme, event)

    assert license_of(acme)["status"] == status
    if when_refunded == "suspend":
        assert license_of(acme)["suspension_reason"] == "Charged back"
        acme.api.make(f"/v1/licenses/{acme.license['id']}/reinstate")
        send(acme, event)
        send(acme, active(END, NEXT, NOW - 2))
        found = license_of(acme)
        assert (found["status"], found["expires_at"]) == ("active", plain(NEXT))


def test_a_changed_plan_transfers_the_license(acme: Vendor) -> None:
    """By the provider's map, or the link's own before it; foreign and archived policies lead nowhere."""
    pro = acme.api.make("/v1/policies", product_id=acme.product["id"], name="Pro")["id"]
    team = acme.api.make("/v1/policies", product_id=acme.product["id"], name="Team")["id"]
    draw = acme.api.make("/v1/products", name="Draw", code="draw")["id"]
    foreign = acme.api.make("/v1/policies", product_id=draw, name="Foreign")["id"]
    acme.api.make(
        "/v1/billing_providers",
        provider="stripe",
        secret=SECRETS["stripe"],
        policies={"price_pro": pro, "price_team": pro, "price_draw": foreign},
    )
    add_link(acme, policies={"price_team": team})

    def policy_after(price: str, at: int) -> str:
        send(acme, active(at=at, price=price))
        found: str = license_of(acme)["policy_id"]
        return found

    assert policy_after("price_pro", NOW - 90) == pro
    moved = [event for event in timeline(acme) if event["type"] == "license.transferred"]
    assert moved[0]["data"]["policy_id"] == pro
    assert policy_after("price_unknown", NOW - 80) == pro
    assert policy_after("price_draw", NOW - 70) == pro
    assert policy_after("price_team", NOW - 60) == team
    assert policy_after("price_pro", NOW - 65) == team
    acme.api.make_patch(f"/v1/policies/{pro}", archived=True)
    assert policy_after("price_pro", NOW - 50) == team


def test_a_delivery_waits_for_its_link(acme: Vendor) -> None:
    """The provider is often faster than the shop that makes the license."""
    acme.api.make("/v1/billing_providers", provider="stripe", secret=SECRETS["stripe"])
    waiting = send(acme, active())
    elsewhere = stripe_event(
        "customer.subscription.updated",
        {**stripe_subscription("active", START, END), "id": "sub_B"},
        NOW - 9,
    )
    other = send(acme, elsewhere)
    assert (waiting["outcome"], license_of(acme)["expires_at"]) == ("pending", None)

    link = add_link(acme)

    assert (link["status"], link["paid_until"]) == ("active", plain(END))
    assert license_of(acme)["expires_at"] == plain(END)
    pending = acme.api.get("/v1/billing_deliveries", params={"outcome": "pending"}).json()["data"]
    assert [row["id"] for row in pending] == [other["id"]]
    about = {"license_id": acme.license["id"]}
    applied = acme.api.get("/v1/billing_deliveries", params=about).json()["data"]
    assert [row["id"] for row in applied] == [waiting["id"]]


def test_a_revoked_license_stays_as_it_is(acme: Vendor) -> None:
    """And so does one that is deleted: what comes then waits for another link."""
    set_up(acme)
    acme.api.make(f"/v1/licenses/{acme.license['id']}/revoke")
    assert send(acme, active())["outcome"] == "applied"
    assert license_of(acme)["expires_at"] is None

    assert acme.api.delete(f"/v1/licenses/{acme.license['id']}").status_code == 200
    assert send(acme, active(END, NEXT, NOW - 2))["outcome"] == "pending"
    assert acme.api.get("/v1/subscription_links").json()["data"] == []


def test_a_test_license_still_ends_within_ninety_days(server: Server) -> None:
    """Test mode has an address and a secret of its own; a subscription is no way around its caps."""
    acme = make_vendor(server, mode="test")
    set_up(acme)
    year = NOW + 365 * 86_400
    send(acme, active(NOW, year) | {"livemode": False})
    live = deliver(server.client(), address(acme).removesuffix("/test"), active())

    found = license_of(acme)["expires_at"]
    assert plain(NOW + 89 * 86_400) < found <= plain(NOW + 91 * 86_400)
    assert live.status_code == 401


def test_a_subscription_starts_the_clock_of_its_license(server: Server) -> None:
    """What has been paid for is not cut short by the first use."""
    acme = make_vendor(server, duration="P7D", expiration_basis="first_activation")
    set_up(acme)
    send(acme, active())

    acme.api.make("/v1/activations", license_id=acme.license["id"], fingerprint="carols-machine")

    assert license_of(acme)["expires_at"] == plain(END)


def test_a_delivery_is_no_act_of_the_vendor(server: Server, acme: Vendor) -> None:
    """It is kept as a delivery; a repeat leaves nothing at all."""
    set_up(acme)
    event = active()

    send(acme, event)
    send(acme, event)

    statement = (
        "SELECT operation FROM records_auditrecord WHERE account_id = ? AND operation LIKE ?"
    )
    assert server.execute(statement, acme.account.account_id, "billing.receive%") == []
