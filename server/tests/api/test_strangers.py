"""What a stranger may cost, and what no caller may bring about: freezes, 500s, echoes."""

import json
import re
import socket
from typing import Any

import pytest
from harness.cast import Vendor, make_vendor
from harness.eventually import eventually
from harness.server import Server
from licenseapi_server import __version__

MEBIBYTE = 1 << 20
JSON = {"Content-Type": "application/json"}


def _strange_key(server: Server) -> str:
    """A key whose shape and checksum hold, and that nobody has: anyone can compute one."""
    gone = make_vendor(server, "Gone")
    made = gone.api.make("/v1/api_keys", name="Gone", scopes=["products:write", "licenses:write"])
    gone.api.make(f"/v1/api_keys/{made['id']}/revoke")
    secret: str = made["secret"]
    return secret


def _many_members(size: int) -> bytes:
    """Different names, the last one twice: counting each name would take hours."""
    names, length = [], 0
    while length < size:
        names.append(f'"{len(names):07d}":1')
        length += len(names[-1]) + 1
    return ("{" + ",".join(names) + f",{names[-1]}" + "}").encode()


def test_a_huge_body_of_duplicates_is_answered(acme: Vendor, server: Server) -> None:
    """8 MiB of members are read once. The clients' timeout of 30 s ends what is quadratic."""
    body = _many_members(7 * MEBIBYTE)
    told = acme.api.post("/v1/licenses/batch", content=body, headers=JSON)
    stranger = server.client(_strange_key(server))
    refused = stranger.post("/v1/licenses/batch", content=body, headers=JSON)

    assert told.status_code == 400
    assert (refused.status_code, refused.json()["code"]) == (401, "key_revoked")


def test_a_stranger_is_refused_before_the_body_is_read(acme: Vendor, server: Server) -> None:
    """The answer is the same whatever the body: it has not been looked at."""
    stranger = server.client(_strange_key(server))
    for path in ("/v1/products", "/v1/licenses/validate"):
        for body in (b"{" * 100_000, b'{"a":1,"a":2}' + b" " * 100_000, b"\xff" * 100_000):
            answer = stranger.post(path, content=body, headers=JSON)
            assert (answer.status_code, answer.json()["code"]) == (401, "key_revoked")
    assert acme.api.get("/v1/me").status_code == 200


def test_long_runs_of_a_secrets_beginning_are_logged_at_once(server: Server) -> None:
    """No pattern is tried on all of it: everyone would wait for that line of the log."""
    asked = set()
    for text in ("eyJ", "AAAAA-", "lapi_sk_live_", "A" * 25 + " "):
        headers = {"User-Agent": (text * 30_000)[:30_000]}
        answer = server.client().get("/v1/me", headers=headers)
        asked.add(answer.headers["Request-Id"])
    lines = eventually(server.read_log, lambda rows: asked <= {row[0] for row in rows})
    assert max(len(row[2]) for row in lines if row[0] in asked) <= 200


def test_a_flood_of_made_up_keys_in_urls_is_not_written(acme: Vendor, server: Server) -> None:
    """Only what has a key's checksum may be one, and of those not any number is kept."""
    stranger = server.client()
    for number in range(200):
        answer = stranger.get(f"/v1/me?x=lapi_sk_live_{number:049d}")
        assert answer.status_code == 400
    assert acme.api.make("/v1/customers", name="Still here")["name"] == "Still here"
    assert "Traceback" not in server.log_path.read_text()


