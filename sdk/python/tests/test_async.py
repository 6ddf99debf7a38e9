"""The asynchronous driver: the same exchanges, without blocking."""

from __future__ import annotations

import asyncio

import pytest
from conftest import API_KEY
from edge import DROPS, HALF, STALLS, TRICKLES, Edge, Reaction, answers, refuses

from licenseapi import AsyncLicenseAPI, error
from licenseapi.async_transport import AsyncTransport
from licenseapi.resources.licenses import AsyncLicenses
from licenseapi.settings import Settings

LICENSE = {"id": "lic_1", "object": "license"}


def test_tries_share_a_key_and_wait_in_between(edge: Edge) -> None:
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    async def create() -> str:
        transport = AsyncTransport(Settings(edge.address, API_KEY), pause=pause)
        created = await AsyncLicenses(transport).create(policy_id="pol_1")
        await transport.close()
        return created.id

    edge.will(HALF, refuses(503, "unavailable", retry_after="2"), answers(LICENSE, 201))

    assert asyncio.run(create()) == "lic_1"
    assert (len(waits), waits[1]) == (2, 2)
    assert len({asked.headers["idempotency-key"] for asked in edge.asked}) == 1


@pytest.mark.parametrize("silence", [STALLS, TRICKLES], ids=["stalled", "trickling"])
def test_silence_ends_at_the_time_limit(edge: Edge, silence: Reaction) -> None:
    async def call() -> None:
        async with AsyncLicenseAPI(API_KEY, edge.address, timeout=0.2, max_retries=0) as client:
            with pytest.raises(error.APITimeoutError, match=r"No answer within 0\.2 s"):
                await client.licenses.validate("some key")

    edge.will(silence)
    asyncio.run(call())


def test_a_client_really_waits_and_can_be_used_again_after_close(edge: Edge) -> None:
    async def call() -> None:
        client = AsyncLicenseAPI(API_KEY, edge.address)
        edge.will(DROPS, answers(LICENSE), answers({"valid": False, "code": "EXPIRED"}))
        assert (await client.licenses.retrieve("lic_1")).id == "lic_1"
        await client.close()
        with pytest.raises(error.LicenseInvalid, match="EXPIRED"):
            await client.licenses.require_valid("some key")
        await client.close()

    asyncio.run(call())


def test_many_calls_run_at_once(edge: Edge) -> None:
    edge.otherwise = lambda asked: answers(
        {"object": "license", "id": asked.path.rpartition("/")[2]}
    )

    async def call() -> list[str]:
        async with AsyncLicenseAPI(API_KEY, edge.address) as client:
            found = await asyncio.gather(
                *(client.licenses.retrieve(f"lic_{number}") for number in range(20))
            )
            return [license.id for license in found]

    assert asyncio.run(call()) == [f"lic_{number}" for number in range(20)]
