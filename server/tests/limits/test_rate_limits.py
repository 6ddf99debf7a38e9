"""Token buckets: how many pass at once, and what the others are told.

The plans of these servers refill a token in a thousand seconds, so that counts are exact
however slow the machine is.
"""

import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.crowd import crowd
from harness.server import Server

VALIDATE = "/v1/licenses/validate"
BURST, RATE = 12, 0.001
PLANS = [
    {"name": "developer", "max_licenses": 100, "max_requests_per_month": 1000},
    {"name": "team", "rate_per_second": RATE, "rate_burst": BURST},
    {"name": "unlimited"},
]
# What a publishable key may do for each license and each address (api/rate_limits.py).
CLIENT_BURST, CLIENT_RATE = 100, 20
SETUP_REQUESTS = 3


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def limited(
    request: pytest.FixtureRequest,
    make_server: Callable[..., Server],
    tmp_path_factory: pytest.TempPathFactory,
) -> Server:
    """One worker with a plan of twelve requests, behind a proxy that names its clients."""
    plans: Path = tmp_path_factory.mktemp("plans") / "plans.json"
    plans.write_text(json.dumps(PLANS))
    return make_server(
        request.param,
        LICENSEAPI_PLANS_FILE=str(plans),
        LICENSEAPI_TRUSTED_PROXIES="127.0.0.1",
    )


def _from(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}


def _until_limited(ask: Callable[[int], httpx.Response]) -> Iterator[httpx.Response]:
    """The answers up to and including the first 429."""
    for number in range(5_000):
        response = ask(number)
        yield response
        if response.status_code == 429:
            return


def _most(seconds: float) -> int:
    """How many a client bucket can have let through in this time."""
    return CLIENT_BURST + math.ceil(seconds * CLIENT_RATE)


def test_exactly_the_burst_passes_and_the_headers_count_down(limited: Server) -> None:
    acme = make_vendor(limited, plan="team")

    answers = list(_until_limited(lambda _: acme.api.get("/v1/products")))

    *passed, refused = answers
    assert [answer.status_code for answer in passed] == [200] * (BURST - SETUP_REQUESTS)
    window = math.ceil(BURST / RATE)
    for number, answer in enumerate(passed, start=SETUP_REQUESTS + 1):
        left = BURST - number
        assert answer.headers["RateLimit-Policy"] == f'"account";q={BURST};w={window}'
        name, remaining, refill = answer.headers["RateLimit"].split(";")
        assert (name, remaining) == ('"account"', f"r={left}")
        assert 0 < int(refill.removeprefix("t=")) <= window
        assert "Retry-After" not in answer.headers
    problem = refused.json()
    assert (problem["code"], problem["status"]) == ("rate_limited", 429)
    assert refused.headers["Content-Type"] == "application/problem+json"
    wait = int(refused.headers["Retry-After"])
    assert 0 < wait <= 1 / RATE
    assert refused.headers["RateLimit"] == f'"account";r=0;t={wait}'
    assert refused.headers["RateLimit-Policy"] == f'"account";q={BURST};w={window}'


def test_a_crowd_gets_exactly_the_burst_together(limited: Server) -> None:
    acme = make_vendor(limited, plan="team")

    def validate_twice(client: httpx.Client, _number: int) -> int:
        statuses = [client.post(VALIDATE, json={"key": acme.key}).status_code for _ in range(2)]
        return statuses.count(200)

    passed = crowd(limited, acme.account.live["secret_key"], 20, validate_twice)

    assert sum(passed) == BURST - SETUP_REQUESTS


def test_all_keys_of_an_account_share_its_limit_and_others_do_not(limited: Server) -> None:
    acme, globex = make_vendor(limited, plan="team"), make_vendor(limited, "Globex", plan="team")
    second = acme.api.make("/v1/api_keys", name="S", scopes=["products:read"])["secret"]
    list(_until_limited(lambda _: acme.api.get("/v1/products")))

    assert limited.client(second).get("/v1/products").json()["code"] == "rate_limited"
    assert globex.api.get("/v1/products").status_code == 200
    # Test mode has limits of its own, so that a test suite never slows customers down.
    assert acme.account.client("test").get("/v1/products").status_code == 200


def test_a_plan_without_a_rate_has_no_limit_and_no_headers(limited: Server) -> None:
    acme = make_vendor(limited, plan="unlimited")

    answers = [acme.api.get("/v1/products") for _ in range(BURST * 2)]

    assert Counter(answer.status_code for answer in answers) == {200: BURST * 2}
    assert "RateLimit" not in answers[-1].headers
    assert "RateLimit-Policy" not in answers[-1].headers


