"""Servers end activations; a seat that an offline copy holds is freed by force alone."""

from typing import Any

import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

PATH = "/v1/activations"


@pytest.fixture
def seated(server: Server) -> Vendor:
    """A vendor whose license has one seat."""
    return make_vendor(server, max_activations=1, max_deactivations=1, deactivation_period="P30D")


def _activate(vendor: Vendor, name: str) -> Any:
    return vendor.api.post(PATH, json={"license_key": vendor.key, "fingerprint": name})


def _offline(vendor: Vendor, name: str) -> tuple[str, str]:
    """The id of a machine with a living file, and when that ends."""
    activation_id = _activate(vendor, name).json()["id"]
    path = f"/v1/licenses/{vendor.license['id']}/check_out"
    return activation_id, vendor.api.make(path, fingerprint=name)["expires_at"]


def _events(vendor: Vendor, activation_id: str) -> list[str]:
    query = {"license_id": vendor.license["id"], "limit": 100}
    events = vendor.api.get("/v1/events", params=query).json()["data"]
    return [row["type"] for row in reversed(events) if row["object_id"] == activation_id]


def test_a_server_ends_an_activation(seated: Vendor) -> None:
    """Whatever the budget of apps is; a repeat changes nothing and tells nothing."""
    for name in ("one", "two", "three"):
        activation_id = _activate(seated, name).json()["id"]
        ended = seated.api.delete(f"{PATH}/{activation_id}")
        assert (ended.status_code, ended.json()["ended_reason"]) == (200, "deactivated")
        assert ended.json()["seat_free_at"] is None
    again = seated.api.delete(f"{PATH}/{activation_id}", params={"force": "true"})
    assert again.json() == ended.json()
    assert _events(seated, activation_id) == ["activation.created", "activation.ended"]
    license_ = seated.api.get(f"/v1/licenses/{seated.license['id']}").json()
    assert license_["activation_count"] == 0


@pytest.mark.parametrize("way", ["delete", "deactivate"])
def test_an_offline_copy_holds_the_seat_unless_it_is_forced(seated: Vendor, way: str) -> None:
    """The answer says until when; force may also come after the end."""
    activation_id, file_ends_at = _offline(seated, "laptop")

    def end(**force: bool) -> dict[str, Any]:
        if way == "deactivate":
            return seated.api.make(f"{PATH}/{activation_id}/deactivate", **force)
        answer = seated.api.delete(f"{PATH}/{activation_id}", params=force)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    held = end()
    assert (held["ended_reason"], held["seat_free_at"]) == ("deactivated", file_ends_at)
    assert _activate(seated, "pc").status_code == 409

    freed = end(force=True)
    assert (freed["ended_at"], freed["seat_free_at"]) == (held["ended_at"], None)
    assert end(force=True) == freed
    assert _activate(seated, "pc").status_code == 201
    told = ["activation.created", "activation.ended", "activation.seat_freed"]
    assert _events(seated, activation_id) == told


def test_force_ends_and_frees_at_once(seated: Vendor) -> None:
    activation_id, _ = _offline(seated, "laptop")
    answer = seated.api.delete(f"{PATH}/{activation_id}", params={"force": "true"})
    assert answer.json()["ended_at"] is not None
    assert answer.json()["seat_free_at"] is None
    assert _activate(seated, "pc").status_code == 201


def test_apps_force_nothing(seated: Vendor, server: Server) -> None:
    """Neither with a publishable key nor with a token; the seat stays as it was."""
    activation_id, _ = _offline(seated, "laptop")
    token = seated.api.make("/v1/tokens", license_id=seated.license["id"])["access_token"]
    body = {"license_key": seated.key, "fingerprint": "laptop", "force": True}
    for app in (seated.account.client(key="publishable_key"), server.client(token)):
        for answer in (
            app.post(f"{PATH}/{activation_id}/deactivate", json=body),
            app.delete(f"{PATH}/{activation_id}"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "credential_not_allowed")
    assert seated.api.get(f"{PATH}/{activation_id}").json()["ended_at"] is None


def test_others_end_nothing(seated: Vendor, globex: Vendor, server: Server) -> None:
    """Another tenant, another mode, a key of another product, one without the scope."""
    activation_id, _ = _offline(seated, "laptop")
    draw = seated.api.make("/v1/products", name="Draw", code="draw")
    bound = {"name": "Draw", "scopes": ["activations:write"], "product_ids": [draw["id"]]}
    readers = {"name": "Read", "scopes": ["activations:read"]}
    secret = seated.api.make("/v1/api_keys", **bound)["secret"]
    for client in (globex.api, seated.account.client("test"), server.client(secret)):
        answer = client.delete(f"{PATH}/{activation_id}", params={"force": "true"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    reader = server.client(seated.api.make("/v1/api_keys", **readers)["secret"])
    assert reader.delete(f"{PATH}/{activation_id}").json()["code"] == "insufficient_scope"
    assert seated.api.delete(f"{PATH}/{activation_id}?force=perhaps").status_code == 400
    assert seated.api.get(f"{PATH}/{activation_id}").json()["ended_at"] is None
