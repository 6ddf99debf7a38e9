"""A power cut in the middle of writes: what was acknowledged is there afterwards."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

WRITERS = 12
ENOUGH = 60


def _create_until_it_breaks(
    vendor: Vendor, acknowledged: list[str], enough: threading.Event
) -> None:
    headers = {"Authorization": f"Bearer {vendor.account.live['secret_key']}"}
    base = vendor.account.server.base_url
    with httpx.Client(base_url=base, headers=headers, timeout=10, trust_env=False) as client:
        while True:
            try:
                response = client.post("/v1/licenses", json={"policy_id": vendor.policy["id"]})
                validated = client.post("/v1/licenses/validate", json={"key": vendor.key})
            except httpx.HTTPError:
                return
            if response.status_code == 201 and validated.status_code == 200:
                acknowledged.append(response.json()["id"])
            if len(acknowledged) >= ENOUGH:
                enough.set()


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_p09_nothing_acknowledged_is_lost_by_kill_9(
    engine: str, workers: int, make_server: Callable[..., Server]
) -> None:
    server = make_server(engine, workers=workers)
    acme = make_vendor(server, plan="business")
    acknowledged: list[str] = []
    enough = threading.Event()
    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in range(WRITERS):
            pool.submit(_create_until_it_breaks, acme, acknowledged, enough)
        assert enough.wait(60)
        server.kill()

    again = Server(server.data_dir, server.database_url, environment=server.environment)
    again.start()
    try:
        api = again.client(acme.account.live["secret_key"])
        for license_id in acknowledged:
            assert api.get(f"/v1/licenses/{license_id}").status_code == 200
        listed = api.get("/v1/licenses", params={"include": "total_count"}).json()
        usage = api.get("/v1/account/usage").json()
        assert usage["licenses"]["used"] == listed["total_count"]
        assert usage["requests"]["used"] >= 2 * len(acknowledged)
        assert api.make("/v1/licenses/validate", key=acme.key)["code"] == "VALID"
    finally:
        again.stop()


def test_a_stop_that_was_asked_for_finishes_and_flushes(make_server: Callable[..., Server]) -> None:
    server = make_server("sqlite")
    acme = make_vendor(server)
    template = {"policy_id": acme.policy["id"]}
    with ThreadPoolExecutor(1) as pool:
        started = acme.api.make("/v1/licenses/validate", key=acme.key)
        batch = pool.submit(acme.api.make, "/v1/licenses/batch", count=1000, template=template)
        while not batch.running():
            pass
        code = server.stop()
        assert batch.result()["created"] == 1000
    assert (started["code"], code) == ("VALID", 0)

    again = Server(server.data_dir, server.database_url).start()
    try:
        api = again.client(acme.account.live["secret_key"])
        operations = [row["operation"] for row in api.get("/v1/request_logs").json()["data"]]
        assert "licenses.batch" in operations
        row = api.get(f"/v1/licenses/{acme.license['id']}").json()
        assert row["last_validated_at"] is not None
        assert api.get("/v1/account/usage").json()["requests"]["used"] >= 5
    finally:
        again.stop()
