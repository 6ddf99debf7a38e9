"""Behind trusted proxies: whose request it is, and whether it came safely."""

from collections.abc import Callable

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.eventually import eventually
from harness.server import Server


@pytest.fixture(scope="module")
def proxied(make_server: Callable[..., Server]) -> Server:
    """A server that trusts its own machine and a private network as proxies."""
    return make_server("sqlite", LICENSEAPI_TRUSTED_PROXIES="127.0.0.1,10.0.0.0/8")


@pytest.fixture(scope="module")
def vendor(proxied: Server) -> Vendor:
    """Acme, behind the proxy."""
    return make_vendor(proxied)


def _ask(
    server: Server, vendor: Vendor, allowed: str, forwarded: str, proto: str = "https"
) -> httpx.Response:
    key = vendor.api.make(
        "/v1/api_keys", name="Bound", scopes=["licenses:read"], allowed_ips=[allowed]
    )
    headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": proto}
    return server.client(key["secret"]).get("/v1/me", headers=headers)


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7, 10.1.1.1", "203.0.113.7"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("10.1.1.1", "10.1.1.1"),
        ("10.2.2.2, 10.1.1.1", "10.2.2.2"),
    ],
)
def test_k16_the_client_is_the_last_hop_that_is_no_proxy(
    proxied: Server, vendor: Vendor, forwarded: str, client: str
) -> None:
    """However proxies write it. What the client itself claims stands further left."""
    assert _ask(proxied, vendor, client, forwarded).status_code == 200
    assert _ask(proxied, vendor, "198.51.100.77", forwarded).status_code == 401


@pytest.mark.parametrize("forwarded", ["unknown", "203.0.113.7, _hidden", "x" * 500])
def test_a_client_without_an_address_is_on_no_list(
    proxied: Server, vendor: Vendor, forwarded: str
) -> None:
    """It is not taken for the proxy itself."""
    assert _ask(proxied, vendor, "127.0.0.1", forwarded).status_code == 401


@pytest.mark.parametrize("proto", ["https", "HTTPS", "http, https"])
def test_the_proxy_says_that_it_was_safe(proxied: Server, vendor: Vendor, proto: str) -> None:
    """Names of schemes have no letter case (RFC 3986, section 3.1)."""
    answer = _ask(proxied, vendor, "203.0.113.7", "203.0.113.7", proto)
    assert answer.status_code == 200
    assert "Strict-Transport-Security" in answer.headers
    page = proxied.client().get("/docs", headers={"X-Forwarded-Proto": proto})
    assert "Strict-Transport-Security" in page.headers


def test_networks_are_kept_as_they_are_compared(vendor: Vendor, proxied: Server) -> None:
    """IPv4 in the clothes of IPv6 is IPv4; what names an interface is refused."""
    body = {"name": "K", "scopes": ["licenses:read"]}
    made = vendor.api.make("/v1/api_keys", **body, allowed_ips=["::ffff:203.0.113.0/120"])
    refused = vendor.api.post("/v1/api_keys", json={**body, "allowed_ips": ["fe80::1%eth0"]})

    assert made["allowed_ips"] == ["203.0.113.0/24"]
    assert (refused.status_code, refused.json()["param"]) == (400, "allowed_ips/0")
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    assert proxied.client(made["secret"]).get("/v1/me", headers=headers).status_code == 200


def test_every_answer_has_a_request_id(proxied: Server) -> None:
    """Pages, probes and documents too."""
    headers = {"X-Forwarded-Proto": "https"}
    for path in ("/", "/docs", "/v1/openapi.json", "/healthz", "/readyz", "/nothing", "/docs/no"):
        answer = proxied.client().get(path, headers=headers)
        assert answer.headers["Request-Id"].startswith("req_"), path


def test_the_log_has_the_address_of_the_client(proxied: Server, vendor: Vendor) -> None:
    """So that a vendor sees where a key was used."""
    headers = {"X-Forwarded-For": "203.0.113.7:99", "X-Forwarded-Proto": "https"}
    request_id = vendor.api.get("/v1/me", headers=headers).headers["Request-Id"]
    path = f"/v1/request_logs/{request_id}"
    line = eventually(lambda: vendor.api.get(path), lambda found: found.status_code == 200).json()
    assert line["ip"] == "203.0.113.7"
