"""What has been revoked is refused at the very next request, on every worker and node."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from harness.cast import make_vendor
from harness.server import Server

ROUNDS = 25
CONNECTIONS = 6


@pytest.fixture(params=["four workers, SQLite", "two nodes, PostgreSQL"])
def nodes(
    request: pytest.FixtureRequest, make_server: Callable[..., Server]
) -> Iterator[tuple[Server, Server]]:
    """Where it is revoked, and where it is presented."""
    if "SQLite" in request.param:
        one = make_server("sqlite", workers=4)
        yield one, one
        return
    # Nodes have one public address: it is the issuer of tokens.
    address = {"LICENSEAPI_BASE_URL": "http://127.0.0.1:8000"}
    one = make_server("postgres", workers=2, **address)
    other = Server(one.data_dir, one.database_url, workers=2, environment=one.environment)
    other.start()
    yield one, other
    other.stop()


def _everywhere(server: Server, credential: str, body: dict[str, str]) -> list[httpx.Response]:
    """One request on each of several fresh connections: the workers share them out."""
    answers = []
    for _ in range(CONNECTIONS):
        with httpx.Client(base_url=server.base_url, timeout=30, trust_env=False) as client:
            headers = {"Authorization": f"Bearer {credential}"}
            answers.append(client.post("/v1/licenses/validate", json=body, headers=headers))
    return answers


def test_a_revoked_key_is_refused_at_once(nodes: tuple[Server, Server]) -> None:
    here, there = nodes
    acme = make_vendor(here)
    for number in range(ROUNDS):
        key = acme.api.make("/v1/api_keys", name=f"App {number}", scopes=["licenses:validate"])
        before = _everywhere(there, key["secret"], {"key": acme.key})
        acme.api.make(f"/v1/api_keys/{key['id']}/revoke")
        after = _everywhere(there, key["secret"], {"key": acme.key})
        assert [answer.status_code for answer in before] == [200] * CONNECTIONS
        assert [answer.json()["code"] for answer in after] == ["key_revoked"] * CONNECTIONS


def test_a_revoked_token_is_refused_at_once(nodes: tuple[Server, Server]) -> None:
    here, there = nodes
    acme = make_vendor(here)
    for _ in range(ROUNDS):
        token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
        before = _everywhere(there, token, {})
        acme.api.make("/v1/tokens/revoke", token=token)
        after = _everywhere(there, token, {})
        assert [answer.status_code for answer in before] == [200] * CONNECTIONS
        assert [answer.status_code for answer in after] == [401] * CONNECTIONS


def test_a_license_follows_its_policy_and_its_vendor_at_once(nodes: tuple[Server, Server]) -> None:
    here, there = nodes
    acme = make_vendor(here)
    secret = acme.account.live["secret_key"]
    for number in range(ROUNDS):
        path = f"/v1/licenses/{acme.license['id']}"
        acme.api.make(f"{path}/suspend")
        suspended = _everywhere(there, secret, {"key": acme.key})
        acme.api.make(f"{path}/reinstate")
        limit = number + 1
        changed = acme.api.patch(f"/v1/policies/{acme.policy['id']}", json={"max_cores": limit})
        assert changed.status_code == 200
        valid = _everywhere(there, secret, {"key": acme.key})
        assert {answer.json()["code"] for answer in suspended} == {"SUSPENDED"}
        assert {answer.json()["code"] for answer in valid} == {"VALID"}
        assert {a.json()["license"]["limits"]["max_cores"] for a in valid} == {limit}
