"""From bytes to Structs, refusing at the door what JSON libraries let through.

msgspec alone keeps the last of duplicate members and accepts NUL; the standard decoder
with a hook sees every object, so each body passes through both.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from licenseapi_server.api.validation_errors import MAX_SHOWN, as_problem, escape
from licenseapi_server.domain.problems import FieldError, Problem, field_problem, fields_problem

MAX_QUERY_FIELDS = 100
MIN_INTEGER, MAX_INTEGER = -(1 << 63), (1 << 63) - 1
MAX_DIGITS = 20
MAX_DEPTH = 32
LARGE_BODY = 64 * 1024
MAX_CONTAINERS = 100_000
BYTE_ORDER_MARK = "\ufeff"
SURROGATE = re.compile("[\ud800-\udfff]")
NUMBER = re.compile(r"[+-]?\.?[0-9]")
INTEGER = re.compile(r"-?[0-9]+")


class _Twice(msgspec.Struct, frozen=True):
    """Stands for an object that names a member twice, until its place is known."""

    name: str


class _NumberError(ValueError):
    """A number that JSON allows and we cannot keep; the sentence is for the caller."""


def _unique_members(pairs: list[tuple[str, Any]]) -> "dict[str, Any] | _Twice":
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            return _Twice(name)
        members[name] = value
    return members


def _refuse_constant(text: str) -> None:
    message = f"{text} is not JSON"
    raise ValueError(message)


def _read_integer(text: str) -> int:
    number = int(text) if len(text) <= MAX_DIGITS else MAX_INTEGER + 1
    if not MIN_INTEGER <= number <= MAX_INTEGER:
        message = "The body has a number outside 64 bits."
        raise _NumberError(message)
    return number


def _read_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        message = "The body has a number that is too large."
        raise _NumberError(message)
    return number


_decode_anything = msgspec.json.Decoder().decode
_STRICT = json.JSONDecoder(
    object_pairs_hook=_unique_members,
    parse_constant=_refuse_constant,
    parse_int=_read_integer,
    parse_float=_read_float,
)
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


def _decode(body: bytes, kind: Any) -> Any:
    try:
        return _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        raise as_problem(str(error), kind) from error
    except RecursionError as error:
        raise _too_deep() from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem("invalid_json", f"The body is not JSON: {error}.") from error


def _too_deep() -> Problem:
    return Problem("invalid_json", f"The body is nested too deeply: {MAX_DEPTH} levels at most.")


def _is_plain(body: bytes) -> bool:
    """Whether the body is one flat object of texts whose members are surely unique.

    Every member has a colon, so when there are no more colons than different members, no
    name stands twice and nothing is nested. A colon within a text only costs the long way.
    """
    if b"\\" in body:
        return False
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
        text = body.decode("utf-8")
        if text.startswith(BYTE_ORDER_MARK):
            message = "The body begins with a byte order mark: send UTF-8 without one."
            raise Problem("invalid_json", message)
        value = _STRICT.decode(text)
    except _NumberError as error:
        raise Problem("invalid_json", f"{error}") from error
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8: byte {error.start} cannot be read."
        raise Problem("invalid_json", message) from error
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Problem("invalid_json", f"The body is not JSON: {error.msg} at {place}.") from error
    except ValueError as error:
        raise Problem("invalid_json", f"The body is not JSON: {error}.") from error
    _check_values(value)


def _check_values(value: Any) -> None:
    """Refuse what JSON allows and no database, terminal or recursion survives."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        for text in (item for item in level if isinstance(item, str)):
            _check_text(text)
        if any(isinstance(item, _Twice) for item in level):
            raise _duplicate_member(value)
        level = [part for item in level for part in _parts_of(item)]


def _parts_of(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return chain(value, value.values())
    return value if isinstance(value, list) else ()


def _duplicate_member(value: Any) -> Problem:
    """The problem at the first member that stands twice."""
    places = [("", value)]
    while not isinstance(places[0][1], _Twice):
        pointer, item = places.pop(0)
        parts: Iterable[tuple[Any, Any]] = item.items() if isinstance(item, dict) else ()
        if isinstance(item, list):
            parts = enumerate(item)
        places[:0] = [(f"{pointer}/{escape(str(step))}", part) for step, part in parts]
    pointer, twice = places[0]
    name = twice.name[:MAX_SHOWN]
    message = f"The member {json.dumps(name)} stands more than once in one object."
    flaw = FieldError(f"{pointer}/{escape(name)}", "duplicate_member", message)
    return Problem("duplicate_member", message, param=flaw.pointer.lstrip("/"), errors=[flaw])


def _check_text(text: str) -> None:
    if "\0" in text:
        raise Problem("invalid_json", "A text has the character NUL (\\u0000).")
    if not text.isascii() and SURROGATE.search(text):
        raise Problem("invalid_json", "A text has half of a surrogate pair.")


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