def test_what_is_refused_before_the_limit_takes_nothing_of_it(limited: Server) -> None:
    """The order of 4-http-api: match, authenticate, scope, and only then the rate limit."""
    acme = make_vendor(limited, plan="team")
    narrow = limited.client(
        acme.api.make("/v1/api_keys", name="N", scopes=["products:read"])["secret"]
    )
    refused = [
        *(limited.client().get("/v1/products") for _ in range(BURST)),
        *(narrow.get("/v1/licenses") for _ in range(BURST)),
        *(acme.api.get("/v1/nowhere") for _ in range(BURST)),
        *(acme.api.put("/v1/products") for _ in range(BURST)),
    ]
    assert Counter(answer.status_code for answer in refused) == dict.fromkeys(
        (401, 403, 404, 405), BURST
    )

    left = [acme.api.get("/v1/products") for _ in range(BURST - SETUP_REQUESTS)]

    # One of the burst made the narrow key.
    assert [answer.status_code for answer in left] == [200] * (len(left) - 1) + [429]


def test_what_is_refused_after_the_limit_has_taken_of_it(limited: Server) -> None:
    acme = make_vendor(limited, plan="team")

    flawed = list(_until_limited(lambda _: acme.api.post(VALIDATE, json={"colour": "red"})))

    assert [answer.status_code for answer in flawed] == [400] * (BURST - SETUP_REQUESTS) + [429]


def test_one_license_cannot_use_up_the_month_from_a_thousand_addresses(limited: Server) -> None:
    acme = make_vendor(limited, plan="developer")
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])
    app = limited.client(acme.account.live["publishable_key"])

    def validate(number: int, key: str = acme.key) -> httpx.Response:
        address = _from(f"203.0.{number // 250}.{number % 250}")
        return app.post(VALIDATE, json={"key": key, "product": "paint"}, headers=address)

    began = time.monotonic()
    *passed, refused = _until_limited(validate)
    most = _most(time.monotonic() - began)

    assert {answer.json()["code"] for answer in passed} == {"VALID"}
    assert CLIENT_BURST <= len(passed) <= most
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) >= 1
    assert validate(60_000, other["key"]).json()["code"] == "VALID"
    # The vendor's own server goes on, and what was refused has cost it nothing.
    assert acme.api.post(VALIDATE, json={"key": acme.key}).json()["code"] == "VALID"
    used = acme.api.get("/v1/account/usage").json()["requests"]["used"]
    assert used == SETUP_REQUESTS + 1 + len(passed) + 2


@pytest.mark.parametrize(
    ("addresses", "elsewhere"),
    [
        (["198.51.100.7"], "198.51.100.251"),
        (["2001:db8:1:1::{0:x}", "2001:db8:1:1:{0:x}::"], "2001:db8:1:2::1"),
    ],
    ids=["an IPv4 address", "an IPv6 network"],
)
def test_one_address_cannot_try_keys_faster_than_its_limit(
    limited: Server, addresses: list[str], elsewhere: str
) -> None:
    """Whoever owns an IPv6 /64 does not get a fresh bucket with each of its addresses."""
    acme = make_vendor(limited, plan="developer")
    app = limited.client(acme.account.live["publishable_key"])

    def guess(number: int) -> httpx.Response:
        address = addresses[number % len(addresses)].format(number + 1)
        body = {"key": f"no such key {number}", "product": "paint"}
        return app.post(VALIDATE, json=body, headers=_from(address))

    began = time.monotonic()
    *passed, refused = _until_limited(guess)
    most = _most(time.monotonic() - began)

    assert {answer.json()["code"] for answer in passed} == {"NOT_FOUND"}
    assert CLIENT_BURST <= len(passed) <= most
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    body = {"key": acme.key, "product": "paint"}
    other = app.post(VALIDATE, json=body, headers=_from(elsewhere))
    assert other.json()["code"] == "VALID"
    # Guesses and refusals are not counted: only the answer about a license is.
    used = acme.api.get("/v1/account/usage").json()["requests"]["used"]
    assert used == SETUP_REQUESTS + 1


def test_a_server_key_has_no_limit_by_license_or_address(limited: Server) -> None:
    acme = make_vendor(limited, plan="unlimited")

    def validate(client: httpx.Client, _number: int) -> int:
        asked = [client.post(VALIDATE, json={"key": acme.key}).status_code for _ in range(20)]
        return asked.count(200)

    passed = crowd(limited, acme.account.live["secret_key"], 20, validate)

    assert passed == [20] * 20


def test_k17_failures_are_limited_by_address_and_network_and_never_a_valid_key(
    make_server: Callable[..., Server],
) -> None:
    """A forged first hop does not help: the address is the last one that no proxy of ours has."""
    server = make_server(
        "sqlite", LICENSEAPI_FAILED_AUTH_PER_MINUTE="3", LICENSEAPI_TRUSTED_PROXIES="127.0.0.1"
    )
    acme: Vendor = make_vendor(server)

    def fail(address: str) -> int:
        headers = {**_from(address), "Authorization": "Bearer nonsense"}
        return server.client().get("/v1/me", headers=headers).status_code

    forged = [fail(f"10.0.0.{number}, 203.0.113.7") for number in range(5)]
    network = [fail(f"2001:db8::{number + 1}") for number in range(5)]

    assert forged == [401] * 3 + [429] * 2
    assert network == [401] * 3 + [429] * 2
    assert fail("203.0.113.8") == 401
    assert acme.api.get("/v1/me", headers=_from("203.0.113.7")).status_code == 200
