"""JSON as we take it: each member once, numbers of 64 bits, texts that a database can keep.

Two readers of the same bytes must never see two documents (RFC 8259, section 4; RFC 8725,
section 2.4): what libraries let through is refused here, for bodies and tokens alike.
"""

import json
import math
import re
from collections.abc import Iterable
from itertools import chain
from typing import Any

import msgspec

MIN_INTEGER, MAX_INTEGER = -(1 << 63), (1 << 63) - 1
MAX_DIGITS = 20
MAX_DEPTH = 32
BYTE_ORDER_MARK = "\ufeff"
SURROGATE = re.compile("[\ud800-\udfff]")
TOO_DEEP = f"is nested too deeply: {MAX_DEPTH} levels at most"


class StrictJsonError(ValueError):
    """The text is refused. The message ends a sentence: "The body …"."""


class DuplicateMemberError(StrictJsonError):
    """An object names a member twice. `pointer` (RFC 6901) leads to it."""

    def __init__(self, pointer: str, name: str) -> None:
        super().__init__(f"has the member {json.dumps(name)} twice in one object")
        self.pointer = pointer
        self.name = name


class _Twice(msgspec.Struct, frozen=True):
    """Stands for an object that names a member twice, until its place is known."""

    name: str


def _members(pairs: list[tuple[str, Any]]) -> "dict[str, Any] | _Twice":
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            return _Twice(name)
        members[name] = value
    return members


def _refuse_constant(text: str) -> None:
    message = f"is not JSON: it has {text}"
    raise StrictJsonError(message)


def _read_integer(text: str) -> int:
    number = int(text) if len(text) <= MAX_DIGITS else MAX_INTEGER + 1
    if not MIN_INTEGER <= number <= MAX_INTEGER:
        message = "has a number outside 64 bits"
        raise StrictJsonError(message)
    return number


def _read_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        message = "has a number that is too large"
        raise StrictJsonError(message)
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_constant=_refuse_constant,
    parse_int=_read_integer,
    parse_float=_read_float,
)


def decode(text: str) -> Any:
    """The value of a JSON text. Raises StrictJsonError, or its kind DuplicateMemberError."""
    if text.startswith(BYTE_ORDER_MARK):
        message = "begins with a byte order mark: send UTF-8 without one"
        raise StrictJsonError(message)
    try:
        value = _DECODER.decode(text)
    except RecursionError as error:
        raise StrictJsonError(TOO_DEEP) from error
    except json.JSONDecodeError as error:
        message = f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise StrictJsonError(message) from error
    _check(value)
    return value


def _check(value: Any) -> None:
    """Look at every part, level by level: no recursion that a body could exhaust."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise StrictJsonError(TOO_DEEP)
        for text in (item for item in level if isinstance(item, str)):
            _check_text(text)
        if any(isinstance(item, _Twice) for item in level):
            raise _duplicate_member(value)
        level = [part for item in level for part in _parts_of(item)]


def _parts_of(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return chain(value, value.values())
    return value if isinstance(value, list) else ()


def _check_text(text: str) -> None:
    if "\0" in text:
        message = "has a text with the character NUL (\\u0000)"
        raise StrictJsonError(message)
    if not text.isascii() and SURROGATE.search(text):
        message = "has a text with half of a surrogate pair"
        raise StrictJsonError(message)


def _duplicate_member(value: Any) -> DuplicateMemberError:
    """The error at the first member that stands twice."""
    places = [("", value)]
    while not isinstance(places[0][1], _Twice):
        pointer, item = places.pop(0)
        parts: Iterable[tuple[Any, Any]] = item.items() if isinstance(item, dict) else ()
        if isinstance(item, list):
            parts = enumerate(item)
        places[:0] = [(f"{pointer}/{escape(str(step))}", part) for step, part in parts]
    pointer, twice = places[0]
    return DuplicateMemberError(f"{pointer}/{escape(twice.name)}", twice.name)


def escape(name: str) -> str:
    """A name as a step of a pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")
