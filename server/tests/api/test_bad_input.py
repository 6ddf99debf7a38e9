"""Bad input: each kind has its own clear problem document, and changes nothing."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

JSON = {"Content-Type": "application/json"}
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id"}
MEBIBYTE = 1 << 20


def _value(text: bytes) -> tuple[bytes, bytes]:
    """A body that is right but for one value deep inside it."""
    return b"{", b',"metadata":{"a":' + text + b"}}"


# What is wrong → what stands before and after right members, code, words of the detail.
DOCUMENTS: dict[str, tuple[tuple[bytes, bytes], str, str]] = {
    "cut off": ((b"{", b""), "invalid_json", "line 1"),
    "open text": (_value(b'"x'), "invalid_json", "line 1"),
    "comma at the end": ((b"{", b",}"), "invalid_json", "line 1"),
    "comment": ((b"{/* x */", b"}"), "invalid_json", "line 1"),
    "single quotes": (_value(b"'x'"), "invalid_json", "line 1"),
    "more after it": ((b"{", b"} x"), "invalid_json", "line 1"),
    "two documents": ((b"{", b"}{}"), "invalid_json", "line 1"),
    "byte order mark": ((b"\xef\xbb\xbf{", b"}"), "invalid_json", "byte order mark"),
    "not UTF-8": (_value(b'"\xff"'), "invalid_json", "not UTF-8"),
    "overlong UTF-8": (_value(b'"\xc0\xaf"'), "invalid_json", "not UTF-8"),
    "surrogate in UTF-8": (_value(b'"\xed\xa0\x80"'), "invalid_json", "not UTF-8"),
    "UTF-16": ((b"\xff\xfe{\x00", b"}\x00"), "invalid_json", "not UTF-8"),
    "raw NUL": (_value(b'"\x00"'), "invalid_json", "line 1"),
    "escaped NUL": (_value(b'"\\u0000"'), "invalid_json", "NUL"),
    "NUL in a name": ((b"{", b',"metadata":{"a\\u0000":"x"}}'), "invalid_json", "NUL"),
    "NUL in a list": (_value(b'["x", {"y": "\\u0000"}]'), "invalid_json", "NUL"),
    "lone high surrogate": (_value(b'"\\ud83d"'), "invalid_json", "surrogate"),
    "lone low surrogate": (_value(b'"\\ude00x"'), "invalid_json", "surrogate"),
    "surrogate in a name": ((b"{", b',"\\ud83d":1}'), "invalid_json", "surrogate"),
    "NaN": (_value(b"NaN"), "invalid_json", "NaN"),
    "Infinity": (_value(b"-Infinity"), "invalid_json", "Infinity"),
    "5,000 digits": (_value(b"9" * 5000), "invalid_json", "outside 64 bits"),
    "20,000 lists": (_value(b"[" * 20_000 + b"]" * 20_000), "invalid_json", "too deeply"),
    "7,000 objects": (
        _value(b'{"a":' * 7_000 + b"1" + b"}" * 7_000), "invalid_json", "too deeply",
    ),
    "twice": ((b"{", b',"metadata":{},"metadata":{}}'), "duplicate_member", '"metadata"'),
    "twice, once escaped": (
        (b"{", b',"metadata":{},"m\\u0065tadata":{}}'), "duplicate_member", '"metadata"',
    ),
    "twice, deep inside": (_value(b'"1","a":"2"'), "duplicate_member", '"a"'),
    "twice in a list": (_value(b'[{"b":1,"b":1}]'), "duplicate_member", '"b"'),
}  # fmt: skip


@pytest.fixture
def limited(server: Server) -> Vendor:
    """Acme on a plan that counts each request, so that an uncounted refusal shows."""
    return make_vendor(server, plan="developer")


def _state(vendor: Vendor) -> list[Any]:
    """All that the vendor has, and what its plan has been charged."""
    api = vendor.api
    charged = api.get("/v1/account/usage").json()["requests"]["used"]
    lists = [
        api.get(f"/v1/{name}").json()["data"]
        for name in ("products", "policies", "licenses", "customers")
    ]
    # Each list is a request of its own, counted after this one was read.
    read_since = api.get("/v1/account/usage").json()["requests"]["used"] - charged
    return [charged, lists, read_since]


def _assert_unchanged(vendor: Vendor, before: list[Any]) -> None:
    charged, lists, read_since = before
    after = _state(vendor)
    assert after[1] == lists
    assert after[0] == charged + read_since


def _problem(response: httpx.Response) -> dict[str, Any]:
    """The problem document of a refusal, in the one form that all have."""
    body: dict[str, Any] = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert body.keys() - {"param", "errors"} == MEMBERS
    assert body["status"] == response.status_code
    assert body["type"].endswith(f"/docs/errors/{body['code']}")
    assert body["request_id"] == response.headers["Request-Id"]
    assert body["instance"] == f"/v1/request_logs/{body['request_id']}"
    assert "Traceback" not in response.text
    return body


def _targets(vendor: Vendor) -> list[tuple[str, str, bytes]]:
    """A creation, a change and a validation, with members that are right."""
    license_path = f"/v1/licenses/{vendor.license['id']}"
    return [
        ("POST", "/v1/products", b'"name":"New","code":"new"'),
        ("PATCH", license_path, b'"name":"Changed"'),
        ("POST", f"{license_path}/suspend", b'"reason":"x"'),
        ("POST", "/v1/licenses/validate", f'"key":"{vendor.key}"'.encode()),
    ]


@pytest.mark.parametrize("flaw", DOCUMENTS)
def test_what_is_not_a_json_document_is_told_so_and_changes_nothing(
    limited: Vendor, flaw: str
) -> None:
    (opening, closing), code, words = DOCUMENTS[flaw]
    before = _state(limited)

    for method, path, members in _targets(limited):
        content = opening + members + closing
        response = limited.api.request(method, path, content=content, headers=JSON)
        problem = _problem(response)
        assert (response.status_code, problem["code"]) == (400, code), path
        assert words in problem["detail"]

    _assert_unchanged(limited, before)


def test_the_same_members_without_a_flaw_are_taken(limited: Vendor) -> None:
    """Else the tests above would pass with anything in them."""
    answers = [
        limited.api.request(method, path, content=b"{" + members + b"}", headers=JSON)
        for method, path, members in _targets(limited)
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 200, 200]


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"[]", "a list"), (b'"x"', "a text"), (b"7", "a whole number"), (b"null", "null")],
)
def test_a_document_that_is_no_object_is_told_so(limited: Vendor, body: bytes, kind: str) -> None:
    before = _state(limited)

    for method, path, _ in _targets(limited):
        problem = _problem(limited.api.request(method, path, content=body, headers=JSON))
        assert (problem["status"], problem["code"]) == (400, "invalid_request"), path
        assert problem["errors"][0]["pointer"] == ""
        assert problem["detail"] == f"The body must be an object, not {kind}."

    _assert_unchanged(limited, before)


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/jsonx",
        "application/problem+json",
        "text/json",
        "*/*",
    ],
)
def test_a_body_of_another_type_is_415(limited: Vendor, kind: str | None) -> None:
    before = _state(limited)
    headers = {} if kind is None else {"Content-Type": kind}

    for method, path, members in _targets(limited):
        content = b"{" + members + b"}"
        problem = _problem(limited.api.request(method, path, content=content, headers=headers))
        assert (problem["status"], problem["code"]) == (415, "unsupported_media_type"), path

    _assert_unchanged(limited, before)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_by_any_of_its_spellings_is_taken(limited: Vendor, kind: str) -> None:
    content = b'{"name":"New","code":"new"}'

    made = limited.api.post("/v1/products", content=content, headers={"Content-Type": kind})

    assert (made.status_code, made.json()["code"]) == (201, "new")


@pytest.mark.parametrize("way", ["with its length", "in pieces"])
def test_a_body_over_1_mib_is_413_to_the_byte(limited: Vendor, way: str) -> None:
    before = _state(limited)

    def send(method: str, path: str, content: bytes) -> httpx.Response:
        def pieces() -> Iterator[bytes]:
            for start in range(0, len(content), 65_536):
                yield content[start : start + 65_536]

        whole = content if way == "with its length" else pieces()
        return limited.api.request(method, path, content=whole, headers=JSON)

    for method, path, members in _targets(limited):
        rest = b"{" + members + b',"metadata":7}'
        fitting = send(method, path, b" " * (MEBIBYTE - len(rest)) + rest)
        problem = _problem(send(method, path, b" " * (MEBIBYTE - len(rest) + 1) + rest))
        assert fitting.status_code == 400, path
        assert (problem["status"], problem["code"]) == (413, "body_too_large"), path

    _assert_unchanged(limited, before)


# Route, body, pointers with their codes; every flaw of meaning is told at once.
FIELDS: dict[str, tuple[str, dict[str, Any], list[tuple[str, str]]]] = {
    "missing": ("products", {"code": "new"}, [("/name", "required")]),
    "unknown": ("products", {"name": "N", "code": "new", "colour": 1}, [("/colour", "unknown_field")]),
    "mass assignment": (
        "products", {"name": "N", "code": "new", "account_id": "acct_x"},
        [("/account_id", "unknown_field")],
    ),
    "number as text": ("products", {"name": 7, "code": "new"}, [("/name", "invalid_value")]),
    "null as text": ("products", {"name": None, "code": "new"}, [("/name", "invalid_value")]),
    "too long": ("products", {"name": "x" * 201, "code": "new"}, [("/name", "invalid_value")]),
    "empty": ("products", {"name": "", "code": "new"}, [("/name", "invalid_value")]),
    "control character": ("products", {"name": "a\nb", "code": "new"}, [("/name", "invalid_value")]),
    "not a code": ("products", {"name": "N", "code": "a b"}, [("/code", "invalid_value")]),
    "in a list": (
        "products", {"name": "N", "code": "new", "platforms": ["linux", 3]},
        [("/platforms/1", "invalid_value")],
    ),
    "65 entries": (
        "products", {"name": "N", "code": "new", "metadata": {f"k{n}": "x" for n in range(65)}},
        [("/metadata", "invalid_value")],
    ),
    "in an object": (
        "policies", {"name": "N", "offline": {"allowed": "yes"}}, [("/offline/allowed", "invalid_value")],
    ),
    "unknown in an object": (
        "policies", {"name": "N", "offline": {"colour": 1}}, [("/offline/colour", "unknown_field")],
    ),
    "not of the choice": ("policies", {"name": "N", "leasing": "per_moon"}, [("/leasing", "invalid_value")]),
    "zero duration": ("policies", {"name": "N", "duration": "P0D"}, [("/duration", "invalid_value")]),
    "over a century": ("policies", {"name": "N", "duration": "P101Y"}, [("/duration", "invalid_value")]),
    "several": (
        "policies", {"name": "N", "duration": "P0D", "grace_period": "P101Y", "max_leases": 3},
        [("/duration", "invalid_value"), ("/grace_period", "invalid_value"), ("/max_leases", "conflict")],
    ),
    "before 1970": ("licenses", {"expires_at": "1969-12-31T23:59:59Z"}, [("/expires_at", "invalid_value")]),
    "after 9999": (
        "licenses", {"expires_at": "9999-12-31T23:59:59-01:00"}, [("/expires_at", "invalid_value")],
    ),
    "no such day": ("licenses", {"starts_at": "2030-02-30T00:00:00Z"}, [("/starts_at", "invalid_value")]),
    "not a time": ("licenses", {"starts_at": "tomorrow"}, [("/starts_at", "invalid_value")]),
    "ends before it starts": (
        "licenses", {"starts_at": "2031-01-01T00:00:00Z", "expires_at": "2030-01-01T00:00:00Z"},
        [("/expires_at", "invalid_value")],
    ),
    "not an email": ("customers", {"email": "nobody"}, [("/email", "invalid_value")]),
}  # fmt: skip


@pytest.mark.parametrize("flaw", FIELDS)
def test_a_wrong_field_is_named_by_its_pointer_and_nothing_is_made(
    limited: Vendor, flaw: str
) -> None:
    noun, fields, pointers = FIELDS[flaw]
    parents = {
        "policies": {"product_id": limited.product["id"]},
        "licenses": {"policy_id": limited.policy["id"]},
    }
    before = _state(limited)

    problem = _problem(limited.api.post(f"/v1/{noun}", json={**parents.get(noun, {}), **fields}))

    assert problem["status"] == 400
    found = [(error["pointer"], error["code"]) for error in problem["errors"]]
    assert found == pointers
    is_unknown = pointers[0][1] == "unknown_field"
    assert problem["code"] == ("unknown_field" if is_unknown else "invalid_request")
    assert problem["param"] == pointers[0][0].lstrip("/")
    assert problem["detail"] == problem["errors"][0]["message"]
    assert _state(limited)[1] == before[1]


def _send_limit(vendor: Vendor, number: str) -> dict[str, Any]:
    members = f'"name":"N","product_id":"{vendor.product["id"]}","max_activations":{number}'
    return _problem(
        vendor.api.post("/v1/policies", content=f"{{{members}}}".encode(), headers=JSON)
    )


@pytest.mark.parametrize(
    "number",
    ["9223372036854775807", "9007199254740992", "0", "-1", "1.0", "1.5", "1e2", "true", '"1"', "[1]"],
)  # fmt: skip
def test_a_number_that_cannot_be_counted_is_named(limited: Vendor, number: str) -> None:
    before = _state(limited)

    problem = _send_limit(limited, number)

    assert (problem["status"], problem["code"]) == (400, "invalid_request")
    assert [error["pointer"] for error in problem["errors"]] == ["/max_activations"]
    _assert_unchanged(limited, before)


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "9223372036854775808", "-9223372036854775809", "9" * 400]
)
def test_a_number_outside_64_bits_changes_nothing(limited: Vendor, number: str) -> None:
    before = _state(limited)

    problem = _send_limit(limited, number)

    assert problem["status"] == 400
    assert problem["code"] in {"invalid_request", "invalid_json"}
    _assert_unchanged(limited, before)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("q=%ff", "not UTF-8"),
        ("q=%ED%A0%80", "not UTF-8"),
        ("q=%00", "NUL"),
        ("metadata[a%00]=1", "NUL"),
        ("&".join(f"metadata[k{n}]=1" for n in range(101)), "too many"),
    ],
)
def test_a_query_that_cannot_be_read_is_told_so(acme: Vendor, query: str, words: str) -> None:
    for path in ("/v1/licenses", "/v1/licenses/validate"):
        problem = _problem(acme.api.get(f"{path}?{query}"))
        assert (problem["status"], problem["code"]) == (400, "invalid_request")
        assert words in problem["detail"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("limit=-1", "/limit"),
        ("limit=", "/limit"),
        ("limit=null", "/limit"),
        ("limit=99999999999999999999", "/limit"),
        ("colour=red", "/colour"),
        ("status=asleep", "/status"),
        ("expand[]=customer.licenses.customer.licenses.policy", "/expand[]"),
        ("starting_after=x", "/starting_after"),
        ("limit=1&limit=1", "/limit"),
    ],
)
def test_a_wrong_parameter_is_named(acme: Vendor, query: str, pointer: str) -> None:
    problem = _problem(acme.api.get(f"/v1/licenses?{query}"))

    assert problem["status"] == 400
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


# What is sent → the sentence that says what to do about it.
SENTENCES: dict[str, tuple[str, str]] = {
    "status=asleep": (
        "/status",
        (
            "`status` must be one of active, banned, expired, expiring, grace, inactive, pending, "
            "revoked, suspended: 'asleep' is none of them."
        ),
    ),
    "expand[]=x": (
        "/expand[]",
        "Item 0 of `expand[]` must be one of customer, policy, product: 'x' is none of them.",
    ),
    "created_at[foo]=2026-01-01T00:00:00Z": (
        "/created_at",
        "A name in `created_at` must be one of gt, gte, lt, lte: 'foo' is none of them.",
    ),
    "created_at[gt]=2026-01-01": (
        "/created_at", "A value in `created_at` must be a time like 2026-11-24T09:30:00Z (RFC 3339).",
    ),
    "limit=abc": ("/limit", "`limit` must be a whole number, not a text."),
    "limit=0": ("/limit", "`limit` must be at least 1."),
    "q=": ("/q", "`q` must have at least 1 character."),
    "metadata[k=1": ("/metadata[k", "`metadata[k` is not a parameter of this operation."),
}  # fmt: skip


@pytest.mark.parametrize("query", SENTENCES)
def test_a_flaw_says_what_would_be_right(acme: Vendor, query: str) -> None:
    """In words, with the values there are: no type of a library and no pattern."""
    pointer, sentence = SENTENCES[query]
    problem = _problem(acme.api.get(f"/v1/licenses?{query}"))
    assert [(e["pointer"], e["message"]) for e in problem["errors"]] == [(pointer, sentence)]


LINES: dict[str, tuple[str, dict[str, Any]]] = {
    "/name": ("/v1/products", {"name": "N\n", "code": "n"}),
    "/code": ("/v1/products", {"name": "N", "code": "n\n"}),
    "/url": ("/v1/products", {"name": "N", "code": "n", "url": "https://a.example\n"}),
    "/metadata": ("/v1/products", {"name": "N", "code": "n", "metadata": {"a\n": "b"}}),
    "/email": ("/v1/customers", {"email": "dora@example.com\n"}),
    "/starts_at": ("/v1/licenses", {"policy_id": "pol_x", "starts_at": "2026-11-24T09:30:00Z\n"}),
}


@pytest.mark.parametrize("pointer", LINES)
def test_a_line_break_at_the_end_is_part_of_the_value(acme: Vendor, pointer: str) -> None:
    """`$` of a pattern means the very end: no code, address or name has a second line."""
    path, body = LINES[pointer]
    problem = _problem(acme.api.post(path, json=body))
    assert problem["errors"][0]["pointer"] == pointer
    assert "regex" not in problem["detail"]


BODIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "value of a map": (
        {"metadata": {"a": 1}},
        "/metadata", "A value in `metadata` must be a text, not a whole number.",
    ),
    "number or word": (
        {"max_activations": "x"},
        "/max_activations",
        "`max_activations` must be a whole number or one of unlimited: 'x' is none of them.",
    ),
    "item of a list": (
        {"entitlements": [{"code": "a"}, {"code": 7}]},
        "/entitlements/1/code", "`code` must be a text, not a whole number.",
    ),
    "upside down": (
        {"name": "a\u202eb"},
        "/name", "`name` must be one line that shows something, without control characters.",
    ),
    "nothing to see": (
        {"name": " "},
        "/name", "`name` must be one line that shows something, without control characters.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_a_flaw_of_a_body_says_what_would_be_right(acme: Vendor, name: str) -> None:
    """The same in bodies, deep inside them too."""
    fields, pointer, sentence = BODIES[name]
    body = {"policy_id": acme.policy["id"], **fields}
    problem = _problem(acme.api.post("/v1/licenses", json=body))
    assert [(e["pointer"], e["message"]) for e in problem["errors"]] == [(pointer, sentence)]


def test_a_member_that_stands_twice_is_pointed_at(acme: Vendor) -> None:
    """Which of a thousand items it is in."""
    content = b'{"items":[{"policy_id":"a"},{"policy_id":"a","metadata":{"b":"1","b":"2"}}]}'
    problem = _problem(acme.api.post("/v1/licenses/batch", content=content, headers=JSON))
    assert problem["code"] == "duplicate_member"
    assert problem["errors"][0]["pointer"] == "/items/1/metadata/b"


def test_an_unknown_field_is_not_echoed_at_length(acme: Vendor) -> None:
    """A megabyte of a name does not come back three times."""
    answer = acme.api.post("/v1/products", json={"x" * 900_000: 1})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")
    assert len(answer.content) < 2_000


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("Idempotency-Key", "", "invalid_request"),
        ("Idempotency-Key", "x" * 256, "invalid_request"),
        ("Idempotency-Key", "schl\xfcssel", "invalid_request"),
        ("LicenseAPI-Version", "1999-01-01", "unsupported_version"),
        ("LicenseAPI-Version", "", "unsupported_version"),
    ],
)
def test_a_wrong_header_is_told_and_changes_nothing(
    limited: Vendor, header: str, value: str, code: str
) -> None:
    before = _state(limited)
    headers = {header: value.encode("latin-1")}

    response = limited.api.post("/v1/products", json={"name": "N", "code": "n"}, headers=headers)

    problem = _problem(response)
    assert (problem["status"], problem["code"]) == (400, code)
    _assert_unchanged(limited, before)


@pytest.mark.parametrize("value", ["x", '"x"', '"-1"', "9" * 30, ""])
def test_a_wrong_if_match_is_told_and_changes_nothing(limited: Vendor, value: str) -> None:
    before = _state(limited)
    path = f"/v1/products/{limited.product['id']}"

    response = limited.api.patch(path, json={"name": "Changed"}, headers={"If-Match": value})

    problem = _problem(response)
    assert (problem["status"], problem["errors"][0]["pointer"]) == (400, "/If-Match")
    _assert_unchanged(limited, before)
