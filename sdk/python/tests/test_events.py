"""Events: what the methods ask, and the timeline of a license on a real server."""

from __future__ import annotations

import asyncio
import os

import pytest
from conftest import Server
from edge import Edge, answers

import licenseapi
from licenseapi import AsyncLicenseAPI, Event, LicenseAPI
from licenseapi.error import NotFoundError

EVENT = {"object": "event", "id": "evt_1", "data": {"from": "then"}}


def test_methods_ask_for_what_is_named(edge: Edge, client: LicenseAPI) -> None:
    page = {"object": "list", "has_more": False, "data": [EVENT]}
    edge.will(answers(EVENT), answers(page), answers({**page, "has_more": True}), answers(page))

    assert client.events.retrieve("evt_1").data == {"from": "then"}
    assert len(client.events.list(type="license.renewed", license_id="lic_1").data) == 1
    assert [event.id for event in client.licenses.timeline("lic_1", limit=1)] == ["evt_1"] * 2

    first, next_ = {"limit": "1"}, {"limit": "1", "starting_after": "evt_1"}
    assert [(asked.path, dict(asked.query)) for asked in edge.asked] == [
        ("/v1/events/evt_1", {}),
        ("/v1/events", {"type": "license.renewed", "license_id": "lic_1"}),
        ("/v1/licenses/lic_1/timeline", first),
        ("/v1/licenses/lic_1/timeline", next_),
    ]


@pytest.fixture
def license(server: Server) -> licenseapi.License:
    """A license that was suspended."""
    with LicenseAPI(server.secret_key, server.address) as vendor:
        product = vendor.products.create(name="Paint", code=os.urandom(8).hex())
        policy = vendor.policies.create(product_id=product.id, name="Plain")
        made = vendor.licenses.create(policy_id=policy.id)
        return vendor.licenses.suspend(made.id, reason="Disputed")


def test_a_license_has_a_timeline(server: Server, license: licenseapi.License) -> None:
    licenseapi.api_key, licenseapi.api_base = server.secret_key, server.address

    suspended, created = licenseapi.License.timeline(license.id)

    assert (created.type, suspended.type) == ("license.created", "license.suspended")
    assert suspended.data == {"reason": "Disputed"}
    assert (suspended.license_id, suspended.mode) == (license.id, license.mode)
    assert Event.retrieve(suspended.id) == suspended
    assert Event.list(license_id=license.id, type="license.created").data == [created]
    with pytest.raises(NotFoundError):
        licenseapi.License.timeline("lic_x")


def test_async_methods_do_the_same(server: Server, license: licenseapi.License) -> None:
    async def types() -> list[str]:
        async with AsyncLicenseAPI(server.secret_key, server.address) as client:
            page = await client.events.list(license_id=license.id)
            assert await client.events.retrieve(page.data[0].id) == page.data[0]
            return [event.type async for event in client.licenses.timeline(license.id, limit=1)]

    assert asyncio.run(types()) == ["license.suspended", "license.created"]
