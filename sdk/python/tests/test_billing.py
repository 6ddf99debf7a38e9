"""Billing: what the methods ask, and a subscription that drives a license on a real server."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import time

import httpx2
import pytest
from conftest import Server
from edge import Edge, answers

import licenseapi
from licenseapi import AsyncLicenseAPI, BillingDelivery, LicenseAPI, SubscriptionLink
from licenseapi.error import ConflictError

PROVIDER = {"object": "billing_provider", "id": "bpr_1", "policies": {"object": "license"}}
LINK = {"object": "subscription_link", "id": "sub_1", "status": "active"}
SECRET = "not-a-secret-but-long-enough"


def test_methods_ask_for_what_is_named(edge: Edge, client: LicenseAPI) -> None:
    page = {"object": "list", "has_more": False, "data": []}
    gone = {"object": "subscription_link", "id": "sub_1", "deleted": True}
    edge.will(answers(PROVIDER), answers(LINK), answers(LINK), answers(page), answers(gone))

    rolled = client.billing_providers.roll_secret("bpr_1", secret=SECRET, overlap_seconds=60)
    client.subscription_links.update("sub_1", when_refunded="suspend", if_match=2)
    client.subscription_links.retrieve("sub_1")
    client.billing_deliveries.list(outcome="pending", subject="S-1")
    client.subscription_links.delete("sub_1")

    assert rolled.policies == {"object": "license"}
    assert [(asked.method, asked.path, dict(asked.query)) for asked in edge.asked] == [
        ("POST", "/v1/billing_providers/bpr_1/roll_secret", {}),
        ("PATCH", "/v1/subscription_links/sub_1", {}),
        ("GET", "/v1/subscription_links/sub_1", {}),
        ("GET", "/v1/billing_deliveries", {"outcome": "pending", "subject": "S-1"}),
        ("DELETE", "/v1/subscription_links/sub_1", {}),
    ]
    assert edge.asked[0].body == {"secret": SECRET, "overlap_seconds": 60}


def deliver(url: str, **event: str) -> httpx2.Response:
    """Sign and send a delivery of the generic form."""
    body, at = json.dumps(event).encode(), str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Billing-Signature": f"t={at},v1={digest}"}
    return httpx2.post(url, content=body, headers=headers, trust_env=False)


@pytest.fixture
def link(server: Server) -> SubscriptionLink:
    """A license with a subscription that is paid until 2030."""
    with LicenseAPI(server.secret_key, server.address) as vendor:
        found = {provider.provider: provider for provider in vendor.billing_providers.list()}
        provider = found.get("generic") or vendor.billing_providers.create(
            provider="generic", secret=SECRET
        )
        product = vendor.products.create(name="Paint", code=os.urandom(8).hex())
        policy = vendor.policies.create(product_id=product.id, name="Plain")
        made = vendor.licenses.create(policy_id=policy.id)
        name = os.urandom(8).hex()
        link = vendor.subscription_links.create(
            license_id=made.id, provider="generic", external_id=name
        )
        with pytest.raises(ConflictError):
            vendor.subscription_links.create(
                license_id=made.id, provider="generic", external_id="other"
            )
        sent = {"subscription_id": name, "occurred_at": "2026-01-01T00:00:00Z"}
        done = deliver(
            provider.delivery_url, id=name, type="paid", period_end="2030-01-01T00:00:00Z", **sent
        )
        assert (done.status_code, done.json()["outcome"]) == (200, "applied")
        return link


def test_a_subscription_drives_a_license(server: Server, link: SubscriptionLink) -> None:
    licenseapi.api_key, licenseapi.api_base = server.secret_key, server.address

    heard = SubscriptionLink.retrieve(link.id)
    (delivery,) = BillingDelivery.list(license_id=link.license_id)

    assert heard.paid_until == licenseapi.License.retrieve(link.license_id).expires_at
    assert (delivery.kind, delivery.effects) == ("paid", ["license.renewed"])
    assert BillingDelivery.retrieve(delivery.id) == delivery
    assert SubscriptionLink.delete(link.id).deleted


def test_async_methods_do_the_same(server: Server, link: SubscriptionLink) -> None:
    async def paid_until() -> str | None:
        async with AsyncLicenseAPI(server.secret_key, server.address) as client:
            page = await client.subscription_links.list(external_id=link.external_id)
            assert await client.subscription_links.retrieve(link.id) == page.data[0]
            return page.data[0].paid_until

    assert asyncio.run(paid_until()) == "2030-01-01T00:00:00Z"
