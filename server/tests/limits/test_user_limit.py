"""Named users are counted exactly, however many are added at once."""

from collections import Counter

import httpx
from harness.cast import make_vendor
from harness.crowd import crowd
from harness.server import Server

PLACES = 3


def test_200_users_at_a_limit_of_3_are_exactly_3(busy_server: Server) -> None:
    """On four workers, each with a connection of its own to the database."""
    acme = make_vendor(busy_server, max_users=PLACES)
    path = f"/v1/licenses/{acme.license['id']}"

    def act(client: httpx.Client, number: int) -> int:
        return client.post(f"{path}/users", json={"external_id": f"u{number}"}).status_code

    answers = crowd(busy_server, acme.account.live["secret_key"], 200, act)
    assert Counter(answers) == {201: PLACES, 409: 200 - PLACES}
    assert acme.api.get(path).json()["user_count"] == PLACES
    assert len(acme.api.get(f"{path}/users").json()["data"]) == PLACES


def test_adding_and_removing_at_once_keeps_the_count(busy_server: Server) -> None:
    """The count is that of the rows, whoever comes and goes."""
    acme = make_vendor(busy_server)
    path = f"/v1/licenses/{acme.license['id']}"

    def act(client: httpx.Client, number: int) -> int:
        user = client.post(f"{path}/users", json={"external_id": f"u{number}"}).json()["id"]
        return client.delete(f"{path}/users/{user}").status_code if number % 2 else 201

    answers = crowd(busy_server, acme.account.live["secret_key"], 40, act)
    assert Counter(answers) == {201: 20, 200: 20}
    assert acme.api.get(path).json()["user_count"] == 20
