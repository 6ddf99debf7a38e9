"""API keys, K11 to K14: ended at once and everywhere, rolled exactly, the same key as before."""

import time
from collections.abc import Callable, Iterator

import httpx
import msgspec
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server
from licenseapi_server.api.authentication import Authenticator, Credential
from licenseapi_server.api.runtime.rows import KeyRow, SecretLookup
from licenseapi_server.domain.instants import SECOND
from licenseapi_server.domain.problems import Problem

ROUNDS = 1_000
NOW = 1_800_000_000 * SECOND


@pytest.fixture(scope="module")
def nodes(make_server: Callable[..., Server]) -> Iterator[tuple[Server, Server]]:
    """Two nodes of two workers each on one PostgreSQL, with one public address."""
    address = {
        "LICENSEAPI_BASE_URL": "http://127.0.0.1:8000",
        "LICENSEAPI_FAILED_AUTH_PER_MINUTE": "10000000",
    }
    one = make_server("postgres", workers=2, **address)
    other = Server(one.data_dir, one.database_url, workers=2, environment=one.environment)
    other.start()
    yield one, other
    other.stop()


def test_k11_a_thousand_revocations_hold_at_the_next_request_of_the_other_node(
    nodes: tuple[Server, Server],
) -> None:
    """1,000 of 1,000, over connections that are open already: both workers have seen the key."""
    here, there = nodes
    acme = make_vendor(here)
    connections = [
        httpx.Client(base_url=there.base_url, timeout=30, trust_env=False) for _ in range(4)
    ]
    refused = 0
    for number in range(ROUNDS):
        key = acme.api.make("/v1/api_keys", name="One", scopes=["licenses:validate"])
        headers = {"Authorization": f"Bearer {key['secret']}"}
        client = connections[number % len(connections)]
        body = {"key": acme.key}
        before = client.post("/v1/licenses/validate", json=body, headers=headers)
        assert before.json()["valid"], before.text
        acme.api.make(f"/v1/api_keys/{key['id']}/revoke")
        after = client.post("/v1/licenses/validate", json=body, headers=headers)
        refused += after.json().get("code") == "key_revoked"
    for client in connections:
        client.close()
    assert refused == ROUNDS


def test_k12_after_a_pause_a_key_that_was_revoked_elsewhere_gets_nothing(
    acme: Vendor, server: Server
) -> None:
    """However long the pause: what was known of the key is not as old as that. The rows are
    changed behind the server's back, as another node would, and a single call follows.
    """
    key = acme.api.make("/v1/api_keys", name="Idle", scopes=["licenses:validate"])
    client = server.client(key["secret"])
    for _ in range(20):
        assert client.post("/v1/licenses/validate", json={"key": acme.key}).status_code == 200
    server.execute(
        "UPDATE accounts_apikey SET revoked_at = ? WHERE id = ?", time.time_ns() // 1000, key["id"]
    )
    refused = client.post("/v1/licenses/validate", json={"key": acme.key})
    assert (refused.status_code, refused.json()["code"]) == (401, "key_revoked")


def _row(**changed: object) -> KeyRow:
    """A key that may call; `changed` are the columns that a test is about."""
    row = KeyRow(
        key_id="key_1",
        account_id="acct_1",
        mode="live",
        type="restricted",
        scopes="licenses:read",
        product_ids="",
        allowed_ips="",
        expires_at=None,
        revoked_at=None,
        gen=1,
        plan="unlimited",
        is_account_enabled=True,
        max_token_ttl_seconds=86_400,
        allowed_origins="[]",
        api_version=None,
        expiring_window_days=14,
        secret_id="sec_1",
        secret_expires_at=None,
        is_token_denied=False,
        is_signing_key_live=True,
    )
    return msgspec.structs.replace(row, **changed)


@pytest.mark.parametrize("column", ["secret_expires_at", "expires_at"])
def test_k13_a_secret_dies_at_the_second_it_was_to(column: str) -> None:
    """To the microsecond, and whatever else holds."""
    authenticator = object.__new__(Authenticator)
    credential = Credential(SecretLookup(b""))
    row = _row(**{column: NOW})
    assert authenticator.admit(credential, row, "", NOW - 1).key_id == "key_1"
    for late in (NOW, NOW + 1):
        with pytest.raises(Problem) as raised:
            authenticator.admit(credential, row, "", late)
        assert raised.value.code == "key_expired"


def test_k13_a_roll_gives_no_secret_more_time_than_it_had(acme: Vendor, server: Server) -> None:
    key = acme.api.make("/v1/api_keys", name="Rolled", scopes=["licenses:read"])
    once = acme.api.make(f"/v1/api_keys/{key['id']}/roll", overlap_seconds=60)
    end = once["secrets"][1]["expires_at"]
    twice = acme.api.make(f"/v1/api_keys/{key['id']}/roll", overlap_seconds=604_800)

    ends = {secret["id"]: secret["expires_at"] for secret in twice["secrets"]}
    first = ends[once["secrets"][1]["id"]]
    assert first is not None
    assert first <= end
    alive = [
        text
        for text in (key["secret"], once["secret"], twice["secret"])
        if server.client(text).get("/v1/licenses").status_code == 200
    ]
    assert alive == [once["secret"], twice["secret"]]
    acme.api.make(f"/v1/api_keys/{key['id']}/revoke")
    for path in ("roll", "roll"):
        refused = acme.api.post(f"/v1/api_keys/{key['id']}/{path}", json={})
        assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")


def test_k14_a_rolled_key_is_the_same_key_and_its_count_goes_on(server: Server) -> None:
    vendor = make_vendor(server, "Acme", plan="developer")
    key = vendor.api.make(
        "/v1/api_keys",
        name="Same",
        scopes=["licenses:read", "account:read"],
        product_ids=[vendor.product["id"]],
        allowed_ips=["127.0.0.1"],
        expires_at="2040-01-01T00:00:00Z",
    )
    used = server.client(key["secret"])
    before = used.get("/v1/account/usage").json()["requests"]["used"]
    assert used.get("/v1/licenses").status_code == 200
    rolled = vendor.api.make(f"/v1/api_keys/{key['id']}/roll")

    same = ("id", "scopes", "product_ids", "allowed_ips", "expires_at", "created_by_key", "type")
    assert {name: rolled[name] for name in same} == {name: key[name] for name in same}
    assert rolled["secret"][:13] == key["secret"][:13]
    assert len(rolled["secret"]) == len(key["secret"])
    assert rolled["secret"] != key["secret"]
    counted = server.client(rolled["secret"]).get("/v1/account/usage").json()["requests"]["used"]
    assert counted == before + 2
