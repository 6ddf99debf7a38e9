"""Roots: what apps embed. They vouch for keys, and rotating those never changes them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.cast import Vendor
from harness.server import Client, Server


def _roots(server: Server, acme: Vendor, mode: str = "") -> list[dict]:
    path = f"/v1/accounts/{acme.account.account_id}{mode}/root_keys"
    response = server.client().get(path)
    assert response.status_code == 200, response.text
    roots: list[dict] = response.json()["data"]
    return roots


@pytest.fixture
def operator(acme: Vendor, server: Server) -> Client:
    """A key that may rotate."""
    return server.client(server.create_key(acme.account, "live", "secret", "signing_keys:rotate"))


def test_anyone_reads_the_roots_and_nobody_their_private_half(acme: Vendor, server: Server) -> None:
    (root,) = _roots(server, acme)

    assert set(root) == {
        "id", "object", "mode", "public_key", "state", "signs_from", "signs_until",
    }  # fmt: skip
    assert (root["mode"], root["state"], root["signs_until"]) == ("live", "active", None)
    assert len(root["public_key"]) == 43
    (listed,) = acme.api.get("/v1/signing_keys?use=root").json()["data"]
    assert listed["id"] == root["id"]
    assert listed["public_jwk"] == {
        "kty": "OKP", "crv": "Ed25519", "x": root["public_key"],
        "kid": root["id"], "use": "sig", "alg": "Ed25519",
    }  # fmt: skip
    rows = server.execute(
        "SELECT public_jwk, private_key_encrypted FROM accounts_signingkey WHERE kid = ?",
        root["id"],
    )
    assert '"d"' not in rows[0][0]
    assert bytes(rows[0][1])[:1] == b"\x01"


def test_live_and_test_mode_have_roots_of_their_own(acme: Vendor, server: Server) -> None:
    live, test = _roots(server, acme), _roots(server, acme, "/test")

    assert [root["mode"] for root in (*live, *test)] == ["live", "test"]
    assert live[0]["public_key"] != test[0]["public_key"]


def test_the_first_root_is_made_once_by_however_many_ask(acme: Vendor, server: Server) -> None:
    barrier = threading.Barrier(8)
    path = f"/v1/accounts/{acme.account.account_id}/root_keys"

    def ask(_number: int) -> str:
        client = server.client()
        barrier.wait(30)
        text: str = client.get(path).text
        return text

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1


def test_the_list_makes_the_first_root_too(acme: Vendor, server: Server) -> None:
    (listed,) = acme.api.get("/v1/signing_keys?use=root").json()["data"]

    assert [root["id"] for root in _roots(server, acme)] == [listed["id"]]


@pytest.mark.parametrize("name", ["acct_01m86j5z9vesav92gpqb53nadv", "nonsense", "%00"])
def test_an_account_that_does_not_exist_has_no_roots(server: Server, name: str) -> None:
    assert server.client().get(f"/v1/accounts/{name}/root_keys").status_code == 404


def test_a_known_list_is_304(acme: Vendor, server: Server) -> None:
    path = f"/v1/accounts/{acme.account.account_id}/root_keys"
    first = server.client().get(path)
    again = server.client().get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, max-age=600"
    assert (again.status_code, again.content) == (304, b"")


def test_a_new_root_waits_until_apps_have_it(
    acme: Vendor, server: Server, operator: Client
) -> None:
    (first,) = _roots(server, acme)
    ahead = operator.make("/v1/signing_keys/rotate", use="root")

    assert ahead["state"] == "pending"
    states = {root["id"]: root["state"] for root in _roots(server, acme)}
    assert states == {ahead["id"]: "pending", first["id"]: "active"}
    again = operator.post("/v1/signing_keys/rotate", json={"use": "root"})
    assert (again.status_code, again.json()["code"]) == (409, "invalid_state")


def test_the_time_of_a_new_root_is_the_vendors(
    acme: Vendor, server: Server, operator: Client
) -> None:
    _roots(server, acme)
    far = {"use": "root", "takes_over_at": "2100-01-01T00:00:00Z"}
    past = {"use": "root", "takes_over_at": "2020-01-01T00:00:00Z"}
    other = {"use": "file", "takes_over_at": "2030-01-01T00:00:00Z"}
    for body in (far, past, other):
        response = operator.post("/v1/signing_keys/rotate", json=body)
        assert (response.status_code, response.json()["param"]) == (400, "takes_over_at")
    soon = operator.make(
        "/v1/signing_keys/rotate", use="root", takes_over_at="2030-01-01T00:00:00Z"
    )
    assert soon["signs_from"] == "2030-01-01T00:00:00Z"
    assert [root["state"] for root in _roots(server, acme)] == ["pending", "active"]


def test_the_key_of_a_document_takes_over_at_once(acme: Vendor, operator: Client) -> None:
    first = operator.make("/v1/signing_keys/rotate", use="file")
    second = operator.make("/v1/signing_keys/rotate", use="file")

    assert (first["use"], first["state"], second["state"]) == ("file", "active", "active")
    listed = acme.api.get("/v1/signing_keys?use=file").json()["data"]
    assert {key["id"]: key["state"] for key in listed} == {
        second["id"]: "active", first["id"]: "retired",
    }  # fmt: skip


def test_without_a_use_it_is_the_key_of_tokens(acme: Vendor, operator: Client) -> None:
    _ = acme.api.get("/v1/signing_keys?use=root")

    assert operator.make("/v1/signing_keys/rotate")["use"] == "token"
    listed = acme.api.get("/v1/signing_keys?use=token").json()["data"]
    assert [key["state"] for key in listed] == ["pending", "active"]
    keys = acme.api.get(f"/v1/accounts/{acme.account.account_id}/.well-known/jwks.json")
    assert {key["alg"] for key in keys.json()["keys"]} == {"ES256"}


def test_an_unknown_use_is_named(acme: Vendor, operator: Client) -> None:
    response = operator.post("/v1/signing_keys/rotate", json={"use": "cookies"})
    assert (response.status_code, response.json()["param"]) == (400, "use")
    assert acme.api.get("/v1/signing_keys?use=cookies").status_code == 400
