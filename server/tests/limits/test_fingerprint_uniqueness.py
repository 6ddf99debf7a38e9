"""fingerprint_uniqueness: one machine, one license, however many ask at once."""

from collections import Counter
from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.crowd import crowd
from harness.server import Server


def _activate(vendor: Vendor, license_: dict[str, Any], machine: str = "desk") -> httpx.Response:
    body = {"license_id": license_["id"], "fingerprint": machine}
    return vendor.api.post("/v1/activations", json=body)


def _license(vendor: Vendor, policy: dict[str, Any] | None = None) -> dict[str, Any]:
    return vendor.api.make("/v1/licenses", policy_id=(policy or vendor.policy)["id"])


def _policy(vendor: Vendor, product_id: str, **fields: Any) -> dict[str, Any]:
    return vendor.api.make("/v1/policies", product_id=product_id, name="Other", **fields)


@pytest.mark.parametrize("reach", ["policy", "product", "account"])
def test_one_of_40_licenses_gets_the_machine(busy_server: Server, reach: str) -> None:
    """On four workers; the others learn why, and other machines are not held up."""
    acme = make_vendor(busy_server, fingerprint_uniqueness=reach)
    licenses = [_license(acme)["id"] for _number in range(40)]

    def act(client: httpx.Client, number: int) -> int:
        body = {"license_id": licenses[number], "fingerprint": "the one"}
        answer = client.post("/v1/activations", json=body)
        return answer.status_code if answer.json().get("code") != "fingerprint_taken" else 0

    answers = crowd(busy_server, acme.account.live["secret_key"], 40, act)
    assert Counter(answers) == {201: 1, 0: 39}
    live = acme.api.get("/v1/activations", params={"ended": "false"}).json()["data"]
    assert len(live) == 1


@pytest.mark.parametrize(
    ("reach", "taken"),
    [("license", ""), ("policy", "p"), ("product", "po"), ("account", "pox")],
)
def test_each_reach_ends_where_it_says(busy_server: Server, reach: str, taken: str) -> None:
    """p: another license of the policy; o: of the product; x: of another product."""
    acme = make_vendor(busy_server, fingerprint_uniqueness=reach)
    elsewhere = acme.api.make("/v1/products", name="Ink", code="ink")["id"]
    others = {
        "p": _license(acme),
        "o": _license(acme, _policy(acme, acme.product["id"], fingerprint_uniqueness=reach)),
        "x": _license(acme, _policy(acme, elsewhere, fingerprint_uniqueness=reach)),
    }
    for number, (name, other) in enumerate(others.items()):
        machine = f"desk-{number}"
        assert _activate(acme, acme.license, machine).status_code == 201
        expected = 409 if name in taken else 201
        assert _activate(acme, other, machine).status_code == expected, name
        assert _activate(acme, acme.license, machine).status_code == 200


def test_the_machine_is_free_when_its_seat_ends(busy_server: Server) -> None:
    """Given up, silent, revoked or expired; who comes back late finds it taken."""
    acme = make_vendor(busy_server, fingerprint_uniqueness="account", heartbeat_interval=3600)
    other = _license(acme)
    first = _activate(acme, acme.license).json()
    refused = _activate(acme, other).json()
    assert (refused["code"], refused["status"]) == ("fingerprint_taken", 409)
    acme.api.make(f"/v1/activations/{first['id']}/deactivate")
    second = _activate(acme, other)
    assert second.status_code == 201
    assert _activate(acme, acme.license).json()["code"] == "fingerprint_taken"
    # Two silent days, on the clock of the row.
    busy_server.execute(
        "UPDATE licensing_activation SET activated_at = activated_at - ? WHERE id = ?",
        172_800_000_000,
        second.json()["id"],
    )
    assert _activate(acme, acme.license).json()["id"] == first["id"]
    beat = acme.api.post(f"/v1/activations/{second.json()['id']}/heartbeat", json={})
    assert (beat.status_code, beat.json()["code"]) == (409, "fingerprint_taken")
    path = f"/v1/licenses/{acme.license['id']}"
    acme.api.make(f"{path}/suspend")
    assert _activate(acme, other).status_code == 409
    acme.api.make_patch(path, expires_at="2026-01-01T00:00:00Z")
    acme.api.make(f"{path}/reinstate")
    assert _activate(acme, other).status_code == 200


def test_modes_and_accounts_are_apart(busy_server: Server) -> None:
    """The same machine at another vendor, or in test mode, is another one."""
    acme = make_vendor(busy_server, fingerprint_uniqueness="account")
    globex = make_vendor(busy_server, "Globex", fingerprint_uniqueness="account")
    for vendor in (acme, globex):
        assert _activate(vendor, vendor.license).status_code == 201
    test = acme.account.client("test")
    product = test.make("/v1/products", name="Paint", code="paint")["id"]
    policy = test.make(
        "/v1/policies", product_id=product, name="T", fingerprint_uniqueness="account"
    )
    license_ = test.make("/v1/licenses", policy_id=policy["id"])
    body = {"license_id": license_["id"], "fingerprint": "desk"}
    assert test.post("/v1/activations", json=body).status_code == 201
