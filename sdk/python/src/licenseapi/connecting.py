"""What both transports ask of the HTTP library: its options, and what its errors mean."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, Final

from licenseapi.error import APIError
from licenseapi.messages import Answer, Failure

if TYPE_CHECKING:
    import httpx2

    from licenseapi.messages import Request
    from licenseapi.settings import Settings

# No answer of this API comes near; an endless one must not fill the memory.
MAX_ANSWER_BYTES: Final = 64 << 20


class TooLargeError(Exception):
    """The answer is longer than any answer of this API."""


def client_options(settings: Settings) -> dict[str, Any]:
    """Arguments of httpx2.Client. Raises APIError when the CA bundle cannot be read."""
    return {
        "verify": _verification(settings.ca_bundle),
        # A redirect would carry the key to wherever it points.
        "follow_redirects": False,
        # A proxy would see the key of a plain HTTP request to this very machine.
        "trust_env": not settings.is_loopback,
    }


def _verification(ca_bundle: str | None) -> ssl.SSLContext | bool:
    if ca_bundle is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:
        message = f"The CA bundle {ca_bundle!r} cannot be read: {error}"
        raise APIError(message) from error


def request_options(request: Request) -> dict[str, Any]:
    """Arguments of httpx2.Client.stream."""
    return {
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "content": request.content,
        "timeout": request.timeout,
    }


def make_answer(response: httpx2.Response, content: bytearray) -> Answer:
    """The answer in our own words."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, bytes(content))


def make_failure(error: Exception) -> Failure:
    """Why there is no answer."""
    import httpx2

    if isinstance(error, (httpx2.TimeoutException, TimeoutError)):
        return Failure("timeout", error)
    return Failure("certificate" if _is_about_certificate(error) else "connection", error)


def _is_about_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
