"""licenses.transfer: a license goes under another policy, or to another customer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

END = "2090-01-01T00:00:00Z"


def _policy(vendor: Vendor, **fields: Any) -> str:
    made = vendor.api.make("/v1/policies", product_id=vendor.product["id"], name="Other", **fields)
    policy_id: str = made["id"]
    return policy_id


def _issue(vendor: Vendor, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = vendor.api.make("/v1/licenses", policy_id=vendor.policy["id"], **fields)
    return made


def _transfer(vendor: Vendor, license_id: str, **body: Any) -> httpx.Response:
    return vendor.api.post(f"/v1/licenses/{license_id}/transfer", json=body)


def _days_from_now(instant: str) -> float:
    return (datetime.fromisoformat(instant) - datetime.now(UTC)) / timedelta(days=1)


def test_the_new_policy_holds_from_now_on(acme: Vendor) -> None:
    """Its limits and what it grants; the license's own key, limits and expiry stay."""
    acme.api.make("/v1/entitlements", name="Export", code="export")
    license_ = _issue(acme, expires_at=END, max_users=7)
    policy_id = _policy(
        acme, max_activations=5, duration="P1M", entitlements=[{"code": "export"}], requires=[]
    )
    before = acme.api.make("/v1/licenses/validate", key=license_["key"])

    moved = _transfer(acme, license_["id"], policy_id=policy_id)

    shown = moved.json()
    assert (moved.status_code, shown["policy_id"], shown["expires_at"]) == (200, policy_id, END)
    assert (shown["limits"]["max_activations"], shown["limits"]["max_users"]) == (5, 7)
    assert shown["version"] == license_["version"] + 1
    after = acme.api.make(
        "/v1/licenses/validate", key=license_["key"], entitlements=["export"], policy=policy_id
    )
    assert (before["entitlements"], after["code"]) == ([], "VALID")
    listed = acme.api.get("/v1/licenses", params={"policy_id": policy_id}).json()["data"]
    assert [row["id"] for row in listed] == [license_["id"]]


@pytest.mark.parametrize("basis", ["creation", "first_activation"])
def test_reset_expiry_counts_the_new_duration_from_now(acme: Vendor, basis: str) -> None:
    """Whatever starts the clock of a new license: this one has been in use."""
    license_ = _issue(acme, expires_at=END)
    policy_id = _policy(
        acme, duration="P10D", transfer_strategy="reset_expiry", expiration_basis=basis
    )

    moved = _transfer(acme, license_["id"], policy_id=policy_id).json()
    again = _transfer(acme, license_["id"], policy_id=policy_id).json()

    assert 9.9 < _days_from_now(moved["expires_at"]) <= 10
    assert again == moved


def test_reset_expiry_revives_and_ends_never_without_a_duration(acme: Vendor) -> None:
    """An expired license is valid at once under a perpetual policy."""
    license_ = _issue(acme, expires_at="2020-01-01T00:00:00Z")
    policy_id = _policy(acme, transfer_strategy="reset_expiry")

    moved = _transfer(acme, license_["id"], policy_id=policy_id).json()

    assert moved["expires_at"] is None
    assert acme.api.make("/v1/licenses/validate", key=license_["key"])["code"] == "VALID"


@pytest.mark.parametrize("duration", ["P1Y", None])
def test_a_test_license_still_ends_within_ninety_days(server: Server, duration: str | None) -> None:
    """A transfer is no way around it."""
    acme = make_vendor(server, mode="test", duration="P10D")
    policy_id = _policy(acme, duration=duration, transfer_strategy="reset_expiry")

    moved = _transfer(acme, acme.license["id"], policy_id=policy_id).json()

    assert 89.9 < _days_from_now(moved["expires_at"]) <= 90


def test_a_customer_takes_over(acme: Vendor) -> None:
    """Nothing else changes; the same customer again changes nothing."""
    ada, bob = (acme.api.make("/v1/customers", name=name)["id"] for name in ("Ada", "Bob"))
    license_ = _issue(acme, customer_id=ada, expires_at=END)

    given = _transfer(acme, license_["id"], customer_id=bob).json()
    again = _transfer(acme, license_["id"], customer_id=bob).json()

    assert given["customer_id"] == bob
    changed = {name for name in given if given[name] != license_.get(name)}
    assert changed <= {"customer_id", "updated_at", "version", "key"}
    assert again == given


