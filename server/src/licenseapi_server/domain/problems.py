"""Every error code of the API, in one registry.

Problem (an expected refusal, RFC 9457)
├── 400 the request is wrong        invalid_json, invalid_request, unknown_field, …
├── 401 who are you?                authentication_required, authentication_failed, key_…
├── 402 the plan is used up         license_limit_reached
├── 403 you may not                 insufficient_scope, https_required, …
├── 404, 405, 409, 412, 413, 415, 422, 429, 431
└── 5xx it is us                    internal_error, unavailable

`title` and `action` are public. What only the log may say travels as `reason`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

SERVER_ERROR = 500
UNCOUNTED = frozenset({400, 401, 403, 413, 415, 429})


class ProblemType(msgspec.Struct, frozen=True):
    """One error code: its HTTP status, its title, and what the caller should do."""

    code: str
    status: int
    title: str
    action: str

    @property
    def is_uncounted(self) -> bool:
        """Whether a request that ends so costs nothing of the plan (3-domain, Plans)."""
        return self.status >= SERVER_ERROR or self.status in UNCOUNTED


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong at one place of the request; `pointer` is an RFC 6901 JSON pointer."""

    pointer: str
    code: str
    message: str


PROBLEM_TYPES: tuple[ProblemType, ...] = (
    ProblemType(
        "invalid_json",
        400,
        "The body is not valid JSON",
        "Send one JSON document in UTF-8, without NaN, NUL or numbers outside 64 bits.",
    ),
    ProblemType(
        "duplicate_member",
        400,
        "A JSON object names a member twice",
        "Send each member once.",
    ),
    ProblemType(
        "invalid_request",
        400,
        "The request is not valid",
        "Change what `errors` names; the reference page lists what each field takes.",
    ),
    ProblemType(
        "unknown_field",
        400,
        "The request has a field that this operation does not take",
        "Remove the field, or look up its name on the reference page.",
    ),
    ProblemType(
        "multiple_credentials",
        400,
        "The request carries more than one credential",
        "Send one `Authorization` header and nothing else.",
    ),
    ProblemType(
        "credential_in_url",
        400,
        "A credential stands in the URL",
        "Send it as `Authorization: Bearer …`, and roll it: URLs end up in logs.",
    ),
    ProblemType(
        "unsupported_version",
        400,
        "This API version does not exist",
        "Send `LicenseAPI-Version: 2026-11-01` or leave the header out.",
    ),
    ProblemType(
        "authentication_required",
        401,
        "A credential is required",
        "Send `Authorization: Bearer <API key or token>`.",
    ),
    ProblemType(
        "authentication_failed",
        401,
        "The credential is not valid",
        "Check that the whole key or token was sent, and that it belongs to this server.",
    ),
    ProblemType(
        "key_expired",
        401,
        "The API key has expired",
        "Create a new key, or roll this one before its next expiry.",
    ),
    ProblemType(
        "key_revoked",
        401,
        "The API key has been revoked",
        "Use another key; a revoked one never works again.",
    ),
    ProblemType(
        "signature_refused",
        401,
        "The delivery's signature does not hold",
        "Check the address, the provider's secret in `billing_providers`, and the clock.",
    ),
    ProblemType(
        "license_limit_reached",
        402,
        "The plan's number of licenses is reached",
        "Revoke licenses that are no longer needed, or move to a larger plan.",
    ),
    ProblemType(
        "link_refused",
        403,
        "The link opens nothing, or nothing any more",
        "Ask for a new one: a link works once, for 15 minutes.",
    ),
    ProblemType(
        "https_required",
        403,
        "Plain HTTP is refused",
        "Use https. If a key was sent over plain HTTP, roll it.",
    ),
    ProblemType(
        "credential_not_allowed",
        403,
        "This kind of credential may not call this operation",
        "Call it from your server with a secret or restricted key.",
    ),
    ProblemType(
        "insufficient_scope",
        403,
        "The credential lacks a scope",
        "Use a key that has the scopes in `missing_scopes`.",
    ),
    ProblemType(
        "license_refused",
        403,
        "The license does not allow this",
        "Read `license_code`: it tells why, as a validation would.",
    ),
    ProblemType(
        "offline_not_allowed",
        403,
        "The policy allows no license files",
        "Ask the vendor, who can set `offline.allowed` in the policy.",
    ),
    ProblemType(
        "origin_not_allowed",
        403,
        "This web origin is not allowed",
        "Add the origin to the account's allowed origins.",
    ),
    ProblemType(
        "not_found",
        404,
        "There is no such object",
        "Check the id, and that the key is of the same account and mode.",
    ),
    ProblemType(
        "route_not_found",
        404,
        "There is no such endpoint",
        "Check the path against the reference page.",
    ),
    ProblemType(
        "method_not_allowed",
        405,
        "This endpoint does not take this method",
        "Use one of the methods in the `Allow` header.",
    ),
    ProblemType(
        "request_timeout",
        408,
        "The request took too long to arrive",
        "Send the whole request without pauses.",
    ),
    ProblemType(
        "activation_limit_reached",
        409,
        "The license has no seat left for another machine",
        "Deactivate a machine that is no longer used, or raise the license's limit.",
    ),
    ProblemType(
        "machine_limit_reached",
        409,
        "The machine is larger than what the license has left",
        "Read `limit` and `count`; deactivate another machine, or raise the license's limit.",
    ),
    ProblemType(
        "fingerprint_taken",
        409,
        "The machine is activated on another license",
        "Deactivate it there, or use that license: the policy allows a machine one license.",
    ),
    ProblemType(
        "user_limit_reached",
        409,
        "The license has no place left for another user",
        "Remove a user who is no longer needed, or raise the license's `max_users`.",
    ),
    ProblemType(
        "no_seat_available",
        409,
        "All seats of the floating license are leased",
        "Wait for the seconds in `Retry-After`, when one may be back, or raise the limit.",
    ),
    ProblemType(
        "license_file_limit_reached",
        409,
        "The license has as many license files as its policy allows",
        "Read `limit` and `count`; wait until one ends, or let the vendor raise `max_live_files`.",
    ),
    ProblemType(
        "cooldown_running",
        409,
        "A seat was given up or moved a short while ago",
        "Wait for the seconds in `Retry-After`.",
    ),
    ProblemType(
        "deactivation_limit_reached",
        409,
        "Too many seats were given up or moved in this period",
        "Wait for the seconds in `Retry-After`, or let the vendor deactivate the machine.",
    ),
    ProblemType(
        "trial_already_used",
        409,
        "This machine has had its trial of the product",
        "Offer a license that is no trial; the policy allows one trial for each machine.",
    ),
    ProblemType(
        "already_exists",
        409,
        "Another object has this value",
        "Choose another value, or use the object that has it.",
    ),
    ProblemType(
        "in_use",
        409,
        "The object is in use",
        "Archive it instead, or first delete what uses it.",
    ),
    ProblemType(
        "invalid_state",
        409,
        "The object's state does not allow this",
        "Read `detail`: it names the state and what is possible in it.",
    ),
    ProblemType(
        "idempotency_in_flight",
        409,
        "A request with this Idempotency-Key is still running",
        "Wait a second and repeat the same request with the same key.",
    ),
    ProblemType(
        "version_mismatch",
        412,
        "The object has changed since you read it",
        "Read it again and repeat the change with its present version.",
    ),
    ProblemType(
        "body_too_large",
        413,
        "The body is too large",
        "Send at most 1 MiB, or 8 MiB to a batch endpoint.",
    ),
    ProblemType(
        "unsupported_media_type",
        415,
        "The body is not of a type that this endpoint takes",
        "Send `Content-Type: application/json`.",
    ),
    ProblemType(
        "idempotency_mismatch",
        422,
        "This Idempotency-Key was used for another request",
        "Use a new key for a new request.",
    ),
    ProblemType(
        "rate_limited",
        429,
        "Too many requests at once",
        "Wait for the seconds in `Retry-After`, then go on.",
    ),
    ProblemType(
        "too_many_failures",
        429,
        "Too many failed attempts to authenticate",
        "Wait for the seconds in `Retry-After`, then send a valid credential.",
    ),
    ProblemType(
        "quota_exceeded",
        429,
        "The plan's requests of this month are used up",
        "Wait for the month to end (`Retry-After`), or move to a larger plan.",
    ),
    ProblemType(
        "head_too_large",
        431,
        "The request line and headers are too large",
        "Send at most 32 KiB of headers.",
    ),
    ProblemType(
        "internal_error",
        500,
        "Something went wrong on our side",
        "Try again; if it stays, tell the operator the request id.",
    ),
    ProblemType(
        "unavailable",
        503,
        "The server cannot answer right now",
        "Try again after the seconds in `Retry-After`.",
    ),
)

PROBLEMS: Mapping[str, ProblemType] = {problem.code: problem for problem in PROBLEM_TYPES}


class Problem(Exception):  # noqa: N818 - the field's word, RFC 9457
    """An expected refusal. `detail` is public; `reason` is for the log only.

    `members` are extension members of the body (RFC 9457, section 3.2).
    """

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        *,
        param: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        reason: str = "",
        **members: Any,
    ) -> None:
        super().__init__(code)
        self.type = PROBLEMS[code]
        self.detail = detail or self.type.action
        self.param = param
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.reason = reason or code
        self.members = members

    @property
    def code(self) -> str:
        """The stable code."""
        return self.type.code


def field_problem(pointer: str, message: str, *, code: str = "invalid_value") -> Problem:
    """The refusal of one field. `pointer` is like `/items/0/name`."""
    return fields_problem([FieldError(pointer, code, message)])


def fields_problem(errors: Sequence[FieldError]) -> Problem:
    """The refusal of several fields at once, under the code of an unknown field or a bad value."""
    first = errors[0]
    code = "unknown_field" if first.code == "unknown_field" else "invalid_request"
    return Problem(code, first.message, param=first.pointer.lstrip("/") or None, errors=errors)
