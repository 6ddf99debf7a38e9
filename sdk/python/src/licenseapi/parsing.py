"""From an HTTP answer to a value or an error. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from licenseapi.error import (
    APIStatusError,
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    LicenseLimitError,
    NotFoundError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
    UnusableAnswerError,
)
from licenseapi.objects import MissingMemberError
from licenseapi.retries import SERVER_ERRORS

if TYPE_CHECKING:
    from licenseapi.messages import Answer, Call

T = TypeVar("T")

ERRORS: dict[int, type[APIStatusError]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    402: LicenseLimitError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: InvalidRequestError,
    429: RateLimitError,
}


def parse_answer(call: Call[T], answer: Answer) -> T:
    """What a successful answer holds. Raises UnusableAnswerError when it holds something else.

    No operation is answered with nothing: a 204 comes from something in between, and must
    never be read as "not valid".
    """
    if not answer.content.strip():
        raise _unusable(answer, "with nothing")
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise _unusable(answer, "with something other than JSON") from error
    if not isinstance(body, dict):
        raise _unusable(answer, "with something other than a JSON object")
    try:
        return call.read(body)
    except MissingMemberError as error:
        raise _unusable(answer, f"without `{error.name}`") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise _unusable(answer, f"with something other than {call.name} answers") from error


def find_code(answer: Answer) -> str | None:
    """The code of a problem document; None when the answer is not one."""
    return _text(_problem(answer), "code")


def make_error(answer: Answer) -> APIStatusError:
    """The error that an answer other than a success becomes."""
    problem = _problem(answer)
    code = _text(problem, "code")
    detail = _text(problem, "detail") or _text(problem, "title")
    return _error_class(answer.status, code)(
        detail or f"The server answered {answer.status} without a problem document.",
        status=answer.status,
        code=code,
        param=_text(problem, "param"),
        request_id=_text(problem, "request_id") or answer.headers.get("request-id"),
        headers=answer.headers,
        body=problem or _raw_text(answer),
    )


def _error_class(status: int, code: str | None) -> type[APIStatusError]:
    if code == "quota_exceeded":
        return QuotaExceededError
    if status in SERVER_ERRORS:
        return ServerError
    return ERRORS.get(status, APIStatusError)


def _problem(answer: Answer) -> dict[str, Any]:
    # The media type is not asked: proxies rewrite it more often than they invent a `code`.
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _text(problem: dict[str, Any], name: str) -> str | None:
    value = problem.get(name)
    return value if isinstance(value, str) and value else None


def _raw_text(answer: Answer) -> str:
    return answer.content.decode("utf-8", "replace")


def _unusable(answer: Answer, how: str) -> UnusableAnswerError:
    return UnusableAnswerError(
        f"No usable answer: the server answered {answer.status} {how}.",
        status=answer.status,
        request_id=answer.headers.get("request-id"),
        headers=answer.headers,
        body=_raw_text(answer),
    )