def test_what_leads_nowhere_is_refused_at_its_field(acme: Vendor) -> None:
    """Another product's policy, an archived one, ones that do not exist, and too much or little."""
    other = acme.api.make("/v1/products", name="Draw", code="draw")["id"]
    foreign = acme.api.make("/v1/policies", product_id=other, name="Foreign")["id"]
    archived = _policy(acme)
    assert acme.api.patch(f"/v1/policies/{archived}", json={"archived": True}).status_code == 200
    customer = acme.api.make("/v1/customers", name="Ada")["id"]
    bodies: list[tuple[dict[str, Any], str]] = [
        ({"policy_id": foreign}, "/policy_id"),
        ({"policy_id": archived}, "/policy_id"),
        ({"policy_id": "pol_nonsense"}, "/policy_id"),
        ({"customer_id": "cus_nonsense"}, "/customer_id"),
        ({"policy_id": _policy(acme), "customer_id": customer}, "/policy_id"),
        ({}, "/policy_id"),
    ]

    for body, pointer in bodies:
        refused = _transfer(acme, acme.license["id"], **body)
        assert refused.status_code == 400, body
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer], body
    assert acme.api.get(f"/v1/licenses/{acme.license['id']}").json()["version"] == 1


def test_a_suspended_license_stays_suspended_and_a_revoked_one_where_it_is(acme: Vendor) -> None:
    """Revocation is final."""
    path, policy_id = f"/v1/licenses/{acme.license['id']}", _policy(acme)
    acme.api.make(f"{path}/suspend")

    assert _transfer(acme, acme.license["id"], policy_id=policy_id).json()["status"] == "suspended"
    acme.api.make(f"{path}/revoke")
    refused = _transfer(acme, acme.license["id"], policy_id=acme.policy["id"])

    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")


def test_a_replay_and_another_version_start_nothing_anew(acme: Vendor) -> None:
    """Late twins get the first answer; who has seen another version is refused."""
    policy_id = _policy(acme, duration="P10D", transfer_strategy="reset_expiry")
    path = f"/v1/licenses/{acme.license['id']}/transfer"
    stale = acme.api.post(path, json={"policy_id": policy_id}, headers={"If-Match": '"7"'})
    headers = {"Idempotency-Key": "move-1"}
    first = acme.api.post(path, json={"policy_id": policy_id}, headers=headers)
    _transfer(acme, acme.license["id"], policy_id=acme.policy["id"])

    late = acme.api.post(path, json={"policy_id": policy_id}, headers=headers)

    assert stale.status_code == 412
    assert (late.headers["Idempotent-Replayed"], late.json()["expires_at"]) == (
        "true",
        first.json()["expires_at"],
    )
    now = acme.api.get(f"/v1/licenses/{acme.license['id']}").json()
    assert now["policy_id"] == acme.policy["id"]


def test_only_who_may_reaches_a_license(acme: Vendor, server: Server) -> None:
    """Not without credential or scope, not from another account or mode, nor past a product."""
    other = acme.api.make("/v1/products", name="Draw", code="draw")["id"]
    foreign = acme.api.make("/v1/policies", product_id=other, name="Foreign")["id"]
    blind = acme.api.make("/v1/api_keys", name="B", scopes=["licenses:read"])["secret"]
    bound = acme.api.make("/v1/api_keys", name="C", scopes=["licenses:write"], product_ids=[other])[
        "secret"
    ]
    test, globex, own = acme.account.client("test"), make_vendor(server, "Globex"), _policy(acme)
    tested = test.make("/v1/products", name="Paint", code="paint")["id"]
    callers = {
        "nobody": (server.client(""), own, 401),
        "without scope": (server.client(blind), own, 403),
        "other product": (server.client(bound), foreign, 404),
        "other mode": (test, test.make("/v1/policies", product_id=tested, name="T")["id"], 404),
        "other account": (globex.api, globex.policy["id"], 404),
    }

    for name, (client, policy_id, status) in callers.items():
        path = f"/v1/licenses/{acme.license['id']}/transfer"
        assert client.post(path, json={"policy_id": policy_id}).status_code == status, name
    assert acme.api.get(f"/v1/licenses/{acme.license['id']}").json()["version"] == 1
