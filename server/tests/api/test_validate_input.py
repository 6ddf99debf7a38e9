"""licenses.validate: what may be presented, and what is told about everything else."""

from typing import Any

import pytest
from harness.cast import Vendor
from harness.server import Server

PATH = "/v1/licenses/validate"
LONG = "x" * 513

# What is wrong → body, pointer, code of the error.
BODIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "no key": ({}, "/key", "required"),
    "null key": ({"key": None}, "/key", "required"),
    "empty key": ({"key": ""}, "/key", "invalid_value"),
    "long key": ({"key": LONG}, "/key", "invalid_value"),
    "number as key": ({"key": 7}, "/key", "invalid_value"),
    "list as key": ({"key": ["a"]}, "/key", "invalid_value"),
    "unknown field": ({"key": "k", "colour": "red"}, "/colour", "unknown_field"),
    "empty product": ({"key": "k", "product": ""}, "/product", "invalid_value"),
    "long policy": ({"key": "k", "policy": LONG}, "/policy", "invalid_value"),
    "object as policy": ({"key": "k", "policy": {}}, "/policy", "invalid_value"),
    "no entitlements": ({"key": "k", "entitlements": []}, "/entitlements", "invalid_value"),
    "text as list": ({"key": "k", "entitlements": "a"}, "/entitlements", "invalid_value"),
    "empty entitlement": ({"key": "k", "entitlements": [""]}, "/entitlements/0", "invalid_value"),
    "second is a number": (
        {"key": "k", "entitlements": ["a", 7]}, "/entitlements/1", "invalid_value",
    ),
    "101 entitlements": ({"key": "k", "entitlements": ["a"] * 101}, "/entitlements", "invalid_value"),
    "empty nonce": ({"key": "k", "nonce": ""}, "/nonce", "invalid_value"),
    "text as flag": ({"key": "k", "dry_run": "yes"}, "/dry_run", "invalid_value"),
    "number as flag": ({"key": "k", "dry_run": 1}, "/dry_run", "invalid_value"),
}  # fmt: skip


@pytest.mark.parametrize("flaw", BODIES)
def test_a_flaw_of_the_body_is_named_by_its_pointer(acme: Vendor, flaw: str) -> None:
    body, pointer, code = BODIES[flaw]

    response = acme.api.post(PATH, json=body)

    problem = response.json()
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert problem["code"] == ("unknown_field" if code == "unknown_field" else "invalid_request")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]
    assert problem["errors"][0]["message"] == problem["detail"]
    assert problem["param"] == pointer.lstrip("/")


QUERIES: dict[str, tuple[str, str, str]] = {
    "no key": ("", "/key", "required"),
    "empty key": ("key=", "/key", "invalid_value"),
    "long key": (f"key={LONG}", "/key", "invalid_value"),
    "key twice": ("key=a&key=b", "/key", "duplicate"),
    "product twice": ("key=a&product=b&product=b", "/product", "duplicate"),
    "unknown": ("key=a&colour=red", "/colour", "unknown_field"),
    "empty product": ("key=a&product=", "/product", "invalid_value"),
    "empty entitlement": ("key=a&entitlements[]=", "/entitlements[]", "invalid_value"),
    "not a list": ("key=a&entitlements=export", "/entitlements", "unknown_field"),
    "word as flag": ("key=a&dry_run=perhaps", "/dry_run", "invalid_value"),
}


@pytest.mark.parametrize("flaw", QUERIES)
def test_a_flaw_of_the_query_is_named_by_its_pointer(acme: Vendor, flaw: str) -> None:
    query, pointer, code = QUERIES[flaw]

    response = acme.api.get(f"{PATH}?{query}")

    problem = response.json()
    assert response.status_code == 400
    assert problem["code"] == ("unknown_field" if code == "unknown_field" else "invalid_request")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]
    assert problem["param"] == pointer.lstrip("/")


def test_by_id_the_path_names_the_license_and_the_body_may_not(acme: Vendor) -> None:
    path = f"/v1/licenses/{acme.license['id']}/validate"

    both = acme.api.post(path, json={"key": acme.key})
    wrong = acme.api.post(path, json={"entitlements": {"a": 1}})
    empty = acme.api.post(path)

    assert (both.status_code, both.json()["code"]) == (400, "unknown_field")
    assert both.json()["errors"][0]["pointer"] == "/key"
    assert (wrong.status_code, wrong.json()["param"]) == (400, "entitlements")
    assert (empty.status_code, empty.json()["code"]) == (200, "VALID")


def test_the_caller_is_known_before_a_flaw_is_told(acme: Vendor, server: Server) -> None:
    """Whoever may not ask does not learn what a right question would look like."""
    made = acme.api.make("/v1/api_keys", name="R", scopes=["licenses:read"])

    stranger = server.client().post(PATH, json={"colour": "red"})
    narrow = server.client(made["secret"]).post(PATH, json={"colour": "red"})

    assert (stranger.status_code, stranger.json()["code"]) == (401, "authentication_required")
    assert (narrow.status_code, narrow.json()["code"]) == (403, "insufficient_scope")


def test_a_method_that_is_not_there_is_405_with_those_that_are(acme: Vendor) -> None:
    response = acme.api.put(PATH, json={"key": acme.key})
    by_id = acme.api.get(f"/v1/licenses/{acme.license['id']}/validate")

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, HEAD, POST"
    assert (by_id.status_code, by_id.headers["Allow"]) == (405, "POST")


def test_a_flawed_question_leaves_no_last_used_time(acme: Vendor) -> None:
    for body in ({"key": acme.key, "colour": "red"}, {"key": acme.key, "dry_run": "yes"}):
        assert acme.api.post(PATH, json=body).status_code == 400

    shown = acme.api.get(f"/v1/licenses/{acme.license['id']}").json()

    assert shown["last_validated_at"] is None
    assert shown["version"] == acme.license["version"]
