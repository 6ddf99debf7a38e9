"""licenses: created, listed, changed, suspended, renewed, deleted."""

import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server


def test_created_license_carries_its_key_and_the_effective_limits(acme: Vendor) -> None:
    customer = acme.api.make("/v1/customers", name="Ada", email="ada@example.com")
    made = acme.api.make(
        "/v1/licenses",
        policy_id=acme.policy["id"],
        customer_id=customer["id"],
        name="Laptop",
        expires_at="2030-01-31T00:00:00+02:00",
        metadata={"order": "7"},
        max_activations=3,
        max_users="unlimited",
    )

    assert len(made["key"]) == 29
    assert made["key_hint"] == f"…{made['key'][-5:]}"
    assert (made["status"], made["expires_at"]) == ("active", "2030-01-30T22:00:00Z")
    assert made["limits"]["max_activations"] == 3
    assert made["overridden"] == ["max_activations", "max_users"]
    listed = acme.api.get("/v1/licenses", params={"expand[]": "customer"}).json()["data"][0]
    assert listed["customer"]["email"] == "ada@example.com"
    assert {"id", "object", "product_id", "policy_id", "customer_id", "status", "key_hint",
            "expires_at", "activation_count", "created_at", "metadata"} <= listed.keys()  # fmt: skip


def test_key_is_revealed_only_with_the_scope(acme: Vendor, server: Server) -> None:
    blind = acme.api.make("/v1/api_keys", name="B", scopes=["licenses:read"])["secret"]
    path = f"/v1/licenses/{acme.license['id']}"

    assert "key" not in server.client(blind).get(path).json()
    assert acme.api.get(path).json()["key"] == acme.key


def test_keys_are_forgiving_and_custom_ones_exact(acme: Vendor) -> None:
    custom = acme.api.make("/v1/licenses", policy_id=acme.policy["id"], key="My-Own-Key-0123456789")
    sloppy = acme.key.lower().replace("-", " ").replace("0", "o").replace("1", "l")

    def code(key: str) -> str:
        return acme.api.make("/v1/licenses/validate", key=key)["code"]

    assert code(sloppy) == "VALID"
    assert code(f"  {custom['key']} ") == "VALID"
    assert code(custom["key"].lower()) == "NOT_FOUND"
    taken = acme.api.post(
        "/v1/licenses", json={"policy_id": acme.policy["id"], "key": custom["key"]}
    )
    assert (taken.status_code, taken.json()["param"]) == (409, "key")


def test_keys_that_differ_in_case_alone_are_two_licenses(acme: Vendor) -> None:
    """Lenience never answers for another license than the one whose key was typed exactly."""
    texts = ("2019-abcd-efgh-001", "2019ABCDEFGH001X", "2019abcdefgh001x", "2019-ABCD-EFGH-001")
    made = {
        text: acme.api.make("/v1/licenses", policy_id=acme.policy["id"], key=text) for text in texts
    }
    for text, license_ in made.items():
        answer = acme.api.make("/v1/licenses/validate", key=text)
        assert answer["license"]["id"] == license_["id"]


def test_every_flaw_is_told_at_once(acme: Vendor) -> None:
    response = acme.api.post(
        "/v1/licenses",
        json={
            "policy_id": "pol_nonsense",
            "customer_id": "cus_nonsense",
            "starts_at": "2030-02-30T00:00:00Z",
            "entitlements": [{"code": "nope"}],
        },
    )

    assert response.status_code == 400
    pointers = [error["pointer"] for error in response.json()["errors"]]
    assert pointers == ["/policy_id", "/customer_id", "/starts_at", "/entitlements/0/code"]


def test_lists_filter_search_and_page(acme: Vendor) -> None:
    made = [
        acme.api.make(
            "/v1/licenses", policy_id=acme.policy["id"], name=f"N{n}", metadata={"n": f"{n}"}
        )
        for n in range(5)
    ]
    ids = [row["id"] for row in reversed(made)] + [acme.license["id"]]

    def listed(**query: object) -> list[str]:
        return [row["id"] for row in acme.api.get("/v1/licenses", params=query).json()["data"]]

    assert listed() == ids
    assert listed(**{"metadata[n]": "3"}) == [made[3]["id"]]
    assert listed(q="n4") == [made[4]["id"]]
    assert listed(q=made[2]["key"]) == [made[2]["id"]]
    assert listed(q=made[2]["key"][-5:].lower()) == [made[2]["id"]]
    assert listed(limit=2, starting_after=ids[1]) == ids[2:4]
    assert listed(limit=2, ending_before=ids[4]) == ids[2:4]
    assert listed(**{"created_at[gt]": made[2]["created_at"]}) == ids[:2]
    page = acme.api.get("/v1/licenses", params={"limit": 2, "include": "total_count"}).json()
    assert (page["has_more"], page["next_cursor"], page["total_count"]) == (True, ids[1], 6)
    for name in ("limit", "starting_after"):
        twice = acme.api.get(f"/v1/licenses?{name}=1&{name}=2")
        assert (twice.status_code, twice.json()["errors"][0]["code"]) == (400, "duplicate")


