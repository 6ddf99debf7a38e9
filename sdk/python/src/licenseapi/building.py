"""From a call to its HTTP request. Pure: the same call gives the same bytes on each try."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from licenseapi.error import APIError
from licenseapi.messages import Call, Request
from licenseapi.operations import PUBLIC_OPERATIONS
from licenseapi.settings import read_timeout
from licenseapi.version import API_VERSION, __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from licenseapi.settings import Settings

USER_AGENT: Final = f"licenseapi-python/{__version__} Python/{platform.python_version()}"
# What a method takes beside the fields of the request itself.
OPTIONS: Final = frozenset({"idempotency_key", "if_match", "timeout"})


def build_request(call: Call[Any], settings: Settings, make_key: Callable[[], str]) -> Request:
    """The request of a call.

    Raises APIError without a key or with a time limit that cannot be, ValueError or TypeError
    on other values that cannot be sent.
    """
    operation = call.operation
    _refuse_lost_options(call)
    url = settings.api_base + _fill(operation.path, call.ids)
    # On a change None clears a field; elsewhere it says "not given", as in Python.
    is_change = operation.method == "PATCH"
    fields = {
        name: value
        for name, value in call.fields.items()
        if name not in OPTIONS and (is_change or value is not None)
    }
    content = None
    if operation.method in {"GET", "DELETE"}:
        query = urlencode(list(query_pairs(fields)))
        url = f"{url}?{query}" if query else url
    else:
        content = encode_json(fields)
    timeout = call.fields.get("timeout")
    return Request(
        method=operation.method,
        url=url,
        headers=_headers(call, settings, content, make_key),
        content=content,
        timeout=settings.timeout if timeout is None else read_timeout(timeout),
    )


def _refuse_lost_options(call: Call[Any]) -> None:
    """Raise TypeError for an option that would be dropped: the caller relies on its effect."""
    taken = {
        "timeout": True,
        "idempotency_key": call.operation.is_idempotent_by_key,
        "if_match": call.operation.takes_if_match,
    }
    for name, is_taken in taken.items():
        if not is_taken and call.fields.get(name) is not None:
            message = f"{call.name} takes no {name}"
            raise TypeError(message)


def query_pairs(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Query parameters: lists as `name[]`, mappings as `name[key]`, None left out."""
    for name, value in fields.items():
        if isinstance(value, Mapping):
            for key, item in value.items():
                if item is not None:
                    yield f"{name}[{key}]", _as_text(item)
        elif isinstance(value, (list, tuple, set, frozenset)):
            for item in value:
                yield f"{name}[]", _as_text(item)
        elif value is not None:
            yield name, _as_text(value)


def encode_json(fields: Mapping[str, Any]) -> bytes:
    """The body. Raises ValueError for NaN, infinity and times without a zone."""
    text = json.dumps(
        fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_as_json
    )
    return text.encode()


def render_instant(instant: datetime) -> str:
    """RFC 3339 in UTC. Raises ValueError when the time has no zone: it could mean any instant."""
    if instant.utcoffset() is None:
        message = "a time needs a zone: write datetime(…, tzinfo=timezone.utc)"
        raise ValueError(message)
    return instant.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return render_instant(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    message = f"{type(value).__name__} cannot be sent as JSON"
    raise TypeError(message)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return render_instant(value)
    if isinstance(value, float) and not math.isfinite(value):
        message = f"{value} cannot be sent"
        raise ValueError(message)
    if isinstance(value, (str, int, float)):
        return str(value)
    message = f"{type(value).__name__} cannot be sent in a query"
    raise TypeError(message)


def _fill(path: str, ids: tuple[str, ...]) -> str:
    """The path with its ids. An empty id would make another operation of it: delete of what?"""
    filled = []
    rest = list(ids)
    for segment in path.split("/"):
        if not segment.startswith("{"):
            filled.append(segment)
            continue
        value = rest.pop(0)
        if not isinstance(value, str) or not value.strip("."):
            message = f"{segment[1:-1]} must be the id of an object, not {value!r}"
            raise ValueError(message)
        filled.append(quote(value, safe=""))
    return "/".join(filled)


def _headers(
    call: Call[Any], settings: Settings, content: bytes | None, make_key: Callable[[], str]
) -> dict[str, str]:
    headers = {
        "accept": "application/json",
        "licenseapi-version": API_VERSION,
        "user-agent": USER_AGENT,
    }
    if content is not None:
        headers["content-type"] = "application/json"
    if settings.api_key is not None:
        headers["authorization"] = f"Bearer {settings.api_key}"
    elif call.name not in PUBLIC_OPERATIONS:
        message = "No API key: set licenseapi.api_key, LICENSEAPI_API_KEY or LicenseAPI(api_key=…)."
        raise APIError(message)
    given = call.fields.get("idempotency_key")
    if call.operation.is_idempotent_by_key:
        key = make_key() if given is None else given
        headers["idempotency-key"] = _header_text("idempotency_key", key)
    expected = call.fields.get("if_match")
    if expected is not None:
        quoted = f'"{expected}"' if isinstance(expected, int) else expected
        headers["if-match"] = _header_text("if_match", quoted)
    return headers


def _header_text(name: str, value: str) -> str:
    if not isinstance(value, str):
        message = f"{name} must be a text"
        raise TypeError(message)
    if not value or not value.isascii() or not value.isprintable():
        message = f"{name} must be printable ASCII, and not empty"
        raise ValueError(message)
    return value
