"""Edges where an answer was once wrong: numbers, pointers, charges, NUL, readiness."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.cast import Vendor, make_vendor
from harness.eventually import eventually
from harness.postgres import Postgres
from harness.server import Server

JSON = {"Content-Type": "application/json"}
ORIGIN = {"Origin": "https://paint.example", "Access-Control-Request-Method": "POST"}


@pytest.mark.parametrize("path", ["/v1/licenses/%00/validate", "/v1/signing_keys/%00"])
def test_a_nul_in_the_path_is_404_on_both_engines(acme: Vendor, server: Server, path: str) -> None:
    operator = server.client(
        server.create_key(acme.account, "live", "secret", "signing_keys:rotate")
    )
    method = "POST" if path.endswith("validate") else "GET"
    response = operator.request(method, path, json={} if method == "POST" else None)
    if response.status_code == 405:
        response = operator.post(path, json={})
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_an_expiry_at_the_epoch_is_an_expiry(acme: Vendor) -> None:
    made = acme.api.make(
        "/v1/licenses", policy_id=acme.policy["id"], expires_at="1970-01-01T00:00:00Z"
    )
    assert (made["expires_at"], made["status"]) == ("1970-01-01T00:00:00Z", "expired")
    assert acme.api.make("/v1/licenses/validate", key=made["key"])["code"] == "EXPIRED"


def test_a_400_is_never_charged(server: Server) -> None:
    acme = make_vendor(server, plan="developer")

    def used() -> int:
        count: int = acme.api.get("/v1/account/usage").json()["requests"]["used"]
        return count

    before = used()
    for path, body in (
        ("/v1/policies", {"name": "N", "product_id": acme.product["id"], "duration": "P0D"}),
        ("/v1/licenses", {"policy_id": "pol_x"}),
        ("/v1/licenses/validate", {}),
        ("/v1/tokens", {}),
    ):
        assert acme.api.post(path, json=body).status_code == 400
    assert acme.api.get("/v1/licenses?starting_after=x").status_code == 400
    assert used() == before


def test_a_403_is_never_charged(server: Server) -> None:
    acme = make_vendor(server, plan="developer")
    acme.api.make(f"/v1/licenses/{acme.license['id']}/suspend")
    before = acme.api.get("/v1/account/usage").json()["requests"]["used"]
    refused = acme.api.post("/v1/tokens", json={"license_id": acme.license["id"]})
    assert refused.status_code == 403
    assert acme.api.get("/v1/account/usage").json()["requests"]["used"] == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"name":"N","code":"n","a/b~":1}', "/a~1b~0"),
        (b'{"name":"N","code":"n","a`b":1}', "/a`b"),
        (b'{"name":"N","code":"n","metadata":{"a":7}}', "/metadata"),
        (b'{"name":"N","code":"n","metadata":{"":"x"}}', "/metadata"),
    ],
)
def test_pointers_are_those_of_rfc_6901(acme: Vendor, body: bytes, pointer: str) -> None:
    response = acme.api.post("/v1/products", content=body, headers=JSON)
    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert error["pointer"] == pointer
    assert "$" not in error["message"]


@pytest.mark.parametrize("number", ["9223372036854775808", "-9223372036854775809", "1e400"])
def test_a_number_outside_64_bits_is_refused_wherever_it_stands(acme: Vendor, number: str) -> None:
    content = f'{{"license_id":"{acme.license["id"]}","claims":{{"a":[{number}]}}}}'
    response = acme.api.post("/v1/tokens", content=content.encode(), headers=JSON)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_json")


def test_a_refused_number_says_nothing_of_how_the_server_is_made(acme: Vendor) -> None:
    content = b'{"name":' + b"9" * 5000 + b"}"
    response = acme.api.post("/v1/products", content=content, headers=JSON)
    assert "set_int_max_str_digits" not in response.text
    assert response.json()["code"] == "invalid_json"


def test_an_answer_without_content_has_no_length(acme: Vendor, server: Server) -> None:
    """RFC 9110, section 8.6: none in a 204; in a 304 only that of the 200."""
    preflight = server.client().options("/v1/licenses/validate", headers=ORIGIN)
    path = f"/v1/accounts/{acme.account.account_id}/.well-known/jwks.json"
    first = server.client().get(path)
    known = server.client().get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert preflight.status_code == 204
    assert "Content-Length" not in preflight.headers
    assert "Content-Type" not in preflight.headers
    assert (
        known.headers.get("Content-Length", first.headers["Content-Length"])
        == (first.headers["Content-Length"])
    )


@pytest.mark.parametrize("number", ["1e1", "1.0"])
def test_a_query_number_is_written_in_digits(acme: Vendor, number: str) -> None:
    assert acme.api.get("/v1/licenses", params={"limit": number}).status_code == 400


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_node_that_lacks_a_migration_is_not_ready(
    make_server: Callable[..., Server], engine: str
) -> None:
    server = make_server(engine)
    assert server.client().get("/readyz").status_code == 200
    server.execute("DELETE FROM django_migrations WHERE app = 'usage'")
    refused = server.client().get("/readyz")
    assert (refused.status_code, refused.json()["reason"]) == (503, "migrations")


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    own = Postgres()
    yield own
    own.stop()


def test_management_answers_again_at_once_when_its_database_is_back(
    own_postgres: Postgres, tmp_path: Path
) -> None:
    server = Server(tmp_path / "var", own_postgres.create_database()).start()
    acme = make_vendor(server)
    own_postgres._server.stop()
    own_postgres._server.start()
    eventually(lambda: server.client().get("/readyz").status_code, lambda s: s == 200)
    assert [acme.api.get("/v1/products").status_code for _ in range(8)] == [200] * 8
    server.stop()