@pytest.mark.parametrize("status", ["active", "suspended", "revoked", "pending", "expired"])
def test_lists_filter_on_the_computed_status(acme: Vendor, status: str) -> None:
    path = "/v1/licenses"
    policy = {"policy_id": acme.policy["id"]}
    rows = {
        "active": acme.license,
        "suspended": acme.api.make(path, **policy),
        "revoked": acme.api.make(path, **policy),
        "pending": acme.api.make(path, **policy, starts_at="2099-01-01T00:00:00Z"),
        "expired": acme.api.make(path, **policy, expires_at="2020-01-01T00:00:00Z"),
    }
    acme.api.make(f"{path}/{rows['suspended']['id']}/suspend", reason="x")
    acme.api.make(f"{path}/{rows['revoked']['id']}/revoke")

    found = acme.api.get(path, params={"status": status}).json()["data"]

    assert [(row["id"], row["status"]) for row in found] == [(rows[status]["id"], status)]


def test_life_of_a_license(server: Server) -> None:
    acme = make_vendor(server, duration="P1Y", grace_period="P7D")
    path = f"/v1/licenses/{acme.license['id']}"
    once = {"Idempotency-Key": "invoice-1"}

    def code() -> str:
        return acme.api.make("/v1/licenses/validate", key=acme.key)["code"]

    assert code() == "VALID"
    acme.api.make(f"{path}/suspend", reason="dispute")
    assert code() == "SUSPENDED"
    assert acme.api.make(f"{path}/reinstate")["status"] == "active"
    missing = acme.api.post(f"{path}/renew", json={})
    assert (missing.status_code, missing.json()["param"]) == (400, "Idempotency-Key")
    renewed = acme.api.post(f"{path}/renew", json={}, headers=once).json()
    again = acme.api.post(f"{path}/renew", json={}, headers=once).json()
    assert again == renewed
    year = int(acme.license["expires_at"][:4])
    assert renewed["expires_at"][:10] == f"{year + 1}{acme.license['expires_at'][4:10]}"
    extended = acme.api.post(
        f"{path}/extend", json={"by": "P1D"}, headers={"Idempotency-Key": "e"}
    ).json()
    assert extended["expires_at"] > renewed["expires_at"]
    stale = acme.api.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "version_mismatch")
    assert acme.api.delete(path).json()["code"] == "invalid_state"
    revoked = acme.api.make(f"{path}/revoke", reason="refund")
    assert acme.api.make(f"{path}/revoke")["version"] == revoked["version"]
    assert code() == "REVOKED"
    assert acme.api.post(f"{path}/suspend", json={}).json()["code"] == "invalid_state"
    assert acme.api.delete(path).json() == {
        "id": acme.license["id"],
        "object": "license",
        "deleted": True,
    }
    assert acme.api.get(path).status_code == 404
    assert code() == "NOT_FOUND"


def test_entitlements_are_inherited_and_asked_for(acme: Vendor) -> None:
    for name in ("export", "print"):
        acme.api.make("/v1/entitlements", name=name, code=name)
    acme.api.patch(f"/v1/policies/{acme.policy['id']}", json={"entitlements": [{"code": "export"}]})
    path = f"/v1/licenses/{acme.license['id']}"
    acme.api.patch(
        path, json={"entitlements": [{"code": "print", "expires_at": "2020-01-01T00:00:00Z"}]}
    )

    def ask(*codes: str) -> dict:
        return acme.api.make("/v1/licenses/validate", key=acme.key, entitlements=list(codes))

    assert ask("export")["code"] == "VALID"
    assert [item["code"] for item in ask("export")["entitlements"]] == ["export"]
    missing = ask("export", "print")
    assert (missing["code"], missing["detail"]) == (
        "ENTITLEMENTS_MISSING",
        "The license lacks: print.",
    )
    row = acme.api.get("/v1/entitlements", params={"code": "export"}).json()["data"][0]
    in_use = acme.api.delete(f"/v1/entitlements/{row['id']}")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "in_use")


def test_test_mode_is_apart_and_short_lived(server: Server) -> None:
    acme = make_vendor(server, mode="test")
    live = acme.account.client("live")

    assert acme.license["expires_at"] is not None
    for path in (f"/v1/licenses/{acme.license['id']}", f"/v1/products/{acme.product['id']}"):
        assert live.get(path).status_code == 404
    assert live.make("/v1/licenses/validate", key=acme.key)["code"] == "NOT_FOUND"
    mixed = live.post("/v1/policies", json={"product_id": acme.product["id"], "name": "x"})
    assert mixed.json()["errors"][0]["pointer"] == "/product_id"
