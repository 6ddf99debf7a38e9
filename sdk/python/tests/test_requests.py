"""What a call sends: method, path, headers, query, body."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from conftest import API_KEY
from edge import Edge, answers

import licenseapi
from licenseapi.building import build_request
from licenseapi.error import APIError
from licenseapi.messages import Call, Request
from licenseapi.operations import OPERATIONS
from licenseapi.settings import Settings

SETTINGS = Settings("https://api.license-api.com", API_KEY)


def build(operation: str, /, *ids: str, **fields: Any) -> Request:
    """The request of a call with these ids and fields."""
    return build_request(Call(operation, dict, ids, fields), SETTINGS, lambda: "made")


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_a_key_is_sent_exactly_on_what_creates_or_changes(operation: Any) -> None:
    request = build(operation.name, *re.findall(r"\{\w+\}", operation.path))

    is_keyed = operation.method != "GET" and not operation.name.startswith(
        (
            "tokens.",
            "activations.",
            "leases.",
            "leaks.",
            "portal.",
            "imports.upload",
            "licenses.validate",
            "licenses.check_",
        )
    )
    assert ("idempotency-key" in request.headers) == is_keyed
    assert request.method == operation.method
    assert request.headers["authorization"] == f"Bearer {API_KEY}"


def test_a_request_says_who_and_which_version(edge: Edge, client: licenseapi.LicenseAPI) -> None:
    edge.will(answers({"object": "license", "id": "lic_1"}, 201))

    client.licenses.create(policy_id="pol_1", metadata={"team": "Ä"}, idempotency_key="order-7")

    asked = edge.asked[0]
    assert (asked.method, asked.path) == ("POST", "/v1/licenses")
    assert asked.body == {"policy_id": "pol_1", "metadata": {"team": "Ä"}}
    assert asked.headers["licenseapi-version"] == "2026-11-01"
    assert asked.headers["user-agent"].startswith(f"licenseapi-python/{licenseapi.__version__} ")
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["idempotency-key"] == "order-7"
    assert "timeout" not in asked.headers


def test_none_clears_on_a_change_and_is_left_out_elsewhere() -> None:
    assert build("customers.update", "cus_1", name=None).content == b'{"name":null}'
    assert build("customers.create", name=None, email="x@y.example").content == (
        b'{"email":"x@y.example"}'
    )
    assert build("customers.list", email=None).url.endswith("/v1/customers")


def test_query_takes_lists_maps_times_and_booleans() -> None:
    since = datetime(2026, 11, 24, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    url = build(
        "licenses.list",
        created_at={"gte": since, "lt": None},
        expand=["customer", "policy"],
        metadata={"team": "a b"},
        limit=5,
        trial=True,
    ).url

    assert url.partition("?")[2] == (
        "created_at%5Bgte%5D=2026-11-24T09%3A00%3A00Z&expand%5B%5D=customer"
        "&expand%5B%5D=policy&metadata%5Bteam%5D=a+b&limit=5&trial=true"
    )


def test_times_are_sent_in_utc_and_need_a_zone() -> None:
    instant = datetime(2026, 11, 24, 9, 31, 54, 5, tzinfo=timezone.utc)

    assert build("licenses.extend", "lic_1", until=instant).content == (
        b'{"until":"2026-11-24T09:31:54.000005Z"}'
    )
    with pytest.raises(ValueError, match="needs a zone"):
        build("licenses.extend", "lic_1", until=instant.replace(tzinfo=None))


def test_if_match_is_the_quoted_version() -> None:
    assert build("products.update", "prod_1", if_match=3).headers["if-match"] == '"3"'
    assert build("products.update", "prod_1", if_match=3).content == b"{}"


@pytest.mark.parametrize("absent", ["", ".", "..", None])
def test_an_empty_id_never_becomes_another_operation(absent: Any) -> None:
    with pytest.raises(ValueError, match="id must be the id of an object"):
        build("licenses.delete", absent)


def test_an_id_cannot_leave_its_place_in_the_path() -> None:
    assert build("licenses.get", "a/../b?c#d").url.endswith("/v1/licenses/a%2F..%2Fb%3Fc%23d")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), object()])
def test_what_is_not_json_is_refused_before_it_is_sent(bad: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        build("tokens.create", claims={"x": bad})


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), object(), {"a": 1}])
def test_what_a_query_cannot_say_is_refused_before_it_is_sent(bad: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        build("licenses.list", created_at={"gte": bad})


def test_an_option_that_would_be_lost_is_refused() -> None:
    for operation in (
        "licenses.validate",
        "activations.create",
        "tokens.create",
        "licenses.list",
        "me.get",
    ):
        with pytest.raises(TypeError, match=f"{operation} takes no idempotency_key"):
            build(operation, idempotency_key="k")
    for operation, ids in (
        ("licenses.create", []),
        ("licenses.get", ["lic_1"]),
        ("products.delete", ["prod_1"]),
    ):
        with pytest.raises(TypeError, match=f"{operation} takes no if_match"):
            build(operation, *ids, if_match=3)


@pytest.mark.parametrize("name", ["idempotency_key", "if_match"])
def test_an_option_cannot_smuggle_a_header(name: str) -> None:
    for bad in ("a\r\nx: y", "ä", ""):
        with pytest.raises(ValueError, match="printable"):
            build("licenses.renew", "lic_1", **{name: bad})
    with pytest.raises(TypeError, match=f"{name} must be a text"):
        build("licenses.renew", "lic_1", **{name: 3.5})


def test_without_an_api_key_only_public_operations_are_called(edge: Edge) -> None:
    client = licenseapi.LicenseAPI(api_base=edge.address)
    edge.will(answers({"keys": []}))

    with pytest.raises(APIError, match="LICENSEAPI_API_KEY"):
        client.me.retrieve()
    assert client.jwks.live("acct_1").keys == []
    client.close()

    assert [asked.path for asked in edge.asked] == ["/v1/accounts/acct_1/.well-known/jwks.json"]
    assert "authorization" not in edge.asked[0].headers
