"""At the door, K15 to K18: keys in URLs, the throttle of failures, and what the log says."""

import json
from collections.abc import Callable

import pytest
from harness.cast import Vendor, make_vendor
from harness.eventually import eventually
from harness.server import Server

UNKNOWN = "lapi_sk_live_f0i4q2u9yu9GajsyPU9KiiFWwW0HVAqkZiKyL4cLmNT4VjV9m"
LOG = "SELECT id, reason, ip, operation, created_at, status FROM audit_requestlogentry"


def _exposed(vendor: Vendor, key_id: str) -> str | None:
    at: str | None = vendor.api.get(f"/v1/api_keys/{key_id}").json()["exposed_at"]
    return at


@pytest.mark.parametrize("kind", ["query", "path", "cookie", "encoded", "validate", "basic in url"])
def test_k15_a_key_in_a_url_is_refused_marked_and_told_to_nobody(
    acme: Vendor, server: Server, kind: str
) -> None:
    made = acme.api.make("/v1/api_keys", name="Leaked", scopes=["licenses:read"])
    secret = made["secret"]
    hidden = secret.replace("lapi", "%6capi")
    client = server.client()
    answer = {
        "query": lambda: client.get(f"/v1/licenses?api_key={secret}"),
        "path": lambda: client.get(f"/v1/licenses/{secret}"),
        "cookie": lambda: client.get("/v1/me", headers={"Cookie": f"session={secret}"}),
        "encoded": lambda: client.post(f"/v1/licenses?x={hidden}", json={}),
        "validate": lambda: client.get(f"/v1/licenses/validate?api_key={secret}&key=x"),
        "basic in url": lambda: acme.api.get(f"/v1/me?user={secret}:"),
    }[kind]()

    assert (answer.status_code, answer.json()["code"]) == (400, "credential_in_url")
    assert secret[8:] not in answer.text
    assert eventually(lambda: _exposed(acme, made["id"]), lambda at: at is not None)
    eventually(
        server.read_log, lambda rows: any(answer.headers["Request-Id"] == r[0] for r in rows)
    )
    assert secret[8:] not in json.dumps(server.read_log())
    assert secret[8:] not in server.log_path.read_text()


def test_k15_a_key_in_a_form_is_no_credential(acme: Vendor, server: Server) -> None:
    secret = acme.account.live["secret_key"]
    answer = server.client().post("/v1/licenses", data={"api_key": secret})
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_required")
    assert secret not in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP"])
def test_k16_nobody_but_a_named_proxy_says_whose_request_it_is(
    make_server: Callable[..., Server], header: str
) -> None:
    """The server names one proxy that is not the peer: the header is worth nothing."""
    server = make_server(
        "sqlite",
        LICENSEAPI_TRUSTED_PROXIES="192.0.2.1",
        LICENSEAPI_FAILED_AUTH_PER_MINUTE="10000000",
    )
    acme = make_vendor(server)
    body = {"name": "Bound", "scopes": ["licenses:read"], "allowed_ips": ["203.0.113.7"]}
    bound = acme.api.make("/v1/api_keys", **body)
    value = "for=203.0.113.7" if header == "Forwarded" else "203.0.113.7"
    refused = server.client(bound["secret"]).get("/v1/licenses", headers={header: value})
    is_proxied = header in {"X-Forwarded-For", "Forwarded"}
    # What looks like a proxy without being one may have been sent in clear.
    assert refused.status_code == (403 if is_proxied else 401)
    server.stop()


CAUSES = {
    "unknown": (f"Bearer {UNKNOWN}", "no such key"),
    "checksum": (f"Bearer {UNKNOWN[:-1]}n", "key has a wrong shape or checksum"),
    "scheme": ("Digest x", "authorization scheme is neither Bearer nor Basic"),
    "segments": ("Bearer a.b", "token does not have three segments"),
    "algorithm": ("Bearer eyJhbGciOiJub25lIn0.e30.e30", "wrong typ or alg"),
    "base64": ("Basic %%%", "basic credentials are not base64"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_k18_each_failure_is_one_line_with_its_reason_and_no_secret(
    acme: Vendor, server: Server, cause: str
) -> None:
    credential, reason = CAUSES[cause]
    answer = server.client().get("/v1/licenses", headers={"Authorization": credential})
    assert answer.status_code == 401
    wanted = answer.headers["Request-Id"]
    rows = eventually(
        lambda: [row for row in server.read_log_columns(LOG) if row[0] == wanted],
        lambda found: len(found) > 0,
    )
    assert [row[1:4] for row in rows] == [(reason, "127.0.0.1", "licenses.list")]
    assert rows[0][4] > 1_700_000_000_000_000
    assert rows[0][5] == 401
    assert UNKNOWN[13:] not in json.dumps(rows)


@pytest.mark.parametrize("end", ["revoked", "expired", "disabled", "address"])
def test_k18_why_a_key_that_is_known_was_refused_stands_in_its_own_log(
    server: Server, end: str
) -> None:
    acme = make_vendor(server)
    networks = {"allowed_ips": ["203.0.113.7"]} if end == "address" else {}
    key = acme.api.make("/v1/api_keys", name="Ended", scopes=["licenses:read"], **networks)
    if end == "revoked":
        acme.api.make(f"/v1/api_keys/{key['id']}/revoke")
    elif end == "expired":
        server.expire_key(key["id"])
    elif end == "disabled":
        server.execute(
            "UPDATE accounts_account SET is_enabled = FALSE WHERE id = ?", acme.account.account_id
        )
    answer = server.client(key["secret"]).get("/v1/licenses")
    assert answer.status_code == 401
    reasons = {
        "revoked": "key_revoked",
        "expired": "key_expired",
        "disabled": "account is disabled",
        "address": "address is not on the key's list",
    }
    wanted = answer.headers["Request-Id"]
    rows = eventually(
        lambda: [row for row in server.read_log_columns(LOG) if row[0] == wanted],
        lambda found: len(found) > 0,
    )
    assert rows[0][1] == reasons[end]
    success = acme.api.get("/v1/licenses")
    if end != "disabled":
        line = eventually(
            lambda: acme.api.get(f"/v1/request_logs/{wanted}"), lambda r: r.status_code == 200
        ).json()
        assert (line["key_id"], line["status"]) == (key["id"], 401)
        assert success.status_code == 200
