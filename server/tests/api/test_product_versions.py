"""Versions of products, and which of them a license covers."""

import time
from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

DAY = 86_400_000_000


def _put(vendor: Vendor, version: str, released_at: str) -> httpx.Response:
    path = f"/v1/products/{vendor.product['id']}/versions/{version}"
    return vendor.api.put(path, json={"released_at": released_at})


def _validate(vendor: Vendor, **body: Any) -> dict[str, Any]:
    return vendor.api.make("/v1/licenses/validate", key=vendor.key, **body)


def _code(vendor: Vendor, version: str | None = None) -> tuple[bool, str]:
    answer = _validate(vendor, **({} if version is None else {"version": version}))
    return answer["valid"], answer["code"]


def _age(server: Server, vendor: Vendor, days: int) -> None:
    """Let the license have been created, and have expired if it expires, so long ago."""
    created = time.time_ns() // 1000 - days * DAY
    server.execute(
        "UPDATE licensing_license SET created_at = ? WHERE id = ?", created, vendor.license["id"]
    )


def _expire(server: Server, vendor: Vendor, days: int) -> None:
    at = time.time_ns() // 1000 - days * DAY
    server.execute(
        "UPDATE licensing_license SET expires_at = ? WHERE id = ?", at, vendor.license["id"]
    )


def test_a_version_is_listed_changed_and_forgotten(acme: Vendor) -> None:
    """Put answers 201 once, then 200; a repeat changes nothing."""
    path = f"/v1/products/{acme.product['id']}/versions"
    first = _put(acme, "2.1.0", "2026-03-02T09:30:00Z")
    again = _put(acme, "2.1.0", "2026-03-02T10:30:00+01:00")
    moved = _put(acme, "2.1.0", "2026-04-02T09:30:00Z")
    _put(acme, "2.2.0-rc.1+7", "2026-05-02T09:30:00Z")

    assert (first.status_code, again.status_code, moved.status_code) == (201, 200, 200)
    assert len(first.json()) == 8
    assert first.json()["object"] == "product_version"
    assert again.json() == first.json()
    assert moved.json()["released_at"] == "2026-04-02T09:30:00Z"
    assert acme.api.get(f"{path}/2.1.0").json() == moved.json()
    listed = acme.api.get(path, params={"limit": "1"}).json()
    assert [row["version"] for row in listed["data"]] == ["2.2.0-rc.1+7"]
    rest = acme.api.get(path, params={"starting_after": listed["next_cursor"]}).json()
    assert [row["version"] for row in rest["data"]] == ["2.1.0"]

    gone = acme.api.delete(f"{path}/2.1.0")
    assert gone.json() == {"id": "2.1.0", "object": "product_version", "deleted": True}
    assert acme.api.get(f"{path}/2.1.0").status_code == 404
    assert acme.api.delete(f"{path}/2.1.0").status_code == 404


@pytest.mark.parametrize("version", ["-1", "a b", "x" * 65, "caf%C3%A9", "%7Bversion%7D"])
def test_a_version_has_a_form(acme: Vendor, version: str) -> None:
    """What could not stand in a path, or looks like another text, is refused."""
    refused = _put(acme, version, "2026-03-02T09:30:00Z")
    assert (refused.status_code, refused.json()["param"]) == (400, "version")


@pytest.mark.parametrize("body", [{}, {"released_at": None}, {"released_at": "soon"}])
def test_a_release_date_is_required(acme: Vendor, body: dict[str, Any]) -> None:
    """The flaw is at the field."""
    path = f"/v1/products/{acme.product['id']}/versions/1.0"
    refused = acme.api.put(path, json=body)
    assert (refused.status_code, refused.json()["param"]) == (400, "released_at")


