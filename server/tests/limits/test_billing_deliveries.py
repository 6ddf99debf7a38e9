"""A delivery has one effect, however many copies of it arrive at once, and where."""

import json
from collections import Counter
from threading import Thread

import httpx
from harness.billing import SECRETS, sign, stripe_charge, stripe_event, stripe_invoice
from harness.cast import make_vendor
from harness.crowd import crowd
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

COPIES = 20


def test_twenty_copies_at_once_have_one_effect(busy_server: Server) -> None:
    """On four workers: one is new, the others are told of it."""
    acme = make_vendor(busy_server)
    set_up(acme)
    content = json.dumps(active()).encode()
    headers = {"Content-Type": "application/json", **sign("stripe", content)}
    receipts = []

    def act(client: httpx.Client, _number: int) -> int:
        response = client.post(address(acme), content=content, headers=headers)
        receipts.append(response.json())
        return response.status_code

    answers = crowd(busy_server, "none", COPIES, act)

    assert Counter(answers) == {200: COPIES}
    assert Counter(receipt["is_repeat"] for receipt in receipts) == {False: 1, True: COPIES - 1}
    assert len({receipt["id"] for receipt in receipts}) == 1
    kinds = Counter(event["type"] for event in timeline(acme))
    assert kinds["license.renewed"] == kinds["license.subscription_updated"] == 1
    assert license_of(acme)["expires_at"] == plain(END)


def test_a_story_told_at_once_ends_as_if_told_in_order(busy_server: Server) -> None:
    """Renewals, and a refund, each of them twice, all at the same moment."""
    acme = make_vendor(busy_server)
    set_up(acme, when_refunded="suspend")
    story = [
        active(START, END, NOW - 90),
        active(END, NEXT, NOW - 80),
        stripe_event("invoice.paid", stripe_invoice("in_1", START, END), NOW - 85),
        stripe_event(
            "charge.refunded", {**stripe_charge("pi_1"), "invoice": "in_1"}, NOW - 70
        ),
    ]  # fmt: skip

    def act(client: httpx.Client, number: int) -> int:
        content = json.dumps(story[number % len(story)]).encode()
        headers = {"Content-Type": "application/json", **sign("stripe", content)}
        return client.post(address(acme), content=content, headers=headers).status_code

    assert Counter(crowd(busy_server, "none", 2 * len(story), act)) == {200: 2 * len(story)}
    found = license_of(acme)
    assert (found["status"], found["expires_at"]) == ("suspended", plain(NEXT))
    rows = acme.api.get("/v1/billing_deliveries").json()["data"]
    assert len(rows) == len(story)
    assert "pending" not in {row["outcome"] for row in rows}


def test_a_link_made_meanwhile_misses_no_delivery(busy_server: Server) -> None:
    """Either the delivery finds the link, or the link finds the delivery."""
    acme = make_vendor(busy_server)
    acme.api.make("/v1/billing_providers", provider="stripe", secret=SECRETS["stripe"])
    for number in range(8):
        license_ = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])["id"]
        event = active(id=f"sub_{number}", at=NOW - number)
        delivering = Thread(target=send, args=(acme, event))
        delivering.start()
        add_link(acme, license_id=license_, external_id=f"sub_{number}")
        delivering.join()

        assert acme.api.get(f"/v1/licenses/{license_}").json()["expires_at"] == plain(END)
