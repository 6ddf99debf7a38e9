"""Seats are counted exactly, however many machines ask at once, and none is lost."""

from collections import Counter
from collections.abc import Callable

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.crowd import crowd
from harness.server import Server

SEATS = 3


def _activate(vendor: Vendor) -> Callable[[httpx.Client, int], int]:
    def act(client: httpx.Client, number: int) -> int:
        body = {"license_key": vendor.key, "fingerprint": f"machine-{number}"}
        return client.post("/v1/activations", json=body).status_code

    return act


def _count(vendor: Vendor) -> int:
    count: int = vendor.api.get(f"/v1/licenses/{vendor.license['id']}").json()["activation_count"]
    return count


def test_p05_200_machines_at_a_limit_of_3_are_exactly_3(busy_server: Server) -> None:
    """On four workers, each with a connection of its own to the database."""
    acme = make_vendor(busy_server, max_activations=SEATS)
    answers = crowd(busy_server, acme.account.live["secret_key"], 200, _activate(acme))
    assert Counter(answers) == {201: SEATS, 409: 200 - SEATS}
    assert _count(acme) == SEATS


def test_one_machine_that_asks_200_times_has_one_seat(busy_server: Server) -> None:
    """One 201; all others find it."""
    acme = make_vendor(busy_server, max_activations=SEATS)

    def act(client: httpx.Client, _number: int) -> int:
        body = {"license_key": acme.key, "fingerprint": "the same"}
        return client.post("/v1/activations", json=body).status_code

    answers = crowd(busy_server, acme.account.live["secret_key"], 200, act)
    assert Counter(answers) == {201: 1, 200: 199}
    assert _count(acme) == 1


def test_replacing_never_exceeds_the_limit(busy_server: Server) -> None:
    """Everyone is served, and at each end exactly as many seats are taken as there are."""
    acme = make_vendor(busy_server, max_activations=SEATS, when_full="replace_oldest")
    answers = crowd(busy_server, acme.account.live["secret_key"], 60, _activate(acme))
    assert Counter(answers) == {201: 60}
    assert _count(acme) == SEATS
    live = acme.api.get("/v1/activations", params={"ended": "false", "limit": "100"}).json()
    assert len(live["data"]) == SEATS


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_an_acknowledged_seat_survives_kill_9(
    engine: str, make_server: Callable[..., Server]
) -> None:
    """What was answered with 201 stands in the database that opens again."""
    server = make_server(engine, workers=2)
    acme = make_vendor(server)
    acknowledged: list[str] = []

    def act(client: httpx.Client, number: int) -> int:
        for turn in range(20):
            body = {"license_key": acme.key, "fingerprint": f"machine-{number}-{turn}"}
            try:
                answer = client.post("/v1/activations", json=body)
            except httpx.HTTPError:
                return turn
            acknowledged.append(answer.json()["id"])
            if len(acknowledged) == 150:
                server.kill()
        return 20

    crowd(server, acme.account.live["secret_key"], 20, act)
    again = Server(server.data_dir, server.database_url, environment=server.environment).start()
    try:
        api = again.client(acme.account.live["secret_key"])
        missing = [
            activation_id
            for activation_id in acknowledged
            if api.get(f"/v1/activations/{activation_id}").status_code != 200
        ]
        assert len(acknowledged) >= 150
        assert missing == []
    finally:
        again.stop()
