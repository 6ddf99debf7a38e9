"""From bytes to Structs: what msgspec lets through, domain/strict_json has refused before."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from licenseapi_server.api.validation_errors import MAX_SHOWN, as_problem
from licenseapi_server.domain import strict_json
from licenseapi_server.domain.problems import FieldError, Problem, field_problem, fields_problem

MAX_QUERY_FIELDS = 100
LARGE_BODY = 64 * 1024
MAX_CONTAINERS = 100_000
MAX_POINTER = 500
NUMBER = re.compile(r"[+-]?\.?[0-9]")
INTEGER = re.compile(r"-?[0-9]+")


_decode_anything = msgspec.json.Decoder().decode
_QUOTES_OF_ONE = 4
_PLAIN_TYPES = frozenset({str, bool, type(None)})


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def parse_body(body: bytes, kind: Any) -> Any:
    """The body as `kind`. Raises Problem: invalid_json, duplicate_member, invalid_request."""
    if len(body) > LARGE_BODY:
        # Most of what is wrong with a large body shows in its first bytes.
        if body.count(b"{") + body.count(b"[") > MAX_CONTAINERS:
            message = f"The body has more than {MAX_CONTAINERS:,} objects and lists."
            raise Problem("invalid_request", message)
        _decode(body, kind)
    if not _is_plain(body):
        _check_strictly(body)
    return _decode(body, kind)


def parse_object(text: bytes) -> dict[str, Any]:
    """One JSON object of any members, checked as strictly as a body. Raises Problem."""
    if not _is_plain(text):
        _check_strictly(text)
    found: dict[str, Any] = _decode(text, dict[str, Any])
    return found


def _decode(body: bytes, kind: Any) -> Any:
    try:
        return _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        raise as_problem(str(error), kind) from error
    except RecursionError as error:
        raise Problem("invalid_json", f"The body {strict_json.TOO_DEEP}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if len(body) <= LARGE_BODY:
            # It says better what is wrong.
            _check_strictly(body)
        raise Problem("invalid_json", f"The body is not JSON: {error}.") from error


def _is_plain(body: bytes) -> bool:
    """Whether the body is one flat object of texts whose members are surely unique.

    Every member has a colon, so when there are no more colons than different members, no
    name stands twice and nothing is nested. A colon within a text only costs the long way.
    """
    if b"\\" in body:
        return False
    if body.count(b":") == 1 and body.count(b'"') == _QUOTES_OF_ONE:
        # One name and one text: there is nothing that the decoder could let through.
        return True
    try:
        value = _decode_anything(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return (
        type(value) is dict
        and len(value) == body.count(b":")
        and _PLAIN_TYPES.issuperset(map(type, value.values()))
    )


def _check_strictly(body: bytes) -> None:
    try:
        strict_json.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8: byte {error.start} cannot be read."
        raise Problem("invalid_json", message) from error
    except strict_json.DuplicateMemberError as error:
        message = f"The member {json.dumps(error.name[:MAX_SHOWN])} stands more than once."
        flaw = FieldError(error.pointer[:MAX_POINTER], "duplicate_member", message)
        param = flaw.pointer.lstrip("/")
        raise Problem("duplicate_member", message, param=param, errors=[flaw]) from error
    except strict_json.StrictJsonError as error:
        raise Problem("invalid_json", f"The body {error}.") from error


def read_query(query: bytes) -> list[tuple[str, str]]:
    """The pairs of a query string. Raises Problem on bad UTF-8, NUL or too many fields."""
    try:
        pairs = parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=False,
            errors="strict",
            max_num_fields=MAX_QUERY_FIELDS,
        )
    except UnicodeDecodeError as error:
        raise Problem("invalid_request", "The query string is not UTF-8.") from error
    except ValueError as error:
        raise Problem("invalid_request", "The query string has too many fields.") from error
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise Problem("invalid_request", "The query string has the character NUL.")
    return pairs


def parse_query(pairs: list[tuple[str, str]], kind: Any) -> Any:
    """The query as `kind`: each parameter once, lists as `name[]`, maps as `name[key]`.

    Raises Problem invalid_request naming the parameter.
    """
    if not pairs:
        return _empty_query(kind)
    fields = _query_fields(kind)
    values: dict[str, Any] = {}
    for name, value in pairs:
        outer, bracket, key = name.partition("[")
        if fields.get(name) == "word" and NUMBER.match(value) and not INTEGER.fullmatch(value):
            raise field_problem(f"/{name}", f"`{name}` must be a whole number in digits.")
        if bracket and fields.get(outer) == "map" and key.endswith("]"):
            entries = values.setdefault(outer, {})
            _put_once(entries, key[:-1], value, name)
        elif fields.get(name) == "list":
            values.setdefault(name, []).append(value)
        elif fields.get(name) == "text" or (fields.get(name) == "word" and value != "null"):
            _put_once(values, name, value, name)
        elif fields.get(name) == "word":
            # msgspec would read the word null as "not given".
            raise field_problem(f"/{name}", f"`{name}` cannot be null: leave it out.")
        else:
            message = f"`{name[:100]}` is not a parameter of this operation."
            raise fields_problem([FieldError(f"/{name[:100]}", "unknown_field", message)])
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise as_problem(str(error), kind) from error


def _put_once(values: dict[str, Any], key: str, value: str, name: str) -> None:
    if key in values:
        message = f"`{name[:100]}` stands more than once in the query."
        raise field_problem(f"/{name[:100]}", message, code="duplicate")
    values[key] = value


@cache
def _empty_query(kind: Any) -> Any:
    """No query has a required parameter, and all are read only: one instance serves."""
    return msgspec.convert({}, kind)


@cache
def _query_fields(kind: Any) -> Mapping[str, str]:
    shapes = {}
    for field in msgspec.structs.fields(kind):
        text = str(field.type)
        is_text = "'str'" in text or "[str" in text or text.startswith("str")
        shape = "map" if "dict[" in text else "list" if "list[" in text else "text"
        shape = "word" if shape == "text" and not is_text else shape
        shapes[field.encode_name] = shape
    return shapes
