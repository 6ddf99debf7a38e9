"""What this package raises.

LicenseAPIError
├── APIError                      anything that an API call can raise
│   ├── APIConnectionError        no answer: refused, dropped, wrong certificate
│   │   └── APITimeoutError       no answer in time
│   └── APIStatusError            an answer that is not the one asked for
│       ├── InvalidRequestError   400, 422
│       ├── AuthenticationError   401
│       ├── LicenseLimitError     402
│       ├── PermissionDeniedError 403
│       ├── NotFoundError         404
│       ├── ConflictError         409
│       ├── RateLimitError        429, wait for seconds
│       ├── QuotaExceededError    429, wait for the month
│       ├── ServerError           5xx
│       └── UnusableAnswerError   2xx, but without what the call is for
├── LicenseInvalid                a raising helper met a license that is not valid
└── SignatureVerificationError    a token, file or webhook is not what it says it is
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from licenseapi.resources.validations import Validation

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "ConflictError",
    "InvalidRequestError",
    "LicenseAPIError",
    "LicenseInvalid",
    "LicenseLimitError",
    "NotFoundError",
    "PermissionDeniedError",
    "QuotaExceededError",
    "RateLimitError",
    "ServerError",
    "SignatureVerificationError",
    "UnusableAnswerError",
]


class LicenseAPIError(Exception):
    """Everything that this package raises on its own account."""


class APIError(LicenseAPIError):
    """An API call failed.

    `idempotency_key` is the key that the call carried. When it is not known whether the
    call had its effect, repeat it with `idempotency_key=error.idempotency_key`: the
    effect then happens once.
    """

    idempotency_key: str | None = None


class APIConnectionError(APIError):
    """No whole answer came. `__cause__` is the error of the HTTP library."""


class APITimeoutError(APIConnectionError):
    """No whole answer came within the time limit of a try."""


class APIStatusError(APIError):
    """The server answered, but not with what was asked for. `str()` starts with the request id.

    `status` is the HTTP status; `code` the stable code to branch on, None when the answer
    is not a problem document; `param` the offending parameter; `headers` have lower-case
    names; `body` is the parsed problem document (RFC 9457), else the raw text.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        code: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.param = param
        self.request_id = request_id
        self.headers = dict(headers or {})
        self.body = body

    def __str__(self) -> str:
        """The request id first: it is what support asks for."""
        start = f"{self.request_id}: " if self.request_id else ""
        end = f" [{self.code}]" if self.code else ""
        return f"{start}{self.message}{end}"


class InvalidRequestError(APIStatusError):
    """400, 422: the request is wrong. `param` or `body["errors"]` say where."""


class AuthenticationError(APIStatusError):
    """401: no credential, or one that does not hold."""


class LicenseLimitError(APIStatusError):
    """402: the plan's number of licenses is reached."""


class PermissionDeniedError(APIStatusError):
    """403: the credential may not do this, or the license may not (`license_refused`)."""


class NotFoundError(APIStatusError):
    """404: absent, or of another account or mode."""


class ConflictError(APIStatusError):
    """409: the state of the object does not allow this."""


class RateLimitError(APIStatusError):
    """429: too many requests at once. `headers["retry-after"]` says how many seconds."""


class QuotaExceededError(APIStatusError):
    """429 `quota_exceeded`: the plan's requests of this month are used up. Never retried."""


class ServerError(APIStatusError):
    """5xx: it is the server, or something in front of it."""


class UnusableAnswerError(APIStatusError):
    """2xx without what was asked for: of a portal or proxy, not a verdict on a license."""


class LicenseInvalid(LicenseAPIError):  # noqa: N818 - a verdict, not a failure of the call
    """A raising helper met a license that is not valid: `code` says why."""

    def __init__(self, code: str, validation: Validation | None = None) -> None:
        super().__init__(code, validation)
        self.code = code
        self.validation = validation

    def __str__(self) -> str:
        """The code, and the server's sentence about it."""
        detail = getattr(self.validation, "detail", "")
        return f"{self.code}: {detail}" if detail else self.code


class SignatureVerificationError(LicenseAPIError):
    """A token, license file or webhook is not what it says it is: `reason` in one word."""

    def __init__(self, message: str, reason: str = "malformed") -> None:
        super().__init__(message)
        self.reason = reason
