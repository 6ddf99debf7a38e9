"""Large plans are spent from memory: counted exactly all the same, and exact near the limit."""

import itertools
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.crowd import crowd
from harness.eventually import eventually
from harness.server import Server

LIMIT, NEAR = 50_000, 30
LARGE = {"name": "large", "max_licenses": 1_000, "max_requests_per_month": LIMIT}
WORKERS, MAX_BLOCK = 4, 10_000
MADE_BY_CAST = 3

pytestmark = pytest.mark.parametrize("engine", ["sqlite", "postgres"])


@pytest.fixture
def large_vendor(
    engine: str, make_server: Callable[..., Server], tmp_path: Path
) -> tuple[Server, Vendor]:
    plans = tmp_path / "plans.json"
    plans.write_text(json.dumps([{"name": "developer"}, LARGE]))
    server = make_server(engine, workers=WORKERS, LICENSEAPI_PLANS_FILE=str(plans))
    return server, make_vendor(server, plan="large")


def _used(server: Server, vendor: Vendor) -> int:
    api = server.client(vendor.account.live["secret_key"])
    used: int = api.get("/v1/account/usage").json()["requests"]["used"]
    return used


def _validate(server: Server, vendor: Vendor, clients: int, times: int) -> Counter[int]:
    answers: list[int] = []

    def act(client: httpx.Client, _number: int) -> int:
        for _ in range(times):
            response = client.post("/v1/licenses/validate", json={"key": vendor.key})
            answers.append(response.status_code)
        return 0

    crowd(server, vendor.account.live["secret_key"], clients, act)
    return Counter(answers)


def _read_used(server: Server) -> int:
    return int(server.execute("SELECT SUM(used) FROM usage_requestcounter")[0][0])


def test_what_is_taken_and_not_spent_comes_back(large_vendor: tuple[Server, Vendor]) -> None:
    server, acme = large_vendor
    assert _validate(server, acme, 40, 15) == {200: 600}
    assert _used(server, acme) >= MADE_BY_CAST + 600
    eventually(lambda: _used(server, acme), lambda used: used == MADE_BY_CAST + 600)
    assert _validate(server, acme, 40, 5) == {200: 200}
    eventually(lambda: _used(server, acme), lambda used: used == MADE_BY_CAST + 800)


def test_a_large_plan_is_taken_ahead(large_vendor: tuple[Server, Vendor]) -> None:
    """More is taken than was asked for: the next requests need not take their own."""
    server, acme = large_vendor
    eventually(lambda: _read_used(server), lambda used: used == MADE_BY_CAST)
    made = itertools.count(MADE_BY_CAST + 1)

    def taken_ahead() -> int:
        asked = next(made)
        assert acme.api.post("/v1/licenses/validate", json={"key": acme.key}).status_code == 200
        return _read_used(server) - asked

    eventually(taken_ahead, lambda ahead: ahead > 0)


def test_the_last_requests_of_a_large_plan_are_exact(large_vendor: tuple[Server, Vendor]) -> None:
    server, acme = large_vendor
    assert _validate(server, acme, 20, 5) == {200: 100}
    eventually(lambda: _used(server, acme), lambda used: used == MADE_BY_CAST + 100)
    server.execute("UPDATE usage_requestcounter SET used = ?", LIMIT - NEAR)
    assert _validate(server, acme, 200, 1) == {200: NEAR, 429: 200 - NEAR}
    assert _used(server, acme) == LIMIT


def test_a_refused_request_gives_its_unit_back(large_vendor: tuple[Server, Vendor]) -> None:
    server, acme = large_vendor
    for _ in range(30):
        assert acme.api.post("/v1/licenses/validate", json={}).status_code == 400
    eventually(lambda: _used(server, acme), lambda used: used == MADE_BY_CAST)


def test_kill_9_never_counts_too_few(large_vendor: tuple[Server, Vendor]) -> None:
    server, acme = large_vendor
    assert _validate(server, acme, 40, 10) == {200: 400}
    server.kill()
    again = Server(server.data_dir, server.database_url, environment=server.environment).start()
    try:
        used = _used(again, acme)
        least = MADE_BY_CAST + 400
        assert least <= used <= least + WORKERS * MAX_BLOCK * 2
    finally:
        again.stop()
