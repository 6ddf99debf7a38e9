"""Renewing and extending add time, or say why not; starts and ends fit together."""

import itertools
from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

_numbers = itertools.count()


def _act(vendor: Vendor, license_id: str, action: str, **body: Any) -> httpx.Response:
    headers = {"Idempotency-Key": f"act-{next(_numbers)}"}
    return vendor.api.post(f"/v1/licenses/{license_id}/{action}", json=body, headers=headers)


def _issue(vendor: Vendor, **given: Any) -> str:
    made = vendor.api.make("/v1/licenses", policy_id=vendor.policy["id"], **given)
    license_id: str = made["id"]
    return license_id


def test_renewing_never_takes_time_away(server: Server) -> None:
    """From now on a policy may count, but not to an earlier end than the present one."""
    acme = make_vendor(server, duration="P1M", renewal_basis="now")
    license_id = _issue(acme, expires_at="2090-01-01T00:00:00Z")

    refused = _act(acme, license_id, "renew")

    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")
    assert "add no time" in refused.json()["detail"]
    kept = acme.api.get(f"/v1/licenses/{license_id}").json()
    assert (kept["expires_at"], kept["version"]) == ("2090-01-01T00:00:00Z", 1)


def test_why_nothing_can_be_renewed_is_true(server: Server) -> None:
    """A license without an end, and one whose policy has no duration, are told apart."""
    acme = make_vendor(server)
    endless, ending = _issue(acme), _issue(acme, expires_at="2090-01-01T00:00:00Z")

    assert "does not expire" in _act(acme, endless, "renew").json()["detail"]
    assert "policy has no duration" in _act(acme, ending, "renew").json()["detail"]


def test_extending_by_months_keeps_to_the_day_of_the_anchor(server: Server) -> None:
    """31 January, 28 February, 31 March: as renewing does."""
    acme = make_vendor(server, duration="P1M")
    license_id = _issue(acme, starts_at="2090-01-31T00:00:00Z")

    ends = [_act(acme, license_id, "extend", by="P1M").json()["expires_at"] for _ in range(3)]

    assert [end[:10] for end in ends] == ["2090-03-31", "2090-04-30", "2090-05-31"]


def test_the_end_of_time_is_the_fault_of_what_was_sent(server: Server) -> None:
    """After the year 9999 nothing is added, and the flaw is at the field that was sent."""
    acme = make_vendor(server, duration="P1Y")
    license_id = _issue(acme, expires_at="9999-12-31T23:59:59.999999Z")

    by = _act(acme, license_id, "extend", by="P1D")
    until = _act(acme, license_id, "extend", until="2090-01-01T00:00:00Z")

    assert (by.status_code, by.json()["param"]) == (400, "by")
    assert (until.status_code, until.json()["param"]) == (400, "until")
    assert _act(acme, license_id, "renew").status_code == 409


def test_a_test_license_starts_before_it_ends(server: Server) -> None:
    """Its end comes within 90 days: a later start is refused at once."""
    acme = make_vendor(server, mode="test", duration="P1Y")
    body = {"policy_id": acme.policy["id"], "starts_at": "2090-01-01T00:00:00Z"}

    for end in (None, "2091-01-01T00:00:00Z"):
        refused = acme.api.post("/v1/licenses", json={**body, "expires_at": end})
        assert (refused.status_code, refused.json()["param"]) == (400, "starts_at")


def test_a_start_after_the_end_is_the_fault_of_the_start(acme: Vendor) -> None:
    """The pointer names what the caller sent, not what it contradicts."""
    license_id = _issue(acme, expires_at="2090-01-01T00:00:00Z")
    path = f"/v1/licenses/{license_id}"

    moved = acme.api.patch(path, json={"starts_at": "2091-01-01T00:00:00Z"})
    both = acme.api.patch(
        path, json={"starts_at": "2091-01-01T00:00:00Z", "expires_at": "2090-06-01T00:00:00Z"}
    )

    assert (moved.status_code, moved.json()["param"]) == (400, "starts_at")
    assert "2090-01-01T00:00:00Z" in moved.json()["detail"]
    assert (both.status_code, both.json()["param"]) == (400, "expires_at")


