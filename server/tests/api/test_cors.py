"""Browsers: what a page of which origin may ask, and may read of the answer."""

import httpx
import pytest
from harness.cast import Vendor
from harness.server import Account, Server

VALIDATE = "/v1/licenses/validate"
PAINT, EVIL = "https://paint.example", "https://evil.example"
EXPOSED = {"Request-Id", "Retry-After", "RateLimit", "RateLimit-Policy", "LicenseAPI-Version"}
RUNTIME = [
    (VALIDATE, "POST"),
    (VALIDATE, "GET"),
    ("/v1/licenses/lic_x/validate", "POST"),
    ("/v1/tokens", "POST"),
    ("/v1/tokens/introspect", "POST"),
    ("/v1/tokens/revoke", "POST"),
    ("/v1/accounts/acct_x/.well-known/jwks.json", "GET"),
    ("/v1/accounts/acct_x/test/.well-known/jwks.json", "GET"),
]
NOT_FOR_BROWSERS = [
    ("/v1/licenses", "GET"),
    ("/v1/licenses", "POST"),
    ("/v1/licenses/lic_x", "PATCH"),
    ("/v1/licenses/lic_x/revoke", "POST"),
    ("/v1/products", "POST"),
    ("/v1/api_keys", "POST"),
    ("/v1/me", "GET"),
    ("/v1/account", "PATCH"),
    (VALIDATE, "DELETE"),
    (VALIDATE, "PUT"),
]


def _preflight(server: Server, path: str, method: str, **headers: str) -> httpx.Response:
    asked = {"Origin": PAINT, "Access-Control-Request-Method": method, **headers}
    return server.client().options(path, headers=asked)


def _words(header: str) -> set[str]:
    return {word.strip() for word in header.split(",")}


def _cors_headers(response: httpx.Response) -> set[str]:
    return {name for name in response.headers if name.startswith("access-control-")}


def _allow(server: Server, account: Account, *origins: str) -> None:
    """Only a key with a scope that no key has by itself may change the account."""
    operator = server.client(server.create_key(account, "live", "secret", "account:write"))
    response = operator.patch("/v1/account", json={"allowed_origins": list(origins)})
    assert response.status_code == 200, response.text
    assert response.json()["allowed_origins"] == list(origins)


@pytest.fixture
def shop(acme: Vendor, server: Server) -> Vendor:
    """Acme, with a web page of its own."""
    _allow(server, acme.account, PAINT)
    return acme


@pytest.mark.parametrize(("path", "method"), RUNTIME)
def test_preflight_of_a_runtime_route_echoes_the_origin(
    server: Server, path: str, method: str
) -> None:
    response = _preflight(server, path, method)

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers.get_list("Access-Control-Allow-Origin") == [PAINT]
    assert method in _words(response.headers["Access-Control-Allow-Methods"])
    assert {"Authorization", "Content-Type", "License-Key"} <= _words(
        response.headers["Access-Control-Allow-Headers"]
    )
    assert int(response.headers["Access-Control-Max-Age"]) > 0
    assert response.headers.get_list("Vary") == ["Origin"]
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert response.headers["Request-Id"].startswith("req_")


@pytest.mark.parametrize(("path", "method"), NOT_FOR_BROWSERS)
def test_preflight_of_any_other_route_is_405_without_a_cors_header(
    server: Server, path: str, method: str
) -> None:
    response = _preflight(server, path, method)

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response.headers["Allow"]
    assert _cors_headers(response) == set()


def test_options_that_is_no_preflight_is_405(server: Server) -> None:
    without_origin = server.client().options(
        VALIDATE, headers={"Access-Control-Request-Method": "POST"}
    )
    without_method = server.client().options(VALIDATE, headers={"Origin": PAINT})

    for response in (without_origin, without_method):
        assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


def test_a_page_of_an_allowed_origin_validates_and_reads_the_answer(
    shop: Vendor, server: Server
) -> None:
    token = shop.api.make("/v1/tokens", license_id=shop.license["id"])["access_token"]
    narrow = shop.api.make("/v1/api_keys", name="N", scopes=["licenses:validate"])["secret"]
    live = shop.account.live
    body = {"key": shop.key, "product": "paint"}

    for credential in (live["publishable_key"], token, narrow, live["secret_key"]):
        client = server.client(credential)
        for response in (
            client.post(VALIDATE, json=body, headers={"Origin": PAINT}),
            client.get(VALIDATE, params=body, headers={"Origin": PAINT}),
        ):
            assert (response.status_code, response.json()["code"]) == (200, "VALID")
            assert response.headers.get_list("Access-Control-Allow-Origin") == [PAINT]
            assert _words(response.headers["Access-Control-Expose-Headers"]) == EXPOSED
            assert response.headers["Vary"] == "Origin"
            assert "Access-Control-Allow-Credentials" not in response.headers


