"""Heads and bodies that are too large, too slow, or not HTTP at all."""

import socket

import pytest
from harness.cast import Vendor
from harness.eventually import eventually
from harness.server import Server


def _talk(server: Server, *parts: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), 15) as connection:
        for part in parts:
            connection.sendall(part)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


@pytest.mark.parametrize("end", [b"\r\n", b""], ids=["whole", "unfinished"])
def test_a_head_over_32_kib_is_431(server: Server, end: bytes) -> None:
    line = b"X-Filler: " + b"x" * 1000 + b"\r\n"

    answer = _talk(server, b"GET /v1/me HTTP/1.1\r\nHost: 127.0.0.1\r\n" + line * 33 + end)

    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b'"code":"head_too_large"' in answer
    assert b"request-id: req_" in answer


def test_what_is_not_http_is_400_in_our_form(server: Server) -> None:
    """With the headers of every answer, and a line in the log under its request id."""
    answer = _talk(server, b"\x16\x03\x01\x02\x00nonsense\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"code":"invalid_request"' in answer
    assert f'"type":"{server.base_url}/docs/errors/invalid_request"'.encode() in answer
    assert b"x-content-type-options: nosniff" in answer
    request_id = answer.partition(b"request-id: ")[2][:30].decode()
    eventually(server.read_log, lambda rows: any(row[0] == request_id for row in rows))


def test_half_a_request_does_nothing(acme: Vendor, server: Server) -> None:
    """A connection that ends within the body: an empty body would have been a lawful one."""
    path = f"/v1/licenses/{acme.license['id']}"
    head = (
        f"POST {path}/suspend HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {acme.account.live['secret_key']}\r\nContent-Length: 20\r\n\r\n"
    )
    for sent in (head.encode(), head.encode() + b'{"reason":'):
        with socket.create_connection(("127.0.0.1", server.port), 15) as connection:
            connection.sendall(sent)
    listed = eventually(
        lambda: acme.api.get("/v1/request_logs", params={"status": "408"}).json(),
        lambda page: len(page["data"]) == 2,
    )
    assert {line["operation"] for line in listed["data"]} == {"licenses.suspend"}
    assert acme.api.get(path).json()["status"] == "active"


def test_a_stalled_head_is_408(server: Server) -> None:
    answer = _talk(server, b"GET /v1/me HTTP/1.1\r\nHost: 127")

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"request_timeout"' in answer


def test_a_large_body_in_pieces_is_read_whole(acme: Vendor) -> None:
    items = [{"policy_id": acme.policy["id"], "name": "x" * 190} for _ in range(1000)]

    result = acme.api.make("/v1/licenses/batch", items=items)

    assert (result["created"], result["failed"]) == (1000, 0)


def test_a_body_over_1_mib_is_413(acme: Vendor) -> None:
    response = acme.api.post("/v1/products", json={"name": "x" * (1 << 20), "code": "big"})

    assert response.status_code == 413
    assert response.json()["code"] == "body_too_large"