def test_status_knows_the_window_of_the_account_everywhere(acme: Vendor, server: Server) -> None:
    """A validation and the license itself call the same license `expiring`."""
    server.execute(
        "UPDATE accounts_account SET expiring_window_days = ? WHERE id = ?",
        *(36_000, acme.account.account_id),
    )
    license_ = acme.api.make(
        "/v1/licenses", policy_id=acme.policy["id"], expires_at="2090-01-01T00:00:00Z"
    )

    validated = acme.api.make("/v1/licenses/validate", key=license_["key"])

    assert license_["status"] == "expiring"
    assert validated["license"]["status"] == "expiring"


@pytest.mark.parametrize("noun", ["products", "policies", "customers", "entitlements"])
def test_a_deletion_heeds_the_version(acme: Vendor, noun: str) -> None:
    """Whoever has seen another version deletes nothing."""
    bodies: dict[str, dict[str, Any]] = {
        "products": {"name": "Gone", "code": "gone"},
        "policies": {"name": "Gone", "product_id": acme.product["id"]},
        "customers": {"name": "Gone"},
        "entitlements": {"name": "Gone", "code": "gone"},
    }
    path = f"/v1/{noun}/{acme.api.make(f'/v1/{noun}', **bodies[noun])['id']}"

    stale = acme.api.delete(path, headers={"If-Match": '"7"'})

    assert (stale.status_code, stale.json()["code"]) == (412, "version_mismatch")
    assert acme.api.delete(path, headers={"If-Match": '"1"'}).status_code == 200


def test_a_repeated_action_heeds_the_version(acme: Vendor) -> None:
    """Even where nothing is left to do."""
    path = f"/v1/licenses/{acme.license['id']}/suspend"
    acme.api.make(path)
    stale = acme.api.post(path, json={}, headers={"If-Match": '"77"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "version_mismatch")


def test_an_empty_change_changes_nothing(acme: Vendor) -> None:
    """The version stays, so that nobody else's `If-Match` fails for nothing."""
    for path in (
        f"/v1/licenses/{acme.license['id']}",
        f"/v1/products/{acme.product['id']}",
        f"/v1/policies/{acme.policy['id']}",
    ):
        before = acme.api.get(path).json()
        assert acme.api.make_patch(path)["version"] == before["version"]


def test_a_key_belongs_to_one_license_however_it_is_written(acme: Vendor) -> None:
    """A key that this server made cannot be given to a second license, alone or in a batch."""
    for text in (acme.key, acme.key.lower(), acme.key.replace("-", "")):
        body = {"policy_id": acme.policy["id"], "key": text}
        taken = acme.api.post("/v1/licenses", json=body)
        batch = acme.api.make("/v1/licenses/batch", items=[body])
        assert (taken.status_code, taken.json()["code"]) == (409, "already_exists")
        assert batch["data"][0]["error"]["code"] == "already_exists"


def test_a_key_comes_back_with_its_license(acme: Vendor) -> None:
    """After a deletion the same key can be given out again, typed as forgivingly as before."""
    path = f"/v1/licenses/{acme.license['id']}"
    acme.api.make(f"{path}/revoke")
    assert acme.api.delete(path).status_code == 200

    again = acme.api.make("/v1/licenses", policy_id=acme.policy["id"], key=acme.key)

    sloppy = acme.key.lower().replace("-", " ")
    found = acme.api.make("/v1/licenses/validate", key=sloppy)
    assert found["license"]["id"] == again["id"]


def test_long_metadata_is_found_by_all_of_it(acme: Vendor) -> None:
    """Beyond what an index holds, a value is still compared whole."""
    texts = ["a" * 700 + str(number) for number in range(3)]
    for text in texts:
        acme.api.make("/v1/licenses", policy_id=acme.policy["id"], metadata={"long": text})

    def count(text: str) -> int:
        page = acme.api.get("/v1/licenses", params={"metadata[long]": text}).json()
        return len(page["data"])

    assert [count(text) for text in texts] == [1, 1, 1]
    assert [count("a" * size) for size in (590, 595, 599, 600, 650, 700)] == [0] * 6
