"""Activations: what the methods send, and a machine's life on a real server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest
from conftest import Server
from edge import DROPS, Edge, answers, refuses

import licenseapi
from licenseapi import Activation, AsyncLicenseAPI, LicenseAPI
from licenseapi.error import ConflictError, InvalidRequestError

ACTIVATION = {"object": "activation", "id": "act_1", "components": {"object": "license"}}


def test_methods_send_the_machine_and_no_key(edge: Edge, client: LicenseAPI) -> None:
    edge.otherwise = lambda _asked: answers(ACTIVATION)
    app = {"license_key": "K", "fingerprint": "m1"}

    client.activations.create(license_key="K", fingerprint="m1", cores=8, hostname=None)
    client.activations.heartbeat("act_1", license_key="K", fingerprint="m1")
    client.activations.deactivate("act_1")

    assert [(asked.method, asked.path, asked.body) for asked in edge.asked] == [
        ("POST", "/v1/activations", {**app, "cores": 8}),
        ("POST", "/v1/activations/act_1/heartbeat", app),
        ("POST", "/v1/activations/act_1/deactivate", {}),
    ]
    assert not any("idempotency-key" in asked.headers for asked in edge.asked)


def test_a_lost_answer_is_asked_for_again_with_the_same_bytes(
    edge: Edge, client: LicenseAPI
) -> None:
    edge.will(DROPS, answers(ACTIVATION))

    assert client.activations.create(license_key="K", fingerprint="m1").id == "act_1"

    first, second = edge.asked
    assert first.content == second.content


def test_a_cool_down_is_told_and_not_waited_for(edge: Edge, client: LicenseAPI) -> None:
    edge.will(refuses(409, "cooldown_running", retry_after="1"))

    with pytest.raises(ConflictError) as caught:
        client.activations.deactivate("act_1", fingerprint="m1")

    assert (caught.value.code, caught.value.headers["retry-after"]) == ("cooldown_running", "1")
    assert len(edge.asked) == 1


def test_components_are_a_map_of_the_vendor(edge: Edge, client: LicenseAPI) -> None:
    edge.will(answers(ACTIVATION))

    assert client.activations.retrieve("act_1").components == {"object": "license"}


@pytest.fixture(scope="module")
def vendor(server: Server) -> Iterator[LicenseAPI]:
    """A client of the real server."""
    with LicenseAPI(server.secret_key, server.address) as client:
        yield client


@pytest.fixture
def license(vendor: LicenseAPI) -> licenseapi.License:
    """A license for one machine of up to four cores, and one move a day."""
    product = vendor.products.create(name="Paint", code=os.urandom(8).hex())
    policy = vendor.policies.create(
        product_id=product.id,
        name="One machine",
        max_activations=1,
        max_cores=4,
        max_deactivations=1,
        deactivation_period="P1D",
    )
    return vendor.licenses.create(policy_id=policy.id)


def test_a_machine_lives_and_ends(vendor: LicenseAPI, license: licenseapi.License) -> None:
    seat = vendor.activations.create(
        license_id=license.id, fingerprint="m1", cores=4, components={"object": "license"}
    )
    again = vendor.activations.create(license_id=license.id, fingerprint="m1")
    beaten = vendor.activations.heartbeat(seat.id)

    assert isinstance(seat, Activation)
    assert (seat.license_id, seat.fingerprint, seat.cores) == (license.id, "m1", 4)
    assert seat.components == {"object": "license"}
    assert (again.id, seat.heartbeat_at, seat.ended_at) == (seat.id, None, None)
    assert beaten.heartbeat_at is not None
    assert vendor.licenses.retrieve(license.id).activation_count == 1
    assert [found.id for found in vendor.activations.list(license_id=license.id)] == [seat.id]

    ended = vendor.activations.deactivate(seat.id)

    assert ended.ended_reason == "deactivated"
    assert vendor.activations.deactivate(seat.id) == ended
    assert vendor.activations.retrieve(seat.id).ended_at == ended.ended_at
    for is_ended, ids in ((True, [seat.id]), (False, [])):
        found = vendor.activations.list(fingerprint="m1", license_id=license.id, ended=is_ended)
        assert [activation.id for activation in found] == ids


def test_a_machine_without_a_seat_is_a_conflict(
    vendor: LicenseAPI, license: licenseapi.License
) -> None:
    with pytest.raises(ConflictError, match="machine_limit_reached"):
        vendor.activations.create(license_id=license.id, fingerprint="m1", cores=5)
    vendor.activations.create(license_id=license.id, fingerprint="m1")

    with pytest.raises(ConflictError) as caught:
        vendor.activations.create(license_id=license.id, fingerprint="m2")

    assert caught.value.code == "activation_limit_reached"
    assert isinstance(caught.value.body, dict)
    assert (caught.value.body["limit"], caught.value.body["count"]) == (1, 1)


def test_a_validation_asks_for_the_machine(vendor: LicenseAPI, license: licenseapi.License) -> None:
    machine = {"object": "license", "board": "b1"}

    before = vendor.licenses.validate(license.key, fingerprint="m1", components=machine)
    seat = vendor.activations.create(license_id=license.id, fingerprint="m1", components=machine)
    after = vendor.licenses.validate(license.key, fingerprint="m1", components=machine)

    assert (before.valid, before.code, before.activation) == (False, "NOT_ACTIVATED", None)
    assert after
    assert after.activation is not None
    assert (after.activation.id, after.activation.heartbeat_at) == (seat.id, None)
    assert vendor.licenses.validate_by_id(license.id, fingerprint="m1").activation is not None


def test_an_app_speaks_for_its_own_machine(
    server: Server, vendor: LicenseAPI, license: licenseapi.License
) -> None:
    token = vendor.tokens.create(license_id=license.id, ttl_seconds=900)
    with LicenseAPI(token.access_token, server.address) as app:
        seat = app.activations.create(fingerprint="m1")
        with pytest.raises(InvalidRequestError, match="fingerprint"):
            app.activations.heartbeat(seat.id)
        assert app.activations.heartbeat(seat.id, fingerprint="m1").id == seat.id
        app.activations.deactivate(seat.id, fingerprint="m1")
        other = app.activations.create(fingerprint="m2")
        with pytest.raises(ConflictError) as caught:
            app.activations.deactivate(other.id, fingerprint="m2")

    assert caught.value.code == "deactivation_limit_reached"
    assert int(caught.value.headers["retry-after"]) > 0


def test_async_methods_do_the_same(server: Server, license: licenseapi.License) -> None:
    async def live() -> str | None:
        async with AsyncLicenseAPI(server.secret_key, server.address) as client:
            seat = await client.activations.create(license_id=license.id, fingerprint="m1")
            await client.activations.heartbeat(seat.id)
            seats = client.activations.list(license_id=license.id, ended=False)
            assert [found.id async for found in seats] == [seat.id]
            await client.activations.deactivate(seat.id)
            return (await client.activations.retrieve(seat.id)).ended_reason

    assert asyncio.run(live()) == "deactivated"


def test_the_module_style_does_the_same(server: Server, license: licenseapi.License) -> None:
    licenseapi.api_key, licenseapi.api_base = server.secret_key, server.address

    seat = Activation.create(license_id=license.id, fingerprint="m1")

    assert Activation.heartbeat(seat.id).heartbeat_at is not None
    assert next(iter(Activation.list(license_id=license.id))).id == seat.id
    assert Activation.deactivate(seat.id) == Activation.retrieve(seat.id)
