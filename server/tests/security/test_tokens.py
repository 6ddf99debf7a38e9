"""Tokens that we mint, T08 to T15: what they may at most, how they end, how their keys change."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from harness.cast import Vendor, make_vendor
from harness.dump import dump_database, holds
from harness.eventually import eventually
from harness.forge import good_claims, take_key
from harness.server import Server
from jwt import PyJWKSet

CLAIMS = {
    "iss", "aud", "sub", "license", "product", "client_id", "mode", "scope", "iat", "nbf", "exp",
    "jti", "gen",
}  # fmt: skip


def _mint(vendor: Vendor, **fields: Any) -> dict[str, Any]:
    return vendor.api.make("/v1/tokens", license_id=vendor.license["id"], **fields)


def _claims(token: str) -> dict[str, Any]:
    decoded: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return decoded


def test_t08_minting_clamps_scope_and_life_and_keeps_the_binding(
    acme: Vendor, server: Server
) -> None:
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 600))
    scopes = ["tokens:mint", "licenses:validate", "activations:write"]
    products = [acme.product["id"]]
    body = {"name": "Mint", "scopes": scopes, "expires_at": soon, "product_ids": products}
    api = server.client(acme.api.make("/v1/api_keys", **body)["secret"])
    asked = {"license_id": acme.license["id"], "ttl_seconds": 86_400}
    minted = api.make("/v1/tokens", **asked, scopes=[*scopes, "licenses:write"])

    assert minted["expires_in"] <= 600
    assert set(minted["scope"].split()) == {"licenses:validate", "activations:write"}
    other = acme.api.make("/v1/products", name="Other", code="other")
    policy = acme.api.make("/v1/policies", product_id=other["id"], name="Other")
    foreign = acme.api.make("/v1/licenses", policy_id=policy["id"])
    assert api.post("/v1/tokens", json={"license_id": foreign["id"]}).status_code == 404
    token = server.client(minted["access_token"])
    refused = token.post("/v1/tokens", json={"license_id": acme.license["id"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "credential_not_allowed")
    without = acme.api.make("/v1/api_keys", name="No", scopes=["licenses:validate"])["secret"]
    refused = server.client(without).post("/v1/tokens", json={"license_id": acme.license["id"]})
    assert refused.json()["missing_scopes"] == ["tokens:mint"]


def test_t08_a_token_has_lost_what_its_key_has_lost_since(acme: Vendor, server: Server) -> None:
    """Forged in all but its signature: the claim says more than the key holds."""
    key = acme.api.make("/v1/api_keys", name="Narrow", scopes=["tokens:mint", "licenses:read"])
    forge = take_key(server, acme.account.account_id)
    claims = good_claims(forge, acme, client_id=key["id"], scope="licenses:validate")
    refused = server.client(forge.sign(forge.header(), claims)).get("/v1/licenses/validate")
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize("end", ["key", "account"])
def test_t09_a_token_ends_with_its_key_and_its_account(
    acme: Vendor, server: Server, end: str
) -> None:
    key = acme.api.make("/v1/api_keys", name="M", scopes=["tokens:mint", "licenses:validate"])
    minted = server.client(key["secret"]).make("/v1/tokens", license_id=acme.license["id"])
    client = server.client(minted["access_token"])
    assert client.get("/v1/licenses/validate").status_code == 200
    if end == "key":
        acme.api.make(f"/v1/api_keys/{key['id']}/revoke")
    else:
        server.execute(
            "UPDATE accounts_account SET is_enabled = FALSE WHERE id = ?", acme.account.account_id
        )
    refused = client.get("/v1/licenses/validate")
    assert (refused.status_code, refused.json()["code"]) == (401, "authentication_failed")


@pytest.mark.parametrize(
    ("how", "code"), [("suspend", "SUSPENDED"), ("revoke", "REVOKED"), ("expire", "EXPIRED")]
)
def test_t09_the_state_of_the_license_is_an_answer_and_not_a_401(
    acme: Vendor, server: Server, how: str, code: str
) -> None:
    client = server.client(_mint(acme)["access_token"])
    path = f"/v1/licenses/{acme.license['id']}"
    if how == "expire":
        acme.api.make_patch(path, expires_at="2020-01-01T00:00:00Z")
    else:
        acme.api.make(f"{path}/{how}")
    answer = client.get("/v1/licenses/validate")
    assert (answer.status_code, answer.json()["code"]) == (200, code)
    machine = {"license_id": acme.license["id"], "fingerprint": "m"}
    refused = client.post("/v1/activations", json=machine)
    assert (refused.status_code, refused.json()["code"]) == (403, "license_refused")
    assert refused.json()["license_code"] == code


def _key_set(server: Server, vendor: Vendor) -> dict[str, Any]:
    path = f"/v1/accounts/{vendor.account.account_id}/.well-known/jwks.json"
    keys: dict[str, Any] = server.client().get(path).json()
    return keys


def _verifies(server: Server, vendor: Vendor, keys: dict[str, Any], token: str) -> bool:
    kid = jwt.get_unverified_header(token)["kid"]
    key = next((one for one in PyJWKSet.from_dict(keys).keys if one.key_id == kid), None)
    if key is None:
        return False
    issuer = f"{server.base_url}/v1/accounts/{vendor.account.account_id}"
    return bool(jwt.decode(token, key, ["ES256"], audience=server.base_url, issuer=issuer))


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_t11_keys_rotate_under_load_and_no_verifier_with_a_fresh_cache_fails(
    make_server: Callable[..., Server], engine: str
) -> None:
    """Key sets are kept two seconds, keys change as often as they may; eight clients look on."""
    server = make_server(engine, LICENSEAPI_JWKS_MAX_AGE_SECONDS="2")
    acme = make_vendor(server)
    rotate = server.client(server.create_key(acme.account, "live", "secret", "signing_keys:rotate"))
    is_over = threading.Event()

    def look_on(_: int) -> tuple[int, int]:
        """How many tokens held, and how many did not, with a key set never older than it may be."""
        held = failed = 0
        api, fetched_at, keys = acme.account.client("live"), 0.0, {}
        while not is_over.is_set():
            if time.monotonic() - fetched_at > 1.5:
                fetched_at, keys = time.monotonic(), _key_set(server, acme)
            token = api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
            is_good = _verifies(server, acme, keys, token)
            held, failed = held + is_good, failed + (not is_good)
        return held, failed

    with ThreadPoolExecutor(8) as pool:
        watching = [pool.submit(look_on, number) for number in range(8)]
        for _ in range(3):
            made = rotate.make("/v1/signing_keys/rotate")
            path = f"/v1/signing_keys/{made['id']}"
            eventually(lambda path=path: rotate.get(path).json()["state"], "active".__eq__)
        is_over.set()
        counts = [one.result() for one in watching]
    assert sum(failed for _, failed in counts) == 0
    assert all(held > 0 for held, _ in counts)
    # The control: a key that signs before the caches have it does make them fail.
    known = _key_set(server, acme)
    made = rotate.make("/v1/signing_keys/rotate")
    now = time.time_ns() // 1000
    server.execute(
        "UPDATE accounts_signingkey SET signs_from = ? WHERE kid = ?", now - 1, made["id"]
    )
    server.execute(
        "UPDATE accounts_signingkey SET signs_until = ? WHERE kid <> ? AND account_id = ?"
        " AND mode = 'live'",
        now - 1,
        made["id"],
        acme.account.account_id,
    )
    assert not _verifies(server, acme, known, _mint(acme)["access_token"])
    server.stop()


def test_t12_key_sets_are_public_and_private_keys_sealed(acme: Vendor, server: Server) -> None:
    keys = _key_set(server, acme)["keys"]
    assert [set(key) for key in keys] == [{"kty", "crv", "x", "y", "kid", "use", "alg"}]
    assert [(key["alg"], key["use"]) for key in keys] == [("ES256", "sig")]
    forge = take_key(server, acme.account.account_id)
    private = forge.key.as_dict(private=True)["d"]
    dump = dump_database(server)
    assert keys[0]["x"].encode() in dump
    assert not holds(dump, str(private))
    assert b"PRIVATE KEY" not in dump
    number = forge.key.private_key.private_numbers().private_value.to_bytes(32, "big")
    assert number not in dump
    assert number.hex().encode() not in dump


def test_t12_each_account_and_mode_is_an_issuer_of_its_own(
    acme: Vendor, globex: Vendor, server: Server
) -> None:
    sets = [
        server.client().get(f"/v1/accounts/{vendor.account.account_id}{mode}/.well-known/jwks.json")
        for vendor in (acme, globex)
        for mode in ("", "/test")
    ]
    kids = [key["kid"] for answer in sets for key in answer.json()["keys"]]
    assert len(kids) == len(set(kids)) == 4


def test_t15_a_token_tells_nothing_beyond_its_claims_and_is_stored_by_nobody(
    acme: Vendor, server: Server
) -> None:
    customer = acme.api.make("/v1/customers", name="Canary Customer", email="canary@acme.example")
    acme.api.make_patch(
        f"/v1/licenses/{acme.license['id']}",
        customer_id=customer["id"],
        private_metadata={"note": "canary-private"},
        metadata={"note": "canary-public"},
    )
    answer = acme.api.post("/v1/tokens", json={"license_id": acme.license["id"], "user": "u-1"})
    claims = _claims(answer.json()["access_token"])
    assert set(claims) == CLAIMS | {"user"}
    assert "canary" not in json.dumps(claims).lower()
    assert acme.key not in json.dumps(claims)
    key = acme.api.post("/v1/api_keys", json={"name": "K", "scopes": ["licenses:read"]})
    rolled = acme.api.post(f"/v1/api_keys/{key.json()['id']}/roll", json={})
    made = acme.api.post("/v1/licenses", json={"policy_id": acme.policy["id"]})
    for told in (answer, key, rolled, made):
        assert told.headers["Cache-Control"] == "no-store"
