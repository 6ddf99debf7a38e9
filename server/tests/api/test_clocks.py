"""Licenses whose time is counted from their first use, and what starts it."""

from typing import Any

import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server


def _validate(vendor: Vendor, **body: Any) -> dict[str, Any]:
    return vendor.api.make("/v1/licenses/validate", key=vendor.key, **body)


def _shown(vendor: Vendor) -> dict[str, Any]:
    found: dict[str, Any] = vendor.api.get(f"/v1/licenses/{vendor.license['id']}").json()
    return found


def _starts(vendor: Vendor) -> list[dict[str, Any]]:
    path = f"/v1/licenses/{vendor.license['id']}/timeline"
    events = vendor.api.get(path).json()["data"]
    return [event["data"] for event in events if event["type"] == "license.clock_started"]


def test_the_first_valid_answer_starts_the_clock(server: Server) -> None:
    """It shows the expiry already, which is on the disk by then; the second changes nothing."""
    acme = make_vendor(server, duration="P30D", expiration_basis="first_validation")
    assert (acme.license["expires_at"], acme.license["status"]) == (None, "active")

    first, second = _validate(acme), _validate(acme)

    expires_at = first["license"]["expires_at"]
    assert expires_at is not None
    assert first["next_check_at"] == expires_at
    assert second["license"]["expires_at"] == expires_at == _shown(acme)["expires_at"]
    assert _starts(acme) == [{"basis": "first_validation", "expires_at": expires_at}]


def test_a_dry_run_and_a_refusal_start_nothing(server: Server) -> None:
    """Support staff may look, and a wrong app costs the customer nothing."""
    acme = make_vendor(server, duration="P30D", expiration_basis="first_validation")
    assert _validate(acme, dry_run=True)["valid"]
    assert _validate(acme, product="other")["code"] == "PRODUCT_MISMATCH"
    assert _shown(acme)["expires_at"] is None
    assert _starts(acme) == []


@pytest.mark.parametrize("basis", ["first_activation", "first_use", "creation"])
def test_a_validation_starts_no_other_clock(server: Server, basis: str) -> None:
    """Each waits for what its policy says."""
    acme = make_vendor(server, duration="P30D", expiration_basis=basis)
    before = _shown(acme)["expires_at"]
    assert _validate(acme)["valid"]
    assert _shown(acme)["expires_at"] == before
    assert (before is None) == (basis != "creation")
    assert _starts(acme) == []


def test_the_first_machine_starts_the_clock_of_its_policy(server: Server) -> None:
    """Once, with an event; a validation policy's clock it leaves alone."""
    acme = make_vendor(server, duration="P30D", expiration_basis="first_activation")
    other = make_vendor(server, duration="P30D", expiration_basis="first_validation")
    for vendor in (acme, other):
        for machine in ("m-1", "m-2"):
            body = {"license_key": vendor.key, "fingerprint": machine}
            vendor.api.make("/v1/activations", **body)
    assert len(_starts(acme)) == 1
    assert _shown(acme)["expires_at"] == _starts(acme)[0]["expires_at"]
    assert (_starts(other), _shown(other)["expires_at"]) == ([], None)


@pytest.mark.parametrize("credential", ["token", "publishable", "id", "query"])
def test_it_starts_whoever_validates(server: Server, credential: str) -> None:
    """By key, by id, by token and by query alike."""
    acme = make_vendor(server, duration="P30D", expiration_basis="first_validation")
    path, client = "/v1/licenses/validate", acme.api
    if credential == "query":
        answer = client.get(path, params={"key": acme.key}).json()
    elif credential == "id":
        answer = client.make(f"/v1/licenses/{acme.license['id']}/validate")
    elif credential == "token":
        token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
        answer = server.client(token).make(path)
    else:
        app = acme.account.client(key="publishable_key")
        answer = app.make(path, key=acme.key, product="paint")
    assert answer["license"]["expires_at"] == _shown(acme)["expires_at"] is not None


def test_an_expiry_of_its_own_is_never_overwritten(server: Server) -> None:
    """Given at creation, set later, or lifted by hand: it stays."""
    acme = make_vendor(server, duration="P30D", expiration_basis="first_validation")
    at = "2090-01-01T00:00:00Z"
    given = acme.api.make("/v1/licenses", policy_id=acme.policy["id"], expires_at=at)
    lifted = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])
    path = f"/v1/licenses/{lifted['id']}"
    acme.api.make_patch(path, expires_at=at)
    acme.api.make_patch(path, expires_at=None)

    for license_, expected in ((given, at), (lifted, None)):
        answer = acme.api.make("/v1/licenses/validate", key=license_["key"])
        assert (answer["valid"], answer["license"]["expires_at"]) == (True, expected)


def test_a_change_that_changes_no_expiry_leaves_the_clock_waiting(server: Server) -> None:
    """A form that sends all its fields back makes no license perpetual."""
    acme = make_vendor(server, duration="P30D", expiration_basis="first_validation")
    acme.api.make_patch(f"/v1/licenses/{acme.license['id']}", expires_at=None, name="Same")
    assert _validate(acme)["license"]["expires_at"] is not None


def test_what_has_not_begun_is_neither_renewed_nor_extended(server: Server) -> None:
    """The refusal says that the clock waits, not that the license never expires."""
    acme = make_vendor(server, duration="P30D", expiration_basis="first_validation")
    for action, body in (("renew", {}), ("extend", {"by": "P1D"})):
        refused = acme.api.post(
            f"/v1/licenses/{acme.license['id']}/{action}",
            json=body,
            headers={"Idempotency-Key": f"{action}-{acme.license['id']}"},
        )
        assert refused.status_code == 409
        assert "clock of the license has not started" in refused.json()["detail"]


def test_a_test_license_starts_within_its_90_days(server: Server) -> None:
    """It has its end from the beginning; the start may only bring it nearer."""
    acme = make_vendor(server, mode="test", duration="P1D", expiration_basis="first_validation")
    long = make_vendor(server, mode="test", duration="P1Y", expiration_basis="first_validation")
    assert _validate(acme)["license"]["expires_at"] < acme.license["expires_at"]
    assert _validate(long)["license"]["expires_at"] == long.license["expires_at"]


def test_a_transfer_that_resets_the_expiry_starts_the_clock(server: Server) -> None:
    """Nothing waits any more: the new time runs."""
    acme = make_vendor(server, duration="P30D", expiration_basis="first_validation")
    policy = acme.api.make(
        "/v1/policies",
        product_id=acme.product["id"],
        name="Reset",
        duration="P60D",
        expiration_basis="first_validation",
        transfer_strategy="reset_expiry",
    )
    path = f"/v1/licenses/{acme.license['id']}/transfer"
    moved = acme.api.make(path, policy_id=policy["id"])
    assert moved["expires_at"] is not None
    assert _validate(acme)["license"]["expires_at"] == moved["expires_at"]


@pytest.mark.parametrize("name", ["check_in_interval", "maintenance", "duration", "grace_period"])
@pytest.mark.parametrize("span", ["P0D", "-P1D", "P101Y", "P1.5D", "1 year", ""])
def test_a_span_is_positive_and_at_most_a_century(acme: Vendor, name: str, span: str) -> None:
    """At the field, for a new policy and for one that is changed."""
    body = {"product_id": acme.product["id"], "name": "Odd", name: span}
    created = acme.api.post("/v1/policies", json=body)
    changed = acme.api.patch(f"/v1/policies/{acme.policy['id']}", json={name: span})
    for refused in (created, changed):
        assert (refused.status_code, refused.json()["param"]) == (400, name)
