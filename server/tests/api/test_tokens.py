"""tokens: minted within limits, verified by others' libraries, ended at once."""

import jwt
import pytest
from harness.cast import Vendor
from harness.server import Server
from jwt import PyJWKSet


def _mint(vendor: Vendor, **fields: object) -> dict:
    return vendor.api.make("/v1/tokens", license_id=vendor.license["id"], **fields)


def _verified(vendor: Vendor, server: Server, token: str) -> dict:
    account = vendor.account.account_id
    keys = server.client().get(f"/v1/accounts/{account}/.well-known/jwks.json").json()
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(key for key in PyJWKSet.from_dict(keys).keys if key.key_id == kid)
    issuer = f"{server.base_url}/v1/accounts/{account}"
    return jwt.decode(token, key, ["ES256"], audience=server.base_url, issuer=issuer)


def test_minted_token_verifies_with_another_library(acme: Vendor, server: Server) -> None:
    answer = _mint(acme, ttl_seconds=120, user="u-1", claims={"seat": 7})
    claims = _verified(acme, server, answer["access_token"])

    assert jwt.get_unverified_header(answer["access_token"]).keys() == {"typ", "alg", "kid"}
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 120)
    assert claims["exp"] - claims["iat"] == 120
    assert (claims["sub"], claims["product"]) == (acme.license["id"], acme.product["id"])
    assert (claims["user"], claims["ext"], claims["mode"]) == ("u-1", {"seat": 7}, "live")
    assert (claims["jti"], claims["scope"]) == (answer["token_id"], answer["scope"])


def test_token_validates_its_license_and_nothing_else(acme: Vendor, server: Server) -> None:
    client = server.client(_mint(acme)["access_token"])
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])

    answer = client.get("/v1/licenses/validate").json()
    assert (answer["code"], answer["license"]["id"]) == ("VALID", acme.license["id"])
    assert "customer_id" not in answer["license"]
    assert client.post("/v1/licenses/validate", json={"key": acme.key}).json()["code"] == "VALID"
    for response in (
        client.post("/v1/licenses/validate", json={"key": other["key"]}),
        client.post(f"/v1/licenses/{other['id']}/validate", json={}),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert client.get("/v1/licenses").json()["code"] == "credential_not_allowed"
    assert client.post("/v1/tokens", json={"license_id": other["id"]}).status_code == 403


def test_scopes_are_those_of_the_key_or_fewer(acme: Vendor, server: Server) -> None:
    scopes = ["tokens:mint", "licenses:validate"]
    key = acme.api.make("/v1/api_keys", name="Mint", scopes=scopes)
    api = server.client(key["secret"])
    body = {"license_id": acme.license["id"]}

    assert api.make("/v1/tokens", **body)["scope"] == "licenses:validate"
    asked = ["licenses:validate", "licenses:write", "tokens:mint"]
    assert api.make("/v1/tokens", **body, scopes=asked)["scope"] == "licenses:validate"
    unknown = api.post("/v1/tokens", json={**body, "scopes": ["licenses:everything"]})
    assert unknown.json()["errors"][0]["pointer"] == "/scopes/0"


@pytest.mark.parametrize("how", ["text", "id"])
def test_revoked_token_is_refused_and_introspects_as_inactive(
    acme: Vendor, server: Server, how: str
) -> None:
    token = _mint(acme)
    client = server.client(token["access_token"])
    asked = {"token": token["access_token"]}
    assert client.get("/v1/licenses/validate").status_code == 200
    assert acme.api.make("/v1/tokens/introspect", **asked)["active"] is True

    acme.api.make(
        "/v1/tokens/revoke", **(asked if how == "text" else {"token_id": token["token_id"]})
    )

    response = client.get("/v1/licenses/validate")
    assert (response.status_code, response.json()["code"]) == (401, "authentication_failed")
    assert acme.api.make("/v1/tokens/introspect", **asked) == {"active": False}


def test_tokens_end_with_their_key(acme: Vendor, server: Server) -> None:
    key = acme.api.make("/v1/api_keys", name="M", scopes=["tokens:mint", "licenses:validate"])
    minted = server.client(key["secret"]).make("/v1/tokens", license_id=acme.license["id"])
    client = server.client(minted["access_token"])
    assert client.get("/v1/licenses/validate").status_code == 200

    acme.api.make(f"/v1/api_keys/{key['id']}/roll", overlap_seconds=0)

    assert client.get("/v1/licenses/validate").status_code == 401


def test_state_of_the_license_is_a_verdict_not_a_401(acme: Vendor, server: Server) -> None:
    client = server.client(_mint(acme)["access_token"])
    acme.api.make(f"/v1/licenses/{acme.license['id']}/suspend")

    assert client.get("/v1/licenses/validate").json()["code"] == "SUSPENDED"
    refused = acme.api.post("/v1/tokens", json={"license_id": acme.license["id"]})
    assert (refused.status_code, refused.json()["license_code"]) == (403, "SUSPENDED")


def test_others_tokens_and_licenses_do_not_exist(acme: Vendor, globex: Vendor) -> None:
    token = _mint(acme)["access_token"]

    assert globex.api.make("/v1/tokens/introspect", token=token) == {"active": False}
    refused = globex.api.post("/v1/tokens", json={"license_id": acme.license["id"]})
    assert refused.status_code == 404


def test_tampered_tokens_are_refused(acme: Vendor, server: Server) -> None:
    token = _mint(acme)["access_token"]
    head, claims, signature = token.split(".")
    forged = jwt.encode({"sub": acme.license["id"]}, "k" * 32, headers={"typ": "at+jwt"})
    for text in (
        f"{head}.{claims}.{signature[:-2]}AA",
        f"{head}.{claims}.{signature}=",
        f"{head}.{claims}",
        f"{token}.x",
        forged,
        "x" * 5000,
    ):
        response = server.client().get(
            "/v1/licenses/validate", headers={"Authorization": f"Bearer {text}"}
        )
        assert (response.status_code, response.json()["code"]) == (401, "authentication_failed")


def test_rotation_publishes_the_next_key_before_it_signs(acme: Vendor, server: Server) -> None:
    operator = server.create_key(acme.account, "live", "secret", "signing_keys:rotate")
    before = _mint(acme)["access_token"]
    pending = server.client(operator).make("/v1/signing_keys/rotate")

    assert pending["state"] == "pending"
    states = [key["state"] for key in acme.api.get("/v1/signing_keys").json()["data"]]
    assert states == ["pending", "active"]
    assert _verified(acme, server, _mint(acme)["access_token"])["sub"] == acme.license["id"]
    assert _verified(acme, server, before)
    again = server.client(operator).post("/v1/signing_keys/rotate", json={})
    assert (again.status_code, again.json()["code"]) == (409, "invalid_state")


def test_a_known_key_set_is_304(acme: Vendor, server: Server) -> None:
    path = f"/v1/accounts/{acme.account.account_id}/.well-known/jwks.json"
    first = server.client().get(path)
    again = server.client().get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, max-age=600"
    assert set(first.json()["keys"][0]) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (again.status_code, again.content) == (304, b"")
