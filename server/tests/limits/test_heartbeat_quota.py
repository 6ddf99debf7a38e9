"""Heartbeats that come no more often than they need cost nothing of the plan; others do."""

import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

PATH = "/v1/activations"
INTERVAL = 60


@pytest.fixture
def limited(server: Server) -> Vendor:
    """Acme on a plan of 1,000 requests a month, with a heartbeat a minute on one machine."""
    rules = {"heartbeat_interval": INTERVAL, "max_activations": 1}
    return make_vendor(server, plan="developer", **rules)


def _used(vendor: Vendor) -> int:
    used: int = vendor.api.get("/v1/account/usage").json()["requests"]["used"]
    return used


def _activate(vendor: Vendor, fingerprint: str = "m1") -> str:
    machine = {"license_key": vendor.key, "fingerprint": fingerprint}
    activation_id: str = vendor.api.make(PATH, **machine)["id"]
    return activation_id


def _pass(server: Server, seconds: int) -> None:
    """Let the machines have been heard of so much earlier."""
    microseconds = seconds * 1_000_000
    server.execute(
        f"UPDATE licensing_activation SET heartbeat_at = heartbeat_at - {microseconds},"
        f" last_seen_at = last_seen_at - {microseconds}"
    )


@pytest.mark.parametrize("presented", ["the machine's key", "nothing"])
def test_a_heartbeat_after_half_of_its_interval_is_free(
    server: Server, limited: Vendor, presented: str
) -> None:
    """So is the first; one before that is a request like any other. To a server's key alike."""
    beat = f"{PATH}/{_activate(limited)}/heartbeat"
    body = {"license_key": limited.key, "fingerprint": "m1"} if presented != "nothing" else {}
    before = _used(limited)

    limited.api.make(beat, **body)
    _pass(server, INTERVAL // 2)
    limited.api.make(beat, **body)
    assert _used(limited) == before
    limited.api.make(beat, **body)
    assert _used(limited) == before + 1


def test_where_nobody_asks_for_heartbeats_two_an_hour_are_free(server: Server) -> None:
    """So often it is worth a write that a machine was seen."""
    acme = make_vendor(server, plan="developer", max_activations=1)
    beat = f"{PATH}/{_activate(acme)}/heartbeat"
    acme.api.make(beat)
    before = _used(acme)

    _pass(server, 29 * 60)
    acme.api.make(beat)
    assert _used(acme) == before + 1
    _pass(server, 31 * 60)
    acme.api.make(beat)
    assert _used(acme) == before + 1


def test_without_quota_machines_stay_alive(server: Server, limited: Vendor) -> None:
    """A vendor who is out of requests loses no machine; only what need not be is refused."""
    beat = f"{PATH}/{_activate(limited)}/heartbeat"
    limited.api.make(beat)
    server.execute("UPDATE usage_requestcounter SET used = 1000")

    early = limited.api.post(beat, json={})
    assert (early.status_code, early.json()["code"]) == (429, "quota_exceeded")
    _pass(server, INTERVAL // 2)
    assert limited.api.post(beat, json={}).status_code == 200
    assert _used(limited) == 1000


def test_a_heartbeat_that_is_refused_counts(server: Server, limited: Vendor) -> None:
    """Else a machine could wait for a seat at the plan's expense, as often as it likes."""
    dead = _activate(limited)
    limited.api.make(f"{PATH}/{dead}/heartbeat")
    _pass(server, 10 * INTERVAL)
    _activate(limited, "m2")
    before = _used(limited)

    refused = limited.api.post(f"{PATH}/{dead}/heartbeat", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "activation_limit_reached")
    assert _used(limited) == before + 1
    limited.api.make(f"/v1/licenses/{limited.license['id']}/suspend")
    before = _used(limited)
    assert limited.api.post(f"{PATH}/{dead}/heartbeat", json={}).status_code == 403
    assert _used(limited) == before
