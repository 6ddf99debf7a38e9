"""customers.ban and customers.unban: whoever is banned has no license that works."""

from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server


@pytest.fixture
def dora(acme: Vendor) -> dict[str, Any]:
    """A customer who holds the vendor's license."""
    customer: dict[str, Any] = acme.api.make("/v1/customers", name="Dora")
    path = f"/v1/licenses/{acme.license['id']}"
    assert acme.api.patch(path, json={"customer_id": customer["id"]}).status_code == 200
    return customer


def _code(vendor: Vendor, key: str) -> str:
    code: str = vendor.api.make("/v1/licenses/validate", key=key)["code"]
    return code


def _act(vendor: Vendor, customer: dict[str, Any], action: str, **body: Any) -> httpx.Response:
    return vendor.api.post(f"/v1/customers/{customer['id']}/{action}", json=body)


def test_a_ban_holds_for_every_license_until_it_is_lifted(
    acme: Vendor, dora: dict[str, Any]
) -> None:
    """Those issued during the ban included; licenses of others go on."""
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])

    banned = _act(acme, dora, "ban", reason="Shared the key")

    later = acme.api.make("/v1/licenses", policy_id=acme.policy["id"], customer_id=dora["id"])
    assert (banned.status_code, banned.json()["ban_reason"]) == (200, "Shared the key")
    assert banned.json()["banned_at"] == banned.json()["updated_at"]
    assert acme.api.get(f"/v1/customers/{dora['id']}").json() == banned.json()
    codes = [_code(acme, key) for key in (acme.key, later["key"], other["key"])]
    assert codes == ["BANNED", "BANNED", "VALID"]
    shown = acme.api.get("/v1/licenses", params={"status": "banned"}).json()["data"]
    assert {row["id"] for row in shown} == {acme.license["id"], later["id"]}

    lifted = acme.api.post(f"/v1/customers/{dora['id']}/unban")

    assert lifted.status_code == 200
    assert (lifted.json()["banned_at"], lifted.json()["ban_reason"]) == (None, None)
    assert [_code(acme, key) for key in (acme.key, later["key"])] == ["VALID", "VALID"]


def test_a_repeat_changes_nothing(acme: Vendor, dora: dict[str, Any]) -> None:
    """The first reason and time stay; lifting no ban is no mistake."""
    assert acme.api.post(f"/v1/customers/{dora['id']}/unban").json() == dora

    first = _act(acme, dora, "ban", reason="First").json()
    second = _act(acme, dora, "ban", reason="Second").json()

    assert second == first
    assert first["version"] == dora["version"] + 1


def test_an_idempotency_key_replays_the_answer(acme: Vendor, dora: dict[str, Any]) -> None:
    """A retry that arrives late neither bans again nor says anything else than at first."""
    path, headers = f"/v1/customers/{dora['id']}", {"Idempotency-Key": "ban-1"}
    first = acme.api.post(f"{path}/ban", json={}, headers=headers)
    acme.api.make(f"{path}/unban")

    late = acme.api.post(f"{path}/ban", json={}, headers=headers)

    assert (late.json(), late.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert _code(acme, acme.key) == "VALID"


def test_a_ban_heeds_the_version(acme: Vendor, dora: dict[str, Any]) -> None:
    """Whoever has seen another version bans nobody."""
    response = acme.api.post(
        f"/v1/customers/{dora['id']}/ban", json={}, headers={"If-Match": '"7"'}
    )

    assert (response.status_code, response.json()["code"]) == (412, "version_mismatch")
    assert _code(acme, acme.key) == "VALID"


def test_bad_reasons_are_refused_at_the_field(acme: Vendor, dora: dict[str, Any]) -> None:
    """Empty, too long, or of another name."""
    for body in ({"reason": ""}, {"reason": "x" * 501}, {"because": "x"}):
        response = acme.api.post(f"/v1/customers/{dora['id']}/ban", json=body)
        assert (response.status_code, response.json()["param"]) == (400, next(iter(body)))


@pytest.mark.parametrize("action", ["ban", "unban"])
def test_only_who_may_reaches_a_customer(
    acme: Vendor, server: Server, dora: dict[str, Any], action: str
) -> None:
    """Not without the scope, not from another account or mode, not with a product's key."""
    blind = acme.api.make("/v1/api_keys", name="B", scopes=["customers:read"])["secret"]
    bound = acme.api.make(
        "/v1/api_keys",
        name="C",
        scopes=["customers:write"],
        product_ids=[acme.product["id"]],
    )["secret"]
    path = f"/v1/customers/{dora['id']}/{action}"
    callers = {
        "nobody": (server.client(""), 401),
        "without scope": (server.client(blind), 403),
        "bound": (server.client(bound), 403),
        "other account": (make_vendor(server, "Globex").api, 404),
        "other mode": (acme.account.client("test"), 404),
    }

    for name, (client, status) in callers.items():
        assert client.post(path, json={}).status_code == status, name
    assert _code(acme, acme.key) == "VALID"