def test_any_other_origin_is_refused_and_may_read_why(shop: Vendor, server: Server) -> None:
    client = server.client(shop.account.live["publishable_key"])
    body = {"key": shop.key, "product": "paint"}

    for origin in (
        EVIL,
        "null",
        "http://paint.example",
        f"{PAINT}:8443",
        f"{PAINT}.evil.example",
        "https://PAINT.example",
    ):
        response = client.post(VALIDATE, json=body, headers={"Origin": origin})
        problem = response.json()
        assert (response.status_code, problem["code"]) == (403, "origin_not_allowed"), origin
        assert "license" not in problem
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert "Access-Control-Allow-Credentials" not in response.headers


def test_without_any_allowed_origin_every_page_is_refused_and_programs_are_not(
    acme: Vendor,
) -> None:
    body = {"key": acme.key, "product": "paint"}

    page = acme.api.post(VALIDATE, json=body, headers={"Origin": PAINT})
    program = acme.api.post(VALIDATE, json=body)

    assert (page.status_code, page.json()["code"]) == (403, "origin_not_allowed")
    assert (program.status_code, program.json()["code"]) == (200, "VALID")
    assert _cors_headers(program) == set()


def test_allowed_origins_are_those_of_ones_own_account(
    shop: Vendor, globex: Vendor, server: Server
) -> None:
    _allow(server, globex.account, EVIL)
    headers = {"Origin": EVIL}

    theirs = globex.api.post(VALIDATE, json={"key": globex.key}, headers=headers)
    ours = shop.api.post(VALIDATE, json={"key": shop.key}, headers=headers)
    minted = shop.api.post("/v1/tokens", json={"license_key": shop.key}, headers=headers)

    assert theirs.json()["code"] == "VALID"
    assert (ours.status_code, ours.json()["code"]) == (403, "origin_not_allowed")
    assert (minted.status_code, minted.json()["code"]) == (403, "origin_not_allowed")


def test_an_origin_taken_off_the_list_is_refused_at_once(shop: Vendor, server: Server) -> None:
    body, headers = {"key": shop.key}, {"Origin": PAINT}
    assert shop.api.post(VALIDATE, json=body, headers=headers).status_code == 200

    _allow(server, shop.account)

    assert shop.api.post(VALIDATE, json=body, headers=headers).status_code == 403


def test_a_page_may_read_the_refusal_of_a_runtime_route(server: Server, acme: Vendor) -> None:
    headers = {"Origin": PAINT}

    unknown = server.client().post(VALIDATE, json={}, headers=headers)
    keys = server.client().get(
        f"/v1/accounts/{acme.account.account_id}/.well-known/jwks.json", headers=headers
    )

    assert unknown.status_code == 401
    assert keys.status_code == 200
    for response in (unknown, keys):
        assert response.headers["Access-Control-Allow-Origin"] == PAINT
        assert _words(response.headers["Access-Control-Expose-Headers"]) == EXPOSED


def test_management_answers_no_page(shop: Vendor, server: Server) -> None:
    """A page of the allowed origin may send a simple request, but never read the answer."""
    headers = {"Origin": PAINT}

    answers = [
        shop.api.get("/v1/licenses", headers=headers),
        shop.api.post("/v1/products", json={}, headers=headers),
        server.client().get("/v1/me", headers=headers),
        server.client().get("/v1/nowhere", headers=headers),
        server.client().get("/readyz", headers=headers),
        server.client().get("/v1/openapi.json", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [200, 400, 401, 404, 200, 200]
    assert [_cors_headers(answer) for answer in answers] == [set()] * len(answers)


def test_only_whole_origins_can_be_allowed(acme: Vendor, server: Server) -> None:
    operator = server.client(server.create_key(acme.account, "live", "secret", "account:write"))

    for origin in (
        "*", "null", "paint.example", "https://*.example", f"{PAINT}/", f"{PAINT}/path", "", 7,
    ):  # fmt: skip
        response = operator.patch("/v1/account", json={"allowed_origins": [PAINT, origin]})
        problem = response.json()
        assert (response.status_code, problem["param"]) == (400, "allowed_origins/1"), origin
    assert acme.api.get("/v1/account").json()["allowed_origins"] == []
