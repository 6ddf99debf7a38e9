"""Renewals that come no sooner than they need cost nothing of the plan; others do."""

import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

PATH = "/v1/leases"


@pytest.fixture
def limited(server: Server) -> Vendor:
    """Acme on a plan of 1,000 requests a month."""
    return make_vendor(server, plan="developer", floating=True)


def _used(vendor: Vendor) -> int:
    used: int = vendor.api.get("/v1/account/usage").json()["requests"]["used"]
    return used


def _pass_half(server: Server, lease_id: str) -> None:
    """Let half of the lease's time be over."""
    statement = (
        "UPDATE licensing_lease SET renewed_at = renewed_at - ttl_seconds * 500000 WHERE id = ?"
    )
    server.execute(statement, lease_id)


def test_a_renewal_after_half_of_its_time_is_free(server: Server, limited: Vendor) -> None:
    """One before that is a request like any other."""
    lease_id = limited.api.make(PATH, license_key=limited.key, fingerprint="m1")["id"]
    before = _used(limited)

    _pass_half(server, lease_id)
    limited.api.make(f"{PATH}/{lease_id}/renew")
    assert _used(limited) == before
    limited.api.make(f"{PATH}/{lease_id}/renew")
    assert _used(limited) == before + 1


def test_without_quota_leases_go_on_and_end(server: Server, limited: Vendor) -> None:
    """A vendor who is out of requests has no app lose its seat, and nobody keeps one."""
    machine = {"license_key": limited.key, "fingerprint": "m1"}
    lease_id = limited.api.make(PATH, **machine)["id"]
    server.execute(
        "UPDATE usage_requestcounter SET used = 1000 WHERE account_id = ?",
        limited.account.account_id,
    )
    path = f"{PATH}/{lease_id}"

    early = limited.api.post(f"{path}/renew", json=machine)
    assert (early.status_code, early.json()["code"]) == (429, "quota_exceeded")
    _pass_half(server, lease_id)
    assert limited.api.post(f"{path}/renew", json=machine).status_code == 200
    assert limited.api.post(PATH, json=machine).status_code == 429
    assert limited.api.post(f"{path}/release", json=machine).status_code == 200
    assert _used(limited) == 1000


def test_a_refused_early_renewal_costs_what_its_answer_says(limited: Vendor) -> None:
    """409 counts, and 403 does not, as everywhere."""
    lease_id = limited.api.make(PATH, license_key=limited.key, fingerprint="m1")["id"]
    limited.api.make(f"{PATH}/{lease_id}/release")
    before = _used(limited)

    assert limited.api.post(f"{PATH}/{lease_id}/renew", json={}).status_code == 409
    assert _used(limited) == before + 1
    limited.api.make(f"/v1/licenses/{limited.license['id']}/suspend")
    before = _used(limited)
    assert limited.api.post(f"{PATH}/{lease_id}/renew", json={}).status_code == 403
    assert _used(limited) == before


def test_a_late_renewal_that_finds_no_seat_counts(server: Server) -> None:
    """Once, as an acquire would: else a process could wait for a seat at no cost."""
    acme = make_vendor(server, plan="developer", floating=True, max_leases=1)
    lease_id = acme.api.make(PATH, license_key=acme.key, fingerprint="m1")["id"]
    server.execute(
        "UPDATE licensing_lease SET renewed_at = renewed_at - 7200000000,"
        " expires_at = expires_at - 7200000000"
    )
    acme.api.make(PATH, license_key=acme.key, fingerprint="m2")
    before = _used(acme)

    refused = acme.api.post(f"{PATH}/{lease_id}/renew", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_seat_available")
    assert _used(acme) == before + 1
