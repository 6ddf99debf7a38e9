"""From values to bytes: answers, and the one form that every error has (RFC 9457)."""

from collections.abc import Callable
from typing import Any

import msgspec

from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.problems import Problem

_ENCODER = msgspec.json.Encoder()
encode: Callable[[Any], bytes] = _ENCODER.encode
DOCS_PATH = "/docs/errors/"
JSON = b"application/json"
PROBLEM_JSON = b"application/problem+json"

Headers = list[tuple[bytes, bytes]]


def render_problem(problem: Problem, request_id: str, path: str, base_url: str) -> bytes:
    """The body of an error. Only public text: the reason stays in the log."""
    body: dict[str, Any] = {
        "type": f"{base_url}{DOCS_PATH}{problem.code}",
        "title": problem.type.title,
        "status": problem.type.status,
        "detail": problem.detail,
        "instance": f"/v1/request_logs/{request_id}" if path.startswith("/v1/") else path,
        "code": problem.code,
        "request_id": request_id,
    }
    if problem.param is not None:
        body["param"] = problem.param
    if problem.errors:
        body["errors"] = problem.errors
    body.update(problem.members)
    return encode(body)


def optional_instant(instant: int | None) -> str | None:
    """The instant as text, None as None."""
    return None if instant is None else render_instant(instant)
