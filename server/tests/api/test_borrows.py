"""Borrows: a seat kept for use offline, which nobody but the vendor gives back early."""

from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server
from licenseapi_server.domain.instants import SECOND, parse_instant

PATH = "/v1/leases"
DAY = 86_400


@pytest.fixture
def floating(server: Server) -> Vendor:
    """Acme with a floating license of one seat, to be borrowed for up to a week."""
    return make_vendor(server, floating=True, max_leases=1, lease_ttl=600, max_borrow="P7D")


def _ask(vendor: Vendor, fingerprint: str = "machine-1", **fields: Any) -> httpx.Response:
    body = {"license_key": vendor.key, "fingerprint": fingerprint, **fields}
    return vendor.api.post(PATH, json=body)


def _seconds(lease: dict[str, Any]) -> float:
    return (parse_instant(lease["expires_at"]) - parse_instant(lease["renewed_at"])) / SECOND


def _events(vendor: Vendor) -> list[str]:
    rows = vendor.api.get("/v1/events", params={"license_id": vendor.license["id"]}).json()["data"]
    return sorted(row["type"] for row in rows if row["type"].startswith("lease."))


def test_a_seat_is_borrowed_for_longer_than_a_lease(floating: Vendor) -> None:
    """A lease of `borrow_seconds`, and an event of its own."""
    made = _ask(floating, borrow_seconds=3 * DAY)

    assert made.status_code == 201
    assert (made.json()["is_borrowed"], _seconds(made.json())) == (True, 3 * DAY)
    assert _events(floating) == ["lease.acquired", "lease.borrowed"]


def test_the_policy_bounds_a_borrow(server: Server, floating: Vendor) -> None:
    """Beyond `max_borrow` it is refused, as it is where there is none; nothing is taken."""
    longer = _ask(floating, borrow_seconds=7 * DAY + 1)
    assert longer.json()["errors"][0] == {
        "pointer": "/borrow_seconds",
        "code": "invalid_value",
        "message": f"`borrow_seconds` may be at most {7 * DAY}: `max_borrow` of the policy.",
    }
    assert _ask(floating, borrow_seconds=7 * DAY).status_code == 201
    acme = make_vendor(server, floating=True)
    refused = _ask(acme, borrow_seconds=60)
    assert (refused.status_code, refused.json()["param"]) == (400, "borrow_seconds")
    assert acme.api.get(PATH).json()["data"] == []


def test_a_lease_that_is_held_can_be_borrowed(floating: Vendor) -> None:
    """The same one: a laptop leaves the office. Renewed, it ends no sooner."""
    lease = _ask(floating).json()

    borrowed = _ask(floating, borrow_seconds=DAY)
    renewed = floating.api.post(f"{PATH}/{lease['id']}/renew", json={"ttl_seconds": 60})

    assert (borrowed.status_code, borrowed.json()["id"]) == (200, lease["id"])
    assert (renewed.status_code, renewed.json()["is_borrowed"]) == (200, True)
    assert renewed.json()["expires_at"] == borrowed.json()["expires_at"]
    assert _events(floating) == ["lease.acquired", "lease.borrowed"]


def test_an_app_does_not_end_its_borrow_for_somebody_else(floating: Vendor) -> None:
    """It may be running offline: the seat comes back at the end of the borrow."""
    app = floating.account.client(key="publishable_key")
    machine = {"license_key": floating.key, "fingerprint": "machine-1"}
    lease = app.make(PATH, **machine, borrow_seconds=DAY)

    refused = app.post(f"{PATH}/{lease['id']}/release", json=machine)

    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")
    assert lease["expires_at"] in refused.json()["detail"]
    other = _ask(floating, "machine-2")
    assert (other.status_code, other.json()["code"]) == (409, "no_seat_available")
    assert DAY - 600 < int(other.headers["Retry-After"]) <= DAY
    assert floating.api.get(f"{PATH}/{lease['id']}").json()["ended_at"] is None


def test_staff_end_a_borrow_by_force_alone(floating: Vendor) -> None:
    """Without `force` even they are asked whether they mean it."""
    lease = _ask(floating, borrow_seconds=DAY).json()
    path = f"{PATH}/{lease['id']}/release"

    assert floating.api.post(path, json={}).status_code == 409
    assert floating.api.post(path, json={"fingerprint": "machine-1"}).status_code == 409
    ended = floating.api.post(path, json={"force": True})

    assert (ended.status_code, ended.json()["ended_reason"]) == (200, "forced")
    assert ended.json()["is_borrowed"] is True
    assert "lease.ended" in _events(floating)
    assert _ask(floating, "machine-2").status_code == 201
    validated = {"key": floating.key, "lease_id": lease["id"]}
    assert floating.api.make("/v1/licenses/validate", **validated)["code"] == "LEASE_ENDED"


def test_a_borrow_ends_with_its_license(server: Server) -> None:
    """However long it was asked for."""
    acme = make_vendor(server, floating=True, max_borrow="P30D", duration="P1D")
    made = _ask(acme, borrow_seconds=30 * DAY).json()
    license_ = acme.api.get(f"/v1/licenses/{acme.license['id']}").json()
    assert (made["expires_at"], made["is_borrowed"]) == (license_["expires_at"], True)


def test_a_borrow_that_ran_out_is_an_ordinary_lease_again(server: Server, floating: Vendor) -> None:
    """Renewed after its end, it may be released like any other."""
    lease = _ask(floating, borrow_seconds=DAY).json()
    statement = (
        "UPDATE licensing_lease SET expires_at = acquired_at - 1, borrowed_until = acquired_at - 1 "
        "WHERE id = ?"
    )
    server.execute(statement, lease["id"])

    renewed = floating.api.make(f"{PATH}/{lease['id']}/renew")

    assert (renewed["is_borrowed"], _seconds(renewed)) == (False, 600)
    released = floating.api.make(f"{PATH}/{lease['id']}/release", fingerprint="machine-1")
    assert released["ended_reason"] == "released"
