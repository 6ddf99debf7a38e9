"""Who gets in, and what those learn who do not."""

import base64
import time

import httpx
import pytest
from harness.cast import Vendor
from harness.eventually import eventually
from harness.server import Server


def _get(server: Server, **headers: str) -> httpx.Response:
    return server.client().get("/v1/me", headers=headers)


def _without_ids(response: httpx.Response) -> dict[str, object]:
    return {k: v for k, v in response.json().items() if k not in {"request_id", "instance"}}


def test_no_credential_is_told_how_to_send_one(server: Server) -> None:
    response = _get(server)

    assert response.status_code == 401
    assert response.json()["code"] == "authentication_required"
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="licenseapi"'
    assert response.headers["Request-Id"] == response.json()["request_id"]
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("flaw", ["unknown", "typo", "shape", "scheme", "token", "password"])
def test_bad_credentials_all_look_alike(acme: Vendor, server: Server, flaw: str) -> None:
    key = acme.account.live["secret_key"]
    typo = key[:-1] + ("a" if key[-1] != "a" else "b")
    credentials = {
        "unknown": "Bearer lapi_sk_live_f0i4q2u9yu9GajsyPU9KiiFWwW0HVAqkZiKyL4cLmNT4VjV9m",
        "typo": f"Bearer {typo}",
        "shape": "Bearer nonsense",
        "scheme": f"Digest {key}",
        "token": "Bearer eyJhbGciOiJub25lIn0.e30.",
        "password": "Basic " + base64.b64encode(f"{key}:secret".encode()).decode(),
    }
    response = _get(server, Authorization=credentials[flaw])

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].endswith('error="invalid_token"')
    assert _without_ids(response) == {
        "type": f"{server.base_url}/docs/errors/authentication_failed",
        "title": "The credential is not valid",
        "status": 401,
        "detail": "Check that the whole key or token was sent, and that it belongs to this server.",
        "code": "authentication_failed",
    }


def test_basic_with_the_key_as_user_name_works(acme: Vendor, server: Server) -> None:
    user = base64.b64encode(f"{acme.account.live['secret_key']}:".encode()).decode()

    assert _get(server, Authorization=f"Basic {user}").status_code == 200


def test_two_credentials_are_one_too_many(acme: Vendor, server: Server) -> None:
    key = f"Bearer {acme.account.live['secret_key']}"
    headers = [("Authorization", key), ("Authorization", key)]

    response = httpx.get(f"{server.base_url}/v1/me", headers=headers, trust_env=False)

    assert (response.status_code, response.json()["code"]) == (400, "multiple_credentials")


def test_a_revoked_key_is_told_so_and_a_foreign_one_is_not(acme: Vendor, server: Server) -> None:
    child = acme.api.make("/v1/api_keys", name="Child", scopes=["licenses:read"])
    acme.api.make(f"/v1/api_keys/{child['id']}/revoke")

    response = _get(server, Authorization=f"Bearer {child['secret']}")

    assert (response.status_code, response.json()["code"]) == (401, "key_revoked")


def test_a_key_in_a_url_is_refused_flagged_and_not_logged(acme: Vendor, server: Server) -> None:
    key = acme.account.live["secret_key"]
    for path in (f"/v1/licenses?api_key={key}", f"/v1/licenses/{key}", f"/v1/me?x={key}"):
        response = server.client().get(path)
        assert (response.status_code, response.json()["code"]) == (400, "credential_in_url")
        assert key not in response.text
    in_cookie = server.client().get("/v1/me", headers={"Cookie": f"key={key}"})
    assert in_cookie.json()["code"] == "credential_in_url"

    key_id = acme.api.get("/v1/me").json()["key_id"]
    flagged = eventually(
        lambda: acme.api.get(f"/v1/api_keys/{key_id}").json(), lambda row: row["exposed_at"]
    )
    assert flagged["exposed_at"]
    entries = acme.api.get("/v1/request_logs", params={"limit": 100}).text
    assert key not in entries


def test_a_narrow_key_may_stand_in_the_url_of_validate_alone(acme: Vendor, server: Server) -> None:
    narrow = acme.api.make("/v1/api_keys", name="V", scopes=["licenses:validate"])["secret"]
    wide = acme.api.make("/v1/api_keys", name="W", scopes=["licenses:validate", "licenses:read"])
    publishable = acme.account.live["publishable_key"]

    def ask(key: str) -> httpx.Response:
        query = {"api_key": key, "key": acme.key, "product": "paint"}
        return server.client().get("/v1/licenses/validate", params=query)

    assert ask(narrow).json()["code"] == "VALID"
    assert ask(publishable).json()["code"] == "VALID"
    assert ask(narrow).headers["Cache-Control"] == "no-store"
    for key in (wide["secret"], acme.account.live["secret_key"]):
        assert (ask(key).status_code, ask(key).json()["code"]) == (400, "credential_in_url")


def test_an_address_list_lets_only_its_addresses_in(acme: Vendor, server: Server) -> None:
    scopes = ["products:read"]
    here = acme.api.make("/v1/api_keys", name="A", scopes=scopes, allowed_ips=["127.0.0.0/8"])
    away = acme.api.make("/v1/api_keys", name="B", scopes=scopes, allowed_ips=["203.0.113.7"])
    forged = {"X-Real-IP": "203.0.113.7"}

    assert server.client(here["secret"]).get("/v1/products").status_code == 200
    refused = server.client(away["secret"]).get("/v1/products", headers=forged)
    assert (refused.status_code, refused.json()["code"]) == (401, "authentication_failed")


def test_too_many_failures_are_429_and_a_valid_key_still_passes(make_server) -> None:
    server = make_server("sqlite", LICENSEAPI_FAILED_AUTH_PER_MINUTE="5")
    acme = server.create_account()
    codes = [
        _get(server, Authorization="Bearer nonsense", **{"X-Forwarded-For": f"10.0.0.{n}"})
        for n in range(8)
    ]

    # A forwarding header over plain HTTP is not local development any more.
    assert {response.status_code for response in codes} == {403}
    codes = [_get(server, Authorization="Bearer nonsense") for _ in range(8)]
    assert [response.status_code for response in codes] == [401] * 5 + [429] * 3
    assert codes[-1].json()["code"] == "too_many_failures"
    assert int(codes[-1].headers["Retry-After"]) >= 1
    assert acme.client().get("/v1/me").status_code == 200


def test_a_key_dies_at_its_expiry(acme: Vendor, server: Server) -> None:
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    key = acme.api.make("/v1/api_keys", name="S", scopes=["products:read"], expires_at=soon)
    client = server.client(key["secret"])

    assert client.get("/v1/products").status_code == 200
    refused = eventually(lambda: client.get("/v1/products"), lambda r: r.status_code != 200)
    assert (refused.status_code, refused.json()["code"]) == (401, "key_expired")
    rolled = acme.api.post(f"/v1/api_keys/{key['id']}/roll", json={})
    assert (rolled.status_code, rolled.json()["code"]) == (409, "invalid_state")
