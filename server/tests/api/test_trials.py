"""Trials: one for each machine and product, remembered after the license is gone."""

from typing import Any

import httpx
from harness.cast import Vendor, make_vendor
from harness.server import Server

TRIAL: dict[str, Any] = {"trial": True, "one_trial_per_fingerprint": True, "duration": "P14D"}


def _issue(vendor: Vendor, policy_id: str | None = None) -> dict[str, Any]:
    return vendor.api.make("/v1/licenses", policy_id=policy_id or vendor.policy["id"])


def _activate(
    vendor: Vendor, license_: dict[str, Any], fingerprint: str = "m-1", **body: Any
) -> httpx.Response:
    asked = {"license_id": license_["id"], "fingerprint": fingerprint, **body}
    return vendor.api.post("/v1/activations", json=asked)


def test_a_machine_has_one_trial_of_a_product(server: Server) -> None:
    """The same license again is no second trial; another license is, and leaves no trace."""
    acme = make_vendor(server, **TRIAL)
    second = _issue(acme)
    first = [_activate(acme, acme.license).status_code for _ in range(2)]
    refused = _activate(acme, second)

    assert first == [201, 200]
    assert (refused.status_code, refused.json()["code"]) == (409, "trial_already_used")
    assert acme.api.get(f"/v1/licenses/{second['id']}").json()["activation_count"] == 0
    assert _activate(acme, second, "m-2").status_code == 201


def test_deactivating_and_deleting_bring_no_trial_back(server: Server) -> None:
    """What is kept is a keyed digest: the fingerprint itself is gone with the license."""
    acme = make_vendor(server, **TRIAL)
    seat = _activate(acme, acme.license, "serial-number-4711").json()
    acme.api.make(f"/v1/activations/{seat['id']}/deactivate")
    path = f"/v1/licenses/{acme.license['id']}"
    acme.api.make(f"{path}/revoke")
    assert acme.api.delete(path).status_code == 200

    assert _activate(acme, _issue(acme), "serial-number-4711").status_code == 409
    kept = server.execute(
        "SELECT digest FROM licensing_usedtrial WHERE license_id = ?", acme.license["id"]
    )
    assert [len(bytes(digest)) for (digest,) in kept] == [32]
    rows = server.execute(
        "SELECT id FROM licensing_activation WHERE fingerprint = ?", "serial-number-4711"
    )
    assert rows == []


def test_only_trials_of_the_same_product_count(server: Server) -> None:
    """A bought license, another product, another vendor and the other mode do not."""
    acme, globex = make_vendor(server, **TRIAL), make_vendor(server, "Globex", **TRIAL)
    assert _activate(acme, acme.license).status_code == 201
    bought = acme.api.make("/v1/policies", product_id=acme.product["id"], name="Bought")
    lax = acme.api.make("/v1/policies", product_id=acme.product["id"], name="Lax", trial=True)
    sound = acme.api.make("/v1/products", name="Sound", code="sound")
    other = acme.api.make("/v1/policies", product_id=sound["id"], name="Trial", **TRIAL)

    for policy in (bought, lax, other):
        assert _activate(acme, _issue(acme, policy["id"])).status_code == 201
    assert _activate(globex, globex.license).status_code == 201


def test_a_trial_that_becomes_a_bought_license_goes_on(server: Server) -> None:
    """After the transfer nothing asks for a trial."""
    acme = make_vendor(server, **TRIAL)
    _activate(acme, acme.license)
    second = _issue(acme)
    bought = acme.api.make("/v1/policies", product_id=acme.product["id"], name="Bought")
    acme.api.make(f"/v1/licenses/{second['id']}/transfer", policy_id=bought["id"])
    assert _activate(acme, second).status_code == 201


def test_a_refused_activation_uses_no_trial(server: Server) -> None:
    """Neither a full license nor a suspended one costs the machine its trial."""
    acme = make_vendor(server, max_activations=1, **TRIAL)
    _activate(acme, acme.license, "m-0")
    assert _activate(acme, acme.license).json()["code"] == "activation_limit_reached"
    suspended = _issue(acme)
    acme.api.make(f"/v1/licenses/{suspended['id']}/suspend")
    assert _activate(acme, suspended).json()["code"] == "license_refused"

    assert _activate(acme, _issue(acme)).status_code == 201


def test_a_machine_that_moves_takes_its_trial_along(server: Server) -> None:
    """Under its new fingerprint it has had its trial as well."""
    acme = make_vendor(server, **TRIAL)
    parts = {"board": "b", "cpu": "c", "disk": "d"}
    _activate(acme, acme.license, "old", components=parts)
    assert _activate(acme, acme.license, "new", components=parts).status_code == 200
    for fingerprint in ("old", "new"):
        assert _activate(acme, _issue(acme), fingerprint).status_code == 409
