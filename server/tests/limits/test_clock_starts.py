"""A license's clock starts exactly once, however many ask at the same moment."""

from collections.abc import Callable

import httpx
import pytest
from harness.cast import make_vendor
from harness.crowd import crowd
from harness.server import Server


def test_50_validations_start_one_clock(busy_server: Server) -> None:
    """On four workers: one event, one expiry, which every answer shows."""
    acme = make_vendor(busy_server, duration="P30D", expiration_basis="first_validation")
    shown: list[str] = []

    def act(client: httpx.Client, _number: int) -> int:
        answer = client.post("/v1/licenses/validate", json={"key": acme.key})
        shown.append(answer.json()["license"]["expires_at"])
        return answer.status_code

    assert set(crowd(busy_server, acme.account.live["secret_key"], 50, act)) == {200}

    path = f"/v1/licenses/{acme.license['id']}"
    starts = [
        event
        for event in acme.api.get(f"{path}/timeline").json()["data"]
        if event["type"] == "license.clock_started"
    ]
    assert set(shown) == {acme.api.get(path).json()["expires_at"]}
    assert len(starts) == 1


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_clock_that_was_shown_survives_kill_9(
    engine: str, make_server: Callable[..., Server]
) -> None:
    """What an answer said of the expiry stands in the database that opens again."""
    server = make_server(engine, workers=2)
    acme = make_vendor(server, duration="P30D", expiration_basis="first_validation")
    answer = acme.api.make("/v1/licenses/validate", key=acme.key)
    server.kill()

    again = Server(server.data_dir, server.database_url, environment=server.environment).start()
    try:
        api = again.client(acme.account.live["secret_key"])
        kept = api.get(f"/v1/licenses/{acme.license['id']}").json()
        assert kept["expires_at"] == answer["license"]["expires_at"] is not None
    finally:
        again.stop()
