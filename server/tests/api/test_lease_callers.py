"""Who may lease: servers, apps with their license key, tokens; and nobody else's leases."""

from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Client, Server

PATH = "/v1/leases"


@pytest.fixture
def floating(server: Server) -> Vendor:
    """Acme with a floating license of two seats."""
    return make_vendor(server, floating=True, max_leases=2)


def _ask(vendor: Vendor, fingerprint: str, **fields: Any) -> httpx.Response:
    body = {"license_key": vendor.key, "fingerprint": fingerprint, **fields}
    return vendor.api.post(PATH, json=body)


def _held(vendor: Vendor, fingerprint: str) -> dict[str, Any]:
    answer = _ask(vendor, fingerprint)
    assert answer.status_code == 201, answer.text
    lease: dict[str, Any] = answer.json()
    return lease


def _app(vendor: Vendor) -> Client:
    return vendor.account.client(key="publishable_key")


def test_an_app_leases_with_its_license_key(floating: Vendor) -> None:
    """With a publishable key: key and machine are presented each time, and nothing is forced."""
    app = _app(floating)
    machine = {"license_key": floating.key, "fingerprint": "machine-1"}
    lease = app.make(PATH, **machine)
    path = f"{PATH}/{lease['id']}"

    assert (
        app.post(PATH, json={"license_id": floating.license["id"], "fingerprint": "x"}).status_code
        == 400
    )
    assert app.post(f"{path}/renew", json={}).status_code == 400
    assert app.post(f"{path}/renew", json={**machine, "fingerprint": "other"}).status_code == 404
    assert app.post(f"{path}/release", json={**machine, "license_key": "wrong"}).status_code == 404
    forced = app.post(f"{path}/release", json={**machine, "force": True})
    assert (forced.status_code, forced.json()["code"]) == (403, "credential_not_allowed")
    assert app.post(f"{path}/renew", json=machine).status_code == 200
    assert app.post(f"{path}/release", json=machine).json()["ended_reason"] == "released"
    assert app.get(PATH).json()["code"] == "credential_not_allowed"


def test_a_token_leases_for_its_license_and_user(floating: Vendor) -> None:
    """Another license does not exist for it, and another user it does not speak for."""
    minted = floating.api.make("/v1/tokens", license_id=floating.license["id"], user="alice")
    app = floating.account.server.client(minted["access_token"])
    other = floating.api.make("/v1/licenses", policy_id=floating.policy["id"])

    lease = app.make(PATH, fingerprint="machine-1")

    assert (lease["user"], lease["license_id"]) == ("alice", floating.license["id"])
    body = {"fingerprint": "machine-1"}
    assert app.post(PATH, json={**body, "license_id": other["id"]}).status_code == 404
    assert app.post(PATH, json={**body, "user": "bob"}).json()["license_code"] == "USER_MISMATCH"
    foreign = _ask(floating, "machine-9", license_key=other["key"]).json()
    assert (
        app.post(f"{PATH}/{foreign['id']}/release", json={"fingerprint": "machine-9"}).status_code
        == 404
    )
    assert app.post(f"{PATH}/{lease['id']}/release", json=body).status_code == 200


def test_bad_input_is_refused_field_by_field(floating: Vendor) -> None:
    """What cannot be is named; nothing is taken."""
    for field, value in [
        ("ttl_seconds", 59),
        ("ttl_seconds", 86_401),
        ("ttl_seconds", "60"),
        ("process_id", ""),
        ("process_id", "x" * 129),
        ("fingerprint", ""),
        ("user", ""),
        ("entitlement", "x" * 65),
        ("borrow_seconds", 0),
        ("borrow_seconds", 1 << 62),
    ]:
        refused = _ask(floating, **{"fingerprint": "machine-1", field: value})
        assert refused.status_code == 400, (field, value)
        assert refused.json()["errors"][0]["pointer"] == f"/{field}"
    assert _ask(floating, "machine-1", seats=2).json()["code"] == "unknown_field"
    assert floating.api.post(PATH, json={"fingerprint": "x"}).status_code == 400
    assert floating.api.get(PATH).json()["data"] == []


def test_tenants_and_modes_do_not_see_each_others_leases(floating: Vendor, globex: Vendor) -> None:
    """Not by id, and not by license."""
    lease = _held(floating, "machine-1")
    test_mode = floating.account.client("test")
    for stranger in (globex.api, test_mode):
        assert stranger.get(f"{PATH}/{lease['id']}").status_code == 404
        assert stranger.post(f"{PATH}/{lease['id']}/renew", json={}).status_code == 404
        assert (
            stranger.post(f"{PATH}/{lease['id']}/release", json={"force": True}).status_code == 404
        )
        body = {"license_id": floating.license["id"], "fingerprint": "machine-1"}
        assert stranger.post(PATH, json=body).status_code == 404
        assert stranger.get(PATH).json()["data"] == []
    assert floating.api.get(f"{PATH}/{lease['id']}").json()["ended_at"] is None


def test_a_key_bound_to_another_product_finds_no_lease(floating: Vendor) -> None:
    """Product bindings hold on each route."""
    lease = _held(floating, "machine-1")
    other = floating.api.make("/v1/products", name="Draw", code="draw")
    scopes = ["leases:read", "leases:write"]
    made = floating.api.make("/v1/api_keys", name="Draw", scopes=scopes, product_ids=[other["id"]])
    bound = floating.account.server.client(made["secret"])

    body = {"license_key": floating.key, "fingerprint": "machine-1"}
    assert bound.post(PATH, json=body).status_code == 404
    assert bound.get(f"{PATH}/{lease['id']}").status_code == 404
    assert bound.get(PATH).json()["data"] == []
    assert bound.post(f"{PATH}/{lease['id']}/release", json={}).status_code == 404
    elsewhere = _ask(floating, "machine-1", product="draw").json()
    assert elsewhere["license_code"] == "PRODUCT_MISMATCH"
