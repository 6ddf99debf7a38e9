"""Leases: what the methods send, and a use of a floating license on a real server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest
from conftest import Server
from edge import Edge, answers, refuses

import licenseapi
from licenseapi import AsyncLicenseAPI, Lease, LicenseAPI
from licenseapi.error import ConflictError, InvalidRequestError

LEASE = {"object": "lease", "id": "lse_1"}


def test_methods_send_the_process_and_no_key(edge: Edge, client: LicenseAPI) -> None:
    edge.otherwise = lambda _asked: answers(LEASE)
    app = {"license_key": "K", "fingerprint": "m1"}

    client.leases.acquire(license_key="K", fingerprint="m1", process_id="p1", ttl_seconds=60)
    client.leases.renew("lse_1", license_key="K", fingerprint="m1")
    client.leases.release("lse_1", force=True)

    assert [(asked.method, asked.path, asked.body) for asked in edge.asked] == [
        ("POST", "/v1/leases", {**app, "process_id": "p1", "ttl_seconds": 60}),
        ("POST", "/v1/leases/lse_1/renew", app),
        ("POST", "/v1/leases/lse_1/release", {"force": True}),
    ]
    assert not any("idempotency-key" in asked.headers for asked in edge.asked)


def test_no_seat_is_told_and_not_waited_for(edge: Edge, client: LicenseAPI) -> None:
    edge.will(refuses(409, "no_seat_available", retry_after="2"))

    with pytest.raises(ConflictError) as caught:
        client.leases.acquire(license_key="K", fingerprint="m1")

    assert (caught.value.code, caught.value.headers["retry-after"]) == ("no_seat_available", "2")
    assert len(edge.asked) == 1


@pytest.fixture(scope="module")
def vendor(server: Server) -> Iterator[LicenseAPI]:
    """A client of the real server."""
    with LicenseAPI(server.secret_key, server.address) as client:
        yield client


@pytest.fixture
def license(vendor: LicenseAPI) -> licenseapi.License:
    """A floating license of one seat."""
    product = vendor.products.create(name="Paint", code=os.urandom(8).hex())
    policy = vendor.policies.create(
        product_id=product.id, name="Floating", floating=True, max_leases=1
    )
    return vendor.licenses.create(policy_id=policy.id)


def test_a_seat_is_leased_used_and_given_back(
    vendor: LicenseAPI, license: licenseapi.License
) -> None:
    lease = vendor.leases.acquire(license_id=license.id, fingerprint="m1", user="alice")

    assert isinstance(lease, Lease)
    assert (lease.license_id, lease.user, lease.ended_at) == (license.id, "alice", None)
    assert vendor.leases.renew(lease.id, ttl_seconds=60).ttl_seconds == 60
    assert vendor.licenses.validate(license.key).code == "LEASE_REQUIRED"
    assert vendor.licenses.validate(license.key, lease_id=lease.id)
    with pytest.raises(ConflictError, match="no_seat_available") as caught:
        vendor.leases.acquire(license_id=license.id, fingerprint="m2")
    assert 0 < int(caught.value.headers["retry-after"]) <= 60

    ended = vendor.leases.release(lease.id, fingerprint="m1")

    assert ended.ended_reason == "released"
    assert vendor.leases.retrieve(lease.id) == ended
    assert vendor.licenses.validate(license.key, lease_id=lease.id).code == "LEASE_ENDED"
    for is_ended, ids in ((True, [lease.id]), (False, [])):
        found = vendor.leases.list(license_id=license.id, user="alice", ended=is_ended)
        assert [item.id for item in found] == ids


def test_an_app_speaks_for_its_own_machine(
    server: Server, vendor: LicenseAPI, license: licenseapi.License
) -> None:
    token = vendor.tokens.create(license_id=license.id, ttl_seconds=900)
    with LicenseAPI(token.access_token, server.address) as app:
        lease = app.leases.acquire(fingerprint="m1")
        with pytest.raises(InvalidRequestError, match="fingerprint"):
            app.leases.renew(lease.id)
        assert app.leases.renew(lease.id, fingerprint="m1").id == lease.id
        assert app.leases.release(lease.id, fingerprint="m1").ended_reason == "released"


def test_async_methods_do_the_same(server: Server, license: licenseapi.License) -> None:
    async def live() -> str | None:
        async with AsyncLicenseAPI(server.secret_key, server.address) as client:
            lease = await client.leases.acquire(license_id=license.id, fingerprint="m1")
            await client.leases.renew(lease.id)
            leases = client.leases.list(license_id=license.id, ended=False)
            assert [found.id async for found in leases] == [lease.id]
            await client.leases.release(lease.id)
            return (await client.leases.retrieve(lease.id)).ended_reason

    assert asyncio.run(live()) == "forced"


def test_the_module_style_does_the_same(server: Server, license: licenseapi.License) -> None:
    licenseapi.api_key, licenseapi.api_base = server.secret_key, server.address

    lease = Lease.acquire(license_id=license.id, fingerprint="m1")

    assert Lease.renew(lease.id).renewed_at > lease.renewed_at
    assert next(iter(Lease.list(license_id=license.id))).id == lease.id
    assert Lease.release(lease.id) == Lease.retrieve(lease.id)
