"""Denials are counted once each, by many workers, through a restart, and within a bound."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from harness.cast import make_vendor
from harness.crowd import crowd
from harness.eventually import eventually
from harness.server import Server
from licenseapi_server.api.runtime import denials
from licenseapi_server.api.runtime.denials import Concerned, Denied, Tally


def test_four_workers_count_the_same_hour_together(busy_server: Server) -> None:
    """Sixty refusals are sixty, wherever they were answered."""
    acme = make_vendor(busy_server)
    acme.api.make(f"/v1/licenses/{acme.license['id']}/suspend")

    def act(client: httpx.Client, _number: int) -> int:
        answer = client.post("/v1/licenses/validate", json={"key": acme.key})
        return int(answer.json()["code"] == "SUSPENDED")

    assert Counter(crowd(busy_server, acme.account.live["secret_key"], 60, act)) == {1: 60}
    asked = lambda: acme.api.get("/v1/denials").json()["data"]  # noqa: E731 - a question
    rows = eventually(asked, lambda found: sum(row["count"] for row in found) == 60)
    # One row for each hour that the test touched.
    assert len(rows) == len({row["created_at"][:13] for row in rows})


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_what_is_counted_is_written_at_shutdown(
    engine: str, make_server: Callable[..., Server]
) -> None:
    """An orderly end loses none."""
    server = make_server(engine)
    acme = make_vendor(server)
    acme.api.make(f"/v1/licenses/{acme.license['id']}/suspend")
    acme.api.make("/v1/licenses/validate", key=acme.key)
    assert server.stop() == 0
    again = Server(server.data_dir, server.database_url, environment=server.environment).start()
    try:
        api = again.client(acme.account.live["secret_key"])
        assert [row["code"] for row in api.get("/v1/denials").json()["data"]] == ["SUSPENDED"]
    finally:
        again.stop()


def _name(number: int) -> denials.Name:
    return (f"lic_{number}", b"", "SUSPENDED", 0)


def _tally(at: int) -> Tally:
    return Tally(Denied(("acct", "live"), "lic", "prod", ""), "licenses.validate", at, at)


def test_the_buffer_is_bounded_and_says_what_it_drops() -> None:
    """What is known goes on being counted; what is new beyond the bound is a number."""
    waiting = denials.Denials()
    waiting.give_back({_name(number): _tally(5) for number in range(denials.CAPACITY)})
    assert waiting.dropped == 0
    waiting.give_back({_name(0): _tally(3), _name(-1): _tally(3)})
    kept = waiting.drain()
    assert (kept[_name(0)].count, kept[_name(0)].first_at, kept[_name(0)].last_at) == (2, 3, 5)
    assert (len(kept), waiting.dropped) == (denials.CAPACITY, 1)
    assert waiting.drain() == {}


def test_rows_are_in_one_order() -> None:
    """Two nodes that write the same rows never wait for each other in a circle."""
    tallies: dict[Any, Tally] = {_name(number): _tally(number) for number in (3, 1, 2)}
    assert [row[3] for row in denials.render_rows(tallies)] == ["lic_1", "lic_2", "lic_3"]
    assert Concerned("lic_1", "prod_1").fingerprint == ""