def test_a_name_that_poses_as_a_place_makes_no_long_answer(acme: Vendor) -> None:
    """The decoder's sentence has the name in it; neither is repeated at length."""
    for name in (" - at `$" + ".a" * 400_000, "x` - at `$" + ".a" * 400_000):
        answer = acme.api.post("/v1/products", json={name: "x"})
        assert answer.status_code == 400
        assert len(answer.content) < 20_000


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" + b"{}," * 2_500_000 + b"{}]", "invalid_request"),
        (b'{"items":[' + b'{"policy_id":"x"},' * 400_000 + b"{}]}", "invalid_request"),
        (b'{"items":[' + b"{}," * 99_000 + b"{}]}", "invalid_request"),
        (b'{"count":1,"template":{"metadata":' + b"[" * 4_000_000, "invalid_request"),
    ],
)
def test_eight_mebibytes_of_nothing_are_refused(acme: Vendor, body: bytes, code: str) -> None:
    """By the shape of their beginning or by their number, before all is built."""
    answer = acme.api.post("/v1/licenses/batch", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_length_with_zeros_in_front_is_no_small_body(server: Server) -> None:
    """A stranger's mebibyte is refused unread, however its length is written."""
    secret = _strange_key(server)
    status, problem = _exchange(
        server,
        [
            "POST /v1/licenses/validate HTTP/1.1",
            f"Authorization: Bearer {secret}",
            "Content-Type: application/json",
            f"Content-Length: {'0' * 20}1048576",
        ],
    )
    assert (status, problem["code"]) == (401, "key_revoked")


@pytest.mark.parametrize(
    "path", ["/{}", "/?api_key={}", "/v1/openapi.json?api_key={}", "/docs?x={}"]
)
def test_a_key_in_any_address_is_refused_and_marked(
    acme: Vendor, server: Server, path: str
) -> None:
    """Outside the API too; no page and no log repeats it."""
    made = acme.api.make("/v1/api_keys", name="Leaked", scopes=["licenses:read"])
    answer = server.client().get(path.format(made["secret"]))

    assert answer.status_code == 400
    assert made["secret"] not in answer.text
    assert answer.headers["Request-Id"].startswith("req_")
    own = f"/v1/api_keys/{made['id']}"
    eventually(lambda: acme.api.get(own).json()["exposed_at"], lambda at: at is not None)
    assert made["secret"] not in server.log_path.read_text()


def test_a_key_that_may_do_too_much_in_a_url_is_marked(acme: Vendor) -> None:
    """Refused where a lesser key would be taken, it has been shown all the same."""
    made = acme.api.make("/v1/api_keys", name="Wide", scopes=["licenses:read", "licenses:write"])
    params = {"api_key": made["secret"], "key": acme.key, "product": "paint"}
    answer = acme.account.server.client().get("/v1/licenses/validate", params=params)

    assert (answer.status_code, answer.json()["code"]) == (400, "credential_in_url")
    own = f"/v1/api_keys/{made['id']}"
    eventually(lambda: acme.api.get(own).json()["exposed_at"], lambda at: at is not None)


@pytest.mark.parametrize("path", ["/v1/products", "/v1/licenses/validate", "/v1/tokens"])
def test_deep_nesting_is_400_at_every_depth(acme: Vendor, path: str) -> None:
    """Around each limit of each decoder: never a 500."""
    for depth in (33, 100, 500, 970, 976, 980, 990, 1000, 1500, 5_000):
        body = b"[" * depth + b'"\\u0041"' + b"]" * depth
        answer = acme.api.post(path, content=body, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json"), depth
        inside = b'{"metadata":' + body + b"}"
        assert acme.api.post(path, content=inside, headers=JSON).status_code == 400


@pytest.mark.parametrize(
    "kid", ["\\ud800", "\\u0000", "x", "x" * 64, "../../etc/passwd", "%00", "a'b", ""]
)
def test_a_strange_key_id_is_401(server: Server, acme: Vendor, kid: str) -> None:
    """Whatever stands in `kid`; introspection says inactive."""
    header = _base64('{"typ":"at+jwt","alg":"ES256","kid":"' + kid + '"}')
    token = f"{header}.{_base64('{}')}.{_base64('x' * 64)}"

    refused = server.client(token).get("/v1/licenses/validate")
    told = acme.api.post("/v1/tokens/introspect", json={"token": token})

    assert (refused.status_code, refused.json()["code"]) == (401, "authentication_failed")
    assert told.json() == {"active": False}


def _base64(text: str) -> str:
    import base64

    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "origin", ["http://a: b", "*", "x", "https://a.example/", "a\tb", "http://"]
)
def test_what_is_no_origin_is_not_repeated(acme: Vendor, server: Server, origin: str) -> None:
    """Refused in our own form, with a request id that stands in the log."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    preflight = server.client().options("/v1/licenses/validate", headers=headers)
    asked = acme.api.get("/v1/licenses/validate", params={"key": "x"}, headers=headers)

    assert preflight.status_code == 405
    assert (asked.status_code, asked.json()["code"]) == (403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in {**preflight.headers, **asked.headers}
    request_id = asked.headers["Request-Id"]
    eventually(
        lambda: acme.api.get(f"/v1/request_logs/{request_id}").status_code, lambda s: s == 200
    )


def _exchange(server: Server, lines: list[str]) -> tuple[int, dict[str, Any]]:
    """One raw request; status and body."""
    host, port = server.base_url.removeprefix("http://").split(":")
    text = "\r\n".join([lines[0], f"Host: {host}:{port}", *lines[1:], "Connection: close", "", ""])
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(text.encode())
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
            head, separator, body = answer.partition(b"\r\n\r\n")
            if separator and body.endswith(b"}"):
                break
    return int(head.split(b" ")[1]), json.loads(body)


def test_an_announced_body_that_is_too_large_is_refused_at_once(
    acme: Vendor, server: Server
) -> None:
    """Nobody waits for 99 gigabytes."""
    secret = acme.account.live["secret_key"]
    for path in ("/v1/products", "/v1/licenses/validate"):
        status, problem = _exchange(
            server,
            [
                f"POST {path} HTTP/1.1",
                f"Authorization: Bearer {secret}",
                "Content-Type: application/json",
                "Content-Length: 99999999999",
            ],
        )
        assert (status, problem["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("name", ["Idempotency-Key", "If-Match", "License-Key", "Origin"])
def test_a_header_that_decides_stands_once(acme: Vendor, server: Server, name: str) -> None:
    """Of two values none is taken."""
    secret = acme.account.live["secret_key"]
    lines = [f"Authorization: Bearer {secret}", f'{name}: "1"', f'{name}: "2"']
    status, problem = _exchange(server, ["GET /v1/me HTTP/1.1", *lines])
    assert (status, problem["param"]) == (400, name)


def test_head_takes_the_key_in_the_url_where_get_does(acme: Vendor, server: Server) -> None:
    """And the key is not marked as exposed."""
    params = {
        "api_key": acme.account.live["publishable_key"], "key": acme.key, "product": "paint",
    }  # fmt: skip
    assert server.client().head("/v1/licenses/validate", params=params).status_code == 200
    assert server.client().get("/v1/licenses/validate", params=params).json()["valid"]


def test_no_secret_reaches_the_request_log(acme: Vendor, server: Server) -> None:
    """In path or user agent, of whatever kind: it stands nowhere in the log."""
    secret = acme.account.test["secret_key"]
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    custom = "my-secret-legacy-key-2019"
    answers = [
        acme.api.get(f"/v1/licenses/{acme.key}"),
        acme.api.get(f"/v1/licenses/{acme.key.lower()}"),
        acme.api.get(f"/v1/licenses/{token}"),
        acme.api.get(f"/v1/licenses/{custom}"),
        acme.api.get(f"/v1/nowhere/{acme.key}/{token}"),
        acme.api.get(f"/v1/license/{custom}"),
        acme.api.get(f"/v1/licenses/{acme.key.replace('-', '')}/"),
        acme.api.get("/v1/licenses/abc_0123456789abcdef0123secret"),
        acme.api.get("/v1/me", headers={"User-Agent": f"app/{acme.key.replace('-', '')}"}),
        acme.api.get("/v1/me", headers={"User-Agent": f"app {secret} {acme.key} {token}"}),
        acme.api.get(f"/v1/licenses/{secret}"),
    ]
    wanted = {answer.headers["Request-Id"] for answer in answers}
    lines = eventually(server.read_log, lambda rows: wanted <= {row[0] for row in rows})
    shown = json.dumps([row[1:] for row in lines if row[0] in wanted])
    assert shown.count("[redacted]") >= len(answers)
    for hidden in (
        secret,
        token,
        token.split(".")[2],
        acme.key,
        acme.key.lower(),
        custom,
        acme.key.replace("-", ""),
        "23secret",
    ):
        assert hidden not in shown


def test_two_credentials_do_not_hide_a_key_in_the_path(acme: Vendor, server: Server) -> None:
    """The key in the path is found, marked, and not logged."""
    made = acme.api.make("/v1/api_keys", name="Leaked", scopes=["licenses:read"])
    lines = [f"Authorization: Bearer {acme.account.live['secret_key']}"] * 2
    status, problem = _exchange(server, [f"GET /v1/licenses/{made['secret']} HTTP/1.1", *lines])

    assert (status, problem["code"]) == (400, "credential_in_url")
    assert made["secret"] not in json.dumps(problem)
    path = f"/v1/api_keys/{made['id']}"
    eventually(lambda: acme.api.get(path).json()["exposed_at"], lambda at: at is not None)


@pytest.mark.parametrize("query", ["%6capi{}=1", "%61pi_key=lapi{}", "x=%6Capi{}"])
def test_an_encoded_key_in_the_query_is_found(acme: Vendor, query: str) -> None:
    """It is refused as any key in the URL, not echoed, and marked as exposed."""
    made = acme.api.make("/v1/api_keys", name="Leaked", scopes=["licenses:read"])
    answer = acme.api.get(f"/v1/me?{query.format(made['secret'].removeprefix('lapi'))}")

    assert (answer.status_code, answer.json()["code"]) == (400, "credential_in_url")
    assert made["secret"][4:] not in answer.text
    path = f"/v1/api_keys/{made['id']}"
    eventually(lambda: acme.api.get(path).json()["exposed_at"], lambda at: at is not None)


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/docs/errors", "/docs/codes", "/v1/openapi.json", "/nothing"]
)
def test_a_page_tells_strangers_neither_version_nor_database(server: Server, path: str) -> None:
    """They would know which flaws to try."""
    page = server.client().get(path)

    told = f"{page.headers} {page.text}".lower()
    assert __version__ not in told
    assert not re.search(r"sqlite|postgres|uvicorn|django", told)
