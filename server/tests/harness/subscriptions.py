"""A vendor whose license a subscription drives: setting it up, and looking at it."""

import time
from typing import Any

from harness.billing import SECRETS, deliver, iso, stripe_event, stripe_subscription
from harness.cast import Vendor

MONTH = 30 * 86_400
NOW = int(time.time())
START, END, NEXT = NOW - 86_400, NOW + MONTH, NOW + 2 * MONTH
SUBSCRIPTIONS = {
    "stripe": "sub_A",
    "paddle": "sub_01paddle",
    "lemon_squeezy": "7",
    "generic": "S-1",
}


def set_up(vendor: Vendor, provider: str = "stripe", **link: Any) -> dict[str, Any]:
    """A provider, and a link of the vendor's license."""
    vendor.api.make("/v1/billing_providers", provider=provider, secret=SECRETS[provider])
    return add_link(vendor, provider, **link)


def add_link(vendor: Vendor, provider: str = "stripe", **link: Any) -> dict[str, Any]:
    """A link of the vendor's license."""
    body = {"license_id": vendor.license["id"], "external_id": SUBSCRIPTIONS[provider]}
    return vendor.api.make("/v1/subscription_links", provider=provider, **{**body, **link})


def address(vendor: Vendor, provider: str = "stripe") -> str:
    """Where its deliveries go."""
    end = "/test" if vendor.mode == "test" else ""
    return f"/v1/billing/{provider}/{vendor.account.account_id}{end}"


def send(vendor: Vendor, body: dict[str, Any], provider: str = "stripe") -> dict[str, Any]:
    """A delivery that is taken in; the receipt."""
    response = deliver(vendor.account.server.client(), address(vendor, provider), body)
    assert response.status_code == 200, response.text
    receipt: dict[str, Any] = response.json()
    return receipt


def license_of(vendor: Vendor) -> dict[str, Any]:
    """The license as it is now."""
    found: dict[str, Any] = vendor.api.get(f"/v1/licenses/{vendor.license['id']}").json()
    return found


def timeline(vendor: Vendor) -> list[dict[str, Any]]:
    """What happened to the license since its creation, oldest first."""
    page = vendor.api.get(f"/v1/licenses/{vendor.license['id']}/timeline").json()
    return list(page["data"][-2::-1])


def plain(number: int) -> str:
    """A time as our API writes it."""
    return iso(number).replace(".000000Z", "Z")


def active(start: int = START, end: int = END, at: int = NOW - 9, **more: Any) -> dict[str, Any]:
    """Stripe says that sub_A is active."""
    said = stripe_subscription("active", start, end, **more)
    return stripe_event("customer.subscription.updated", said, at)
