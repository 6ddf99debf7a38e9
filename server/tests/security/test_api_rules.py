"""Rules of the whole API, P01 to P12: errors that tell nothing, limits, strictness, pages."""

import json
import socket
from typing import Any

import httpx
import pytest
from harness.cast import Vendor
from harness.server import Server

MEBIBYTE = 1 << 20
JSON = {"Content-Type": "application/json"}


def _problem(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Request-Id"] == answer.json()["request_id"]


def test_p01_a_failure_of_ours_tells_its_request_id_and_nothing_else(
    acme: Vendor, server: Server
) -> None:
    """The row is broken behind the server's back: what it then trips over is its own affair."""
    server.execute(
        "UPDATE licensing_license SET overrides = 'canary {' WHERE id = ?", acme.license["id"]
    )
    for answer in (
        acme.api.post("/v1/licenses/validate", json={"key": acme.key}),
        acme.api.get(f"/v1/licenses/{acme.license['id']}"),
    ):
        _problem(answer, 500, "internal_error")
        told = answer.text.lower()
        for word in ("canary", "traceback", "msgspec", "decode", ".py", "line "):
            assert word not in told
        assert answer.json()["request_id"] in server.log_path.read_text()
    assert acme.key not in server.log_path.read_text()


@pytest.mark.parametrize(
    ("path", "code", "status"),
    [
        ("/v1/licenses?limit=101", "invalid_request", 400),
        ("/v1/licenses?limit=0", "invalid_request", 400),
        ("/v1/licenses?limit=1&limit=2", "invalid_request", 400),
        ("/v1/licenses?nonsense=1", "unknown_field", 400),
        (
            "/v1/licenses?expand[]=customer.licenses.customer.licenses.customer",
            "invalid_request",
            400,
        ),
        ("/v1/licenses?starting_after=nonsense", "invalid_request", 400),
    ],
)
def test_p03_p04_p11_queries_are_bounded_and_strict(
    acme: Vendor, path: str, code: str, status: int
) -> None:
    answer = acme.api.get(path)
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] in {code, "duplicate_member"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"name":"' + b"x" * MEBIBYTE + b'"}', 413, "body_too_large"),
        (b'{"name":"' + b"x" * 100_000 + b'"}', 400, "invalid_request"),
        (b'{"name":' + b"[" * 5_000 + b"]" * 5_000 + b"}", 400, "invalid_json"),
        (b'{"name":"a","name":"b"}', 400, "duplicate_member"),
        (b'{"name":NaN}', 400, "invalid_json"),
        (b'{"name":1e400}', 400, "invalid_json"),
        (b'{"name":"a\\u0000"}', 400, "invalid_json"),
        (b'{"name":"\xff"}', 400, "invalid_json"),
        (b'{"name":18446744073709551616}', 400, "invalid_json"),
    ],
)
def test_p03_p04_bodies_are_bounded_and_strict(
    acme: Vendor, body: bytes, status: int, code: str
) -> None:
    before = acme.api.get("/v1/customers").json()["data"]
    _problem(acme.api.post("/v1/customers", content=body, headers=JSON), status, code)
    assert acme.api.get("/v1/customers").json()["data"] == before


def test_p04_a_form_is_no_json(acme: Vendor) -> None:
    _problem(acme.api.post("/v1/customers", data={"name": "a"}), 415, "unsupported_media_type")


def test_p03_a_head_is_bounded(acme: Vendor) -> None:
    answer = acme.api.get("/v1/me", headers={"X-Long": "x" * 40_000})
    assert answer.status_code == 431


def _walk(vendor: Vendor, path: str) -> list[dict[str, Any]]:
    """All pages of two, with a row made and one deleted between any two pages."""
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = vendor.api.get(path, params=query).json()
        found += page["data"]
        if not page["has_more"]:
            return found
        query["starting_after"] = page["data"][-1]["id"]
        vendor.api.make(path, name="New while walking")
        # The cursor itself goes away: its place remains.
        assert vendor.api.delete(f"{path}/{page['data'][-1]['id']}").status_code == 200


def test_p10_a_walk_over_changing_pages_skips_and_repeats_nothing(
    acme: Vendor, globex: Vendor
) -> None:
    made = [acme.api.make("/v1/customers", name=f"Old {n}")["id"] for n in range(9)]
    found = [row["id"] for row in _walk(acme, "/v1/customers")]
    assert found == sorted(made, reverse=True)
    foreign = globex.api.make("/v1/customers", name="Globex")["id"]
    for cursor in (foreign, foreign[:-4] + "0000"):
        page = acme.api.get("/v1/customers", params={"starting_after": cursor}).json()
        assert foreign not in json.dumps(page["data"])
        assert "Globex" not in json.dumps(page["data"])


def _raw(server: Server, text: str) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(text.encode())
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
        return answer


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "PUT", "DELETE", "GETS"])
def test_p12_methods_that_no_route_has_are_405_and_echo_nothing(
    acme: Vendor, server: Server, method: str
) -> None:
    secret = acme.account.live["secret_key"]
    answer = _raw(
        server,
        f"{method} /v1/licenses HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: Bearer {secret}\r\nX-Canary: canary\r\nConnection: close\r\n\r\n",
    )
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert head.split(b" ")[1] in {b"405", b"400"}
    assert (b"\r\nallow: get, head, post" in head) == (b" 405 " in head.split(b"\r\n")[0])
    assert b"canary" not in answer
    assert secret.encode() not in answer


def test_p12_no_page_of_another_origin_gets_cookies_along(acme: Vendor, server: Server) -> None:
    headers = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
    }
    answers = [
        server.client().options("/v1/licenses/validate", headers=headers),
        acme.api.get("/v1/licenses", headers={"Origin": "https://evil.example"}),
        acme.api.post(
            "/v1/licenses/validate",
            json={"key": acme.key},
            headers={"Origin": "https://evil.example"},
        ),
    ]
    for answer in answers:
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers.get("access-control-allow-origin") != "*"
    assert answers[2].json()["code"] == "origin_not_allowed"
