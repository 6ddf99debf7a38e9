"""licenses.validate: who may ask, about whose licenses."""

from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

PATH = "/v1/licenses/validate"


def _by_id(vendor: Vendor) -> str:
    return f"/v1/licenses/{vendor.license['id']}/validate"


def _like_any_other(response: httpx.Response) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, body and headers without what is new in every answer."""
    body = {k: v for k, v in response.json().items() if k not in {"request_id", "instance"}}
    varying = {"date", "request-id", "content-length"}
    headers = {k: v for k, v in response.headers.items() if k not in varying}
    return response.status_code, body, headers


@pytest.mark.parametrize("way", ["POST", "GET", "id"])
def test_no_credential_is_401_and_says_nothing_of_the_license(
    acme: Vendor, server: Server, way: str
) -> None:
    anyone = server.client()

    if way == "GET":
        response = anyone.get(PATH, params={"key": acme.key})
    else:
        response = anyone.post(PATH if way == "POST" else _by_id(acme), json={})

    assert (response.status_code, response.json()["code"]) == (401, "authentication_required")
    assert acme.license["id"] not in response.json()["detail"]


@pytest.mark.parametrize("way", ["POST", "GET", "id"])
def test_a_key_without_the_scope_is_told_which_one_it_lacks(
    acme: Vendor, server: Server, way: str
) -> None:
    made = acme.api.make("/v1/api_keys", name="R", scopes=["licenses:read", "licenses:write"])
    narrow = server.client(made["secret"])

    if way == "GET":
        response = narrow.get(PATH, params={"key": acme.key})
    else:
        path = PATH if way == "POST" else _by_id(acme)
        response = narrow.post(path, json={"key": acme.key} if way == "POST" else {})

    body = response.json()
    assert (response.status_code, body["code"]) == (403, "insufficient_scope")
    assert body["missing_scopes"] == ["licenses:validate"]
    assert "license" not in body


def test_a_token_without_the_scope_may_not_ask(acme: Vendor, server: Server) -> None:
    made = acme.api.make("/v1/tokens", license_key=acme.key, scopes=["usage:write"])

    response = server.client(made["access_token"]).get(PATH)

    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")


def test_a_restricted_key_validates_within_its_products_alone(acme: Vendor, server: Server) -> None:
    other = acme.api.make("/v1/products", name="Draw", code="draw")
    scopes = ["licenses:validate"]
    here, away = (
        server.client(
            acme.api.make("/v1/api_keys", name="B", scopes=scopes, product_ids=[product["id"]])[
                "secret"
            ]
        )
        for product in (acme.product, other)
    )

    assert here.make(PATH, key=acme.key)["code"] == "VALID"
    assert here.make(_by_id(acme))["code"] == "VALID"
    hidden = away.make(PATH, key=acme.key)
    assert (hidden["code"], hidden["license"]) == ("NOT_FOUND", None)
    unknown = away.make(PATH, key="no such key at all")
    assert {k: v for k, v in hidden.items() if k != "validated_at"} == {
        k: v for k, v in unknown.items() if k != "validated_at"
    }
    refused = away.post(_by_id(acme), json={})
    absent = away.post("/v1/licenses/lic_01m86j5z9vesav92gpqb53nadv/validate", json={})
    assert refused.status_code == 404
    assert _like_any_other(refused) == _like_any_other(absent)


def test_others_licenses_do_not_exist(acme: Vendor, globex: Vendor) -> None:
    """Another tenant's id looks like one that never was, and like one that cannot be."""
    by_key = globex.api.make(PATH, key=acme.key)
    answers = [
        globex.api.post(_by_id(acme), json={}),
        globex.api.post("/v1/licenses/lic_01m86j5z9vesav92gpqb53nadv/validate", json={}),
        globex.api.post("/v1/licenses/nonsense/validate", json={}),
    ]

    assert (by_key["code"], by_key["license"]) == ("NOT_FOUND", None)
    assert answers[0].status_code == 404
    assert [_like_any_other(answer) for answer in answers] == [_like_any_other(answers[0])] * 3


def test_licenses_of_the_other_mode_do_not_exist(server: Server) -> None:
    acme = make_vendor(server, mode="test")
    live = acme.account.client("live")

    assert acme.api.make(PATH, key=acme.key)["code"] == "VALID"
    by_key = live.make(PATH, key=acme.key)
    by_id = live.post(_by_id(acme), json={})
    absent = live.post("/v1/licenses/lic_01m86j5z9vesav92gpqb53nadv/validate", json={})
    assert (by_key["code"], by_key["license"]) == ("NOT_FOUND", None)
    assert _like_any_other(by_id) == _like_any_other(absent)
    assert by_id.status_code == 404


def test_the_same_key_text_of_two_vendors_is_two_licenses(acme: Vendor, globex: Vendor) -> None:
    shared = "Shared-Key-Text-0123456789"
    ids = [
        vendor.api.make("/v1/licenses", policy_id=vendor.policy["id"], key=shared)["id"]
        for vendor in (acme, globex)
    ]

    found = [vendor.api.make(PATH, key=shared)["license"]["id"] for vendor in (acme, globex)]

    assert found == ids
    assert ids[0] != ids[1]


def test_a_token_speaks_for_its_own_license_in_every_way_to_name_another(
    acme: Vendor, server: Server
) -> None:
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])
    app = server.client(acme.api.make("/v1/tokens", license_key=acme.key)["access_token"])

    answers = [
        app.post(PATH, json={"key": other["key"]}),
        app.post(PATH, json={"key": "no such key at all"}),
        app.get(PATH, params={"key": other["key"]}),
        app.get(PATH, headers={"License-Key": other["key"]}),
        app.post(f"/v1/licenses/{other['id']}/validate", json={}),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
        (404, "not_found")
    }
    assert app.get(PATH).json()["license"]["id"] == acme.license["id"]


def test_a_publishable_key_asks_by_license_key_and_names_the_product(
    acme: Vendor, server: Server
) -> None:
    app = server.client(acme.account.live["publishable_key"])

    by_id = app.post(_by_id(acme), json={"product": "paint"})
    unnamed = app.post(PATH, json={"key": acme.key})
    right = app.make(PATH, key=acme.key, product="paint")
    wrong = app.make(PATH, key=acme.key, product="draw")

    assert (by_id.status_code, by_id.json()["code"]) == (403, "credential_not_allowed")
    assert unnamed.status_code == 400
    assert unnamed.json()["errors"][0]["pointer"] == "/product"
    assert (right["code"], wrong["code"]) == ("VALID", "PRODUCT_MISMATCH")


def test_the_license_key_may_stand_in_a_header(acme: Vendor, server: Server) -> None:
    header = {"License-Key": acme.key}
    publishable = server.client(acme.account.live["publishable_key"])

    assert acme.api.get(PATH, headers=header).json()["code"] == "VALID"
    answer = publishable.get(PATH, params={"product": "paint"}, headers=header)
    assert answer.json()["code"] == "VALID"
    twice = acme.api.get(PATH, params={"key": acme.key}, headers=header)
    assert (twice.status_code, twice.json()["param"]) == (400, "key")
