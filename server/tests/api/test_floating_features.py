"""Floating features: an entitlement of which so many may be in use at once."""

from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server
from licenseapi_server.domain.instants import SECOND, parse_instant, render_instant

PATH = "/v1/leases"


@pytest.fixture
def floating(server: Server) -> Vendor:
    """Acme: three seats of the license, two of its feature Export, and Import without limit."""
    acme = make_vendor(server, floating=True, max_leases=3)
    for code in ("export", "import"):
        acme.api.make("/v1/entitlements", name=code.title(), code=code)
    attached = [{"code": "export", "max_leases": 2}, {"code": "import"}]
    acme.api.make_patch(f"/v1/policies/{acme.policy['id']}", entitlements=attached)
    return acme


def _ask(vendor: Vendor, fingerprint: str, **fields: Any) -> httpx.Response:
    body = {"license_key": vendor.key, "fingerprint": fingerprint, **fields}
    return vendor.api.post(PATH, json=body)


def test_a_feature_has_a_limit_of_its_own(floating: Vendor) -> None:
    """The license has a third seat, and the feature has none."""
    first = _ask(floating, "m1", entitlement="export").json()
    assert first["entitlement"] == "export"
    _ask(floating, "m2", entitlement="export", ttl_seconds=60)

    refused = _ask(floating, "m3", entitlement="export")

    assert (refused.status_code, refused.json()["limit"], refused.json()["count"]) == (409, 2, 2)
    assert refused.json()["detail"] == "The feature allows 2 uses at once, and 2 are leased."
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert _ask(floating, "m3").status_code == 201


def test_a_feature_takes_the_seat_that_its_holder_has(floating: Vendor) -> None:
    """License and two features on one process are three leases and one seat."""
    ids = {
        _ask(floating, "m1", **fields).json()["id"]
        for fields in ({}, {"entitlement": "export"}, {"entitlement": "import"})
    }
    assert len(ids) == 3
    assert _ask(floating, "m2").status_code == 201
    assert _ask(floating, "m3").status_code == 201
    refused = _ask(floating, "m4", entitlement="import")
    assert (refused.status_code, refused.json()["limit"], refused.json()["count"]) == (409, 3, 3)
    assert refused.json()["detail"].startswith("The license allows 3")
    assert _ask(floating, "m1", entitlement="export").status_code == 200


def test_the_seat_comes_back_with_the_last_of_its_leases(floating: Vendor) -> None:
    """Whichever that is."""
    plain = _ask(floating, "m1").json()
    feature = _ask(floating, "m1", entitlement="import").json()
    for name in ("m2", "m3"):
        _ask(floating, name)
    floating.api.make(f"{PATH}/{plain['id']}/release")
    assert _ask(floating, "m4").status_code == 409
    floating.api.make(f"{PATH}/{feature['id']}/release")
    assert _ask(floating, "m4").status_code == 201


def test_a_license_has_its_own_limit_of_a_feature(floating: Vendor) -> None:
    """In place of its policy's."""
    attached = [{"code": "export", "max_leases": 1}]
    floating.api.make_patch(f"/v1/licenses/{floating.license['id']}", entitlements=attached)
    assert _ask(floating, "m1", entitlement="export").status_code == 201
    assert _ask(floating, "m2", entitlement="export").json()["limit"] == 1


def test_a_feature_that_is_not_carried_is_refused(server: Server, floating: Vendor) -> None:
    """And one that has ended: neither leased nor renewed."""
    refused = _ask(floating, "m1", entitlement="print").json()
    assert (refused["code"], refused["license_code"]) == ("license_refused", "ENTITLEMENTS_MISSING")
    lease = _ask(floating, "m1", entitlement="export").json()
    floating.api.make_patch(f"/v1/policies/{floating.policy['id']}", entitlements=[])
    renewal = floating.api.post(f"{PATH}/{lease['id']}/renew", json={})
    assert (renewal.status_code, renewal.json()["license_code"]) == (403, "ENTITLEMENTS_MISSING")


def test_a_lease_ends_with_its_feature(floating: Vendor) -> None:
    """Where that is carried for a time."""
    now = parse_instant(_ask(floating, "m0").json()["renewed_at"])
    ends_at = render_instant(now + 300 * SECOND)
    attached = [{"code": "export", "expires_at": ends_at}]
    floating.api.make_patch(f"/v1/policies/{floating.policy['id']}", entitlements=attached)

    lease = _ask(floating, "m1", entitlement="export").json()

    assert (lease["expires_at"], lease["ttl_seconds"]) == (ends_at, 3600)


def test_a_feature_may_float_on_a_license_that_does_not(acme: Vendor) -> None:
    """With a limit of its own; the license has no seats then, and asks for no lease."""
    acme.api.make("/v1/entitlements", name="Export", code="export")
    attached = [{"code": "export", "max_leases": 1}]
    acme.api.make_patch(f"/v1/licenses/{acme.license['id']}", entitlements=attached)

    assert _ask(acme, "m1").json()["code"] == "invalid_state"
    lease = _ask(acme, "m1", entitlement="export")
    assert lease.status_code == 201
    assert _ask(acme, "m2", entitlement="export").json()["code"] == "no_seat_available"
    validated = acme.api.make("/v1/licenses/validate", key=acme.key, lease_id=lease.json()["id"])
    assert validated["code"] == "VALID"


def test_leases_of_a_feature_are_found(floating: Vendor) -> None:
    """By its code."""
    lease = _ask(floating, "m1", entitlement="export").json()
    _ask(floating, "m1")
    found = floating.api.get(PATH, params={"entitlement": "export"}).json()["data"]
    assert [row["id"] for row in found] == [lease["id"]]