def test_others_versions_do_not_exist(acme: Vendor, globex: Vendor, server: Server) -> None:
    """Another tenant, the other mode, a product beyond the key: 404 for all four."""
    _put(acme, "1.0", "2026-03-02T09:30:00Z")
    other = acme.api.make("/v1/products", name="Sound", code="sound")
    scopes = ["products:read", "products:write"]
    bound = acme.api.make("/v1/api_keys", name="b", scopes=scopes, product_ids=[other["id"]])
    path = f"/v1/products/{acme.product['id']}/versions"
    for client in (globex.api, acme.account.client("test"), server.client(bound["secret"])):
        body = {"released_at": "2020-01-01T00:00:00Z"}
        answers = [
            client.put(f"{path}/1.0", json=body),
            client.get(f"{path}/1.0"),
            client.get(path),
            client.delete(f"{path}/1.0"),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
    assert acme.api.get(f"{path}/1.0").json()["released_at"] == "2026-03-02T09:30:00Z"


def test_a_product_goes_with_its_versions(acme: Vendor) -> None:
    """Versions alone keep no product from being deleted."""
    product = acme.api.make("/v1/products", name="Sound", code="sound")
    path = f"/v1/products/{product['id']}"
    acme.api.put(f"{path}/versions/1.0", json={"released_at": "2026-03-02T09:30:00Z"})
    assert acme.api.delete(path).status_code == 200


def test_maintenance_covers_what_was_released_in_time(server: Server) -> None:
    """The license goes on; only newer versions are refused. Unlisted is as good as brand-new."""
    acme = make_vendor(server, maintenance="P1Y")
    _put(acme, "1.0", "2020-01-01T00:00:00Z")
    _put(acme, "9.0", "2090-01-01T00:00:00Z")
    fresh = _validate(acme, version="unlisted")
    assert fresh["next_check_at"] == fresh["license"]["maintenance_ends_at"]
    assert _code(acme, "9.0") == (False, "VERSION_NOT_COVERED")

    _age(server, acme, 400)

    assert _code(acme, "1.0") == (True, "VALID")
    assert _code(acme, "unlisted") == (False, "VERSION_NOT_COVERED")
    assert _code(acme) == (True, "VALID")
    shown = acme.api.get(f"/v1/licenses/{acme.license['id']}").json()
    assert shown["maintenance_ends_at"] < shown["updated_at"]


def test_the_server_says_when_a_version_was_released(server: Server) -> None:
    """A change holds at the next validation; and no app can tell a date of its own."""
    acme = make_vendor(server, maintenance="P1Y")
    _age(server, acme, 400)
    assert _code(acme, "2.0") == (False, "VERSION_NOT_COVERED")
    _put(acme, "2.0", "2020-01-01T00:00:00Z")
    assert _code(acme, "2.0") == (True, "VALID")
    acme.api.delete(f"/v1/products/{acme.product['id']}/versions/2.0")
    assert _code(acme, "2.0") == (False, "VERSION_NOT_COVERED")
    told = acme.api.post(
        "/v1/licenses/validate",
        json={"key": acme.key, "version": "2.0", "released_at": "2020-01-01T00:00:00Z"},
    )
    assert told.status_code == 400


def test_maintain_leaves_an_expired_license_its_old_versions(server: Server) -> None:
    """Valid with EXPIRED for what was released before the expiry."""
    acme = make_vendor(server, duration="P30D", expiration_strategy="maintain")
    _put(acme, "1.0", "2020-01-01T00:00:00Z")
    _expire(server, acme, 1)
    assert _code(acme, "1.0") == (True, "EXPIRED")
    assert _code(acme, "unlisted") == (False, "VERSION_NOT_COVERED")
    assert _code(acme) == (True, "EXPIRED")


def test_a_policy_may_require_the_version(server: Server) -> None:
    """By every way of asking."""
    acme = make_vendor(server, requires=["version"])
    _put(acme, "1.0", "2020-01-01T00:00:00Z")
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    app = server.client(token)
    by_id = f"/v1/licenses/{acme.license['id']}/validate"
    for body, code in (({}, "VERSION_REQUIRED"), ({"version": "1.0"}, "VALID")):
        answers = [
            acme.api.post("/v1/licenses/validate", json={"key": acme.key, **body}),
            acme.api.post(by_id, json=body),
            app.post("/v1/licenses/validate", json=body),
            app.get("/v1/licenses/validate", params=body),
        ]
        assert [answer.json()["code"] for answer in answers] == [code] * 4


def test_another_products_version_of_the_same_name_says_nothing(server: Server) -> None:
    """Release dates are looked up within the license's product."""
    acme = make_vendor(server, maintenance="P1Y")
    other = acme.api.make("/v1/products", name="Sound", code="sound")
    acme.api.put(
        f"/v1/products/{other['id']}/versions/2.0", json={"released_at": "2020-01-01T00:00:00Z"}
    )
    _age(server, acme, 400)
    assert _code(acme, "2.0") == (False, "VERSION_NOT_COVERED")
    machine = {"version": "2.0", "fingerprint": "m-1"}
    assert _validate(acme, **machine)["code"] == "NOT_ACTIVATED"
