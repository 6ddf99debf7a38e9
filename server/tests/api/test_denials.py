"""denials.*: why software was not let run, and the timeline that tells it together with events."""

from typing import Any

import pytest
from harness.cast import Vendor, make_vendor
from harness.eventually import eventually
from harness.server import Server

FIELDS = {
    "id",
    "object",
    "mode",
    "license_id",
    "product_id",
    "fingerprint",
    "code",
    "operation",
    "count",
    "created_at",
    "last_denied_at",
}


def _denials(vendor: Vendor, **query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = vendor.api.get("/v1/denials", params=query).json()["data"]
    return rows


def _validate(vendor: Vendor, **body: Any) -> str:
    code: str = vendor.api.make("/v1/licenses/validate", **{"key": vendor.key, **body})["code"]
    return code


def _total(rows: list[dict[str, Any]]) -> int:
    return sum(row["count"] for row in rows)


@pytest.fixture
def full(server: Server) -> Vendor:
    """A license with one seat, which is taken."""
    vendor = make_vendor(server, max_activations=1)
    body = {"license_key": vendor.key, "fingerprint": "desk"}
    assert vendor.api.post("/v1/activations", json=body).status_code == 201
    return vendor


def test_refusals_are_counted_by_machine_and_code(full: Vendor) -> None:
    """Validations and activations; what is valid, or a dry run, leaves nothing."""
    for _turn in range(3):
        assert _validate(full, fingerprint="laptop") == "NOT_ACTIVATED"
    assert _validate(full) == "FINGERPRINT_REQUIRED"
    assert _validate(full, fingerprint="desk") == "VALID"
    assert _validate(full, fingerprint="phone", dry_run=True) == "NOT_ACTIVATED"
    body = {"license_key": full.key, "fingerprint": "laptop"}
    assert full.api.post("/v1/activations", json=body).status_code == 409
    full.api.make(f"/v1/licenses/{full.license['id']}/suspend")
    assert full.api.post("/v1/activations", json=body).status_code == 403

    found = eventually(lambda: _denials(full), lambda rows: _total(rows) == 6)

    # An hour may have ended in between.
    counts: dict[tuple[str, str | None, str], int] = {}
    for row in found:
        assert set(row) == FIELDS
        name = (row["code"], row["fingerprint"], row["operation"])
        counts[name] = counts.get(name, 0) + row["count"]
    assert counts == {
        ("NOT_ACTIVATED", "laptop", "licenses.validate"): 3,
        ("FINGERPRINT_REQUIRED", None, "licenses.validate"): 1,
        ("activation_limit_reached", "laptop", "activations.create"): 1,
        ("SUSPENDED", "laptop", "activations.create"): 1,
    }
    one = found[0]
    assert (one["object"], one["mode"]) == ("denial", "live")
    assert (one["license_id"], one["product_id"]) == (full.license["id"], full.product["id"])
    assert full.api.get(f"/v1/denials/{one['id']}").json() == one
    named = {row["id"] for row in found if row["code"] == "NOT_ACTIVATED"}
    assert {row["id"] for row in _denials(full, code="NOT_ACTIVATED")} == named
    assert _denials(full, license_id=full.license["id"]) == found
    assert _denials(full, license_id="lic_x") == []
    since = {"created_at[gte]": min(row["created_at"] for row in found)}
    assert _denials(full, **since) == found


def test_a_heartbeat_that_is_refused_names_its_machine(full: Vendor) -> None:
    """By a server, which presents neither key nor fingerprint."""
    row = full.api.get("/v1/activations").json()["data"][0]
    full.api.make(f"/v1/licenses/{full.license['id']}/suspend")

    refused = full.api.post(f"/v1/activations/{row['id']}/heartbeat", json={})

    assert refused.json()["license_code"] == "SUSPENDED"
    found = eventually(lambda: _denials(full), bool)
    assert [(one["code"], one["fingerprint"]) for one in found] == [("SUSPENDED", "desk")]


def test_the_timeline_says_why_a_customer_is_locked_out(full: Vendor) -> None:
    """Events and denials in the order of time, page by page, in both directions."""
    path = f"/v1/licenses/{full.license['id']}"
    full.api.make(f"{path}/suspend", reason="Disputed")
    assert _validate(full, fingerprint="desk") == "SUSPENDED"
    eventually(lambda: _denials(full), bool)
    full.api.make(f"{path}/reinstate")

    whole = full.api.get(f"{path}/timeline", params={"include": "total_count"}).json()

    kinds = [(row["object"], row["type"]) for row in whole["data"]]
    assert kinds[:3] == [
        ("event", "license.reinstated"),
        ("denial", "license.denied"),
        ("event", "license.suspended"),
    ]
    assert whole["total_count"] == len(kinds)
    denial = whole["data"][1]
    assert denial["data"]["code"] == "SUSPENDED"
    assert (denial["data"]["fingerprint"], denial["data"]["count"]) == ("desk", 1)
    assert denial["id"] == _denials(full)[0]["id"]
    walked, query = [], {"limit": "1"}
    while True:
        page = full.api.get(f"{path}/timeline", params=query).json()
        walked += page["data"]
        if not page["has_more"]:
            break
        query["starting_after"] = page["next_cursor"]
    assert walked == whole["data"]
    before = {"limit": "1", "ending_before": whole["data"][2]["id"]}
    assert full.api.get(f"{path}/timeline", params=before).json()["data"] == [denial]
    only = full.api.get(f"{path}/timeline", params={"type": "license.denied"}).json()["data"]
    assert only == [denial]
    events = full.api.get(f"{path}/timeline", params={"type": "license.suspended"}).json()["data"]
    assert events == [whole["data"][2]]


def test_a_replaced_key_is_a_denial_of_its_license(acme: Vendor) -> None:
    """The app learns nothing of the license; the vendor sees who still uses the old key."""
    old = acme.key
    acme.api.make(f"/v1/licenses/{acme.license['id']}/roll_key")
    assert _validate(acme, key=old) == "KEY_REPLACED"
    assert _validate(acme, key="NO-SUCH-KEY") == "NOT_FOUND"
    found = eventually(lambda: _denials(acme), bool)
    assert [(row["license_id"], row["code"]) for row in found] == [
        (acme.license["id"], "KEY_REPLACED")
    ]


def test_denials_belong_to_their_tenant_mode_and_product(acme: Vendor, server: Server) -> None:
    """Others see none, by list, by id and by timeline."""
    acme.api.make(f"/v1/licenses/{acme.license['id']}/suspend")
    _validate(acme)
    one = eventually(lambda: _denials(acme), bool)[0]
    other = acme.api.make("/v1/products", name="Ink", code="ink")["id"]
    bound = acme.api.make("/v1/api_keys", name="B", scopes=["events:read"], product_ids=[other])
    for client in (
        server.client(bound["secret"]),
        make_vendor(server, "Globex").api,
        acme.account.client("test"),
    ):
        assert client.get("/v1/denials").json()["data"] == []
        assert client.get(f"/v1/denials/{one['id']}").status_code == 404
    blind = acme.api.make("/v1/api_keys", name="C", scopes=["licenses:read"])["secret"]
    assert server.client(blind).get("/v1/denials").json()["code"] == "insufficient_scope"
