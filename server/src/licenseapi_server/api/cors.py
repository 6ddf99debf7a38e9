"""Browsers calling runtime routes (Fetch standard, CORS): never with cookies.

A preflight carries no credential, so it cannot know the account: it only says what a
browser may ask. The request itself is checked against the account's allowed origins.
"""

import re
from collections.abc import Mapping

import msgspec

from licenseapi_server.api.management.execution import Rendered
from licenseapi_server.api.registry import Route
from licenseapi_server.api.request import Request
from licenseapi_server.api.runtime.rows import KeyRow
from licenseapi_server.domain.problems import Problem

ALLOWED_HEADERS = "Authorization, Content-Type, License-Key, LicenseAPI-Version, DPoP"
EXPOSED_HEADERS = b"Request-Id, Retry-After, RateLimit, RateLimit-Policy, LicenseAPI-Version"
MAX_AGE = "600"
# Scheme, host and port, as browsers write it (RFC 6454, section 6.2). Anything else is not
# repeated into an answer's headers.
ORIGIN = re.compile(
    rb"[a-z][a-z0-9+.-]*://[A-Za-z0-9._~-]+(?::[0-9]{1,5})?|[a-z]+://\[[0-9a-fA-F:.]+\](?::[0-9]{1,5})?|null"
)


class Cors:
    """Preflights, headers, and the check of the origin."""

    def is_preflight(self, request: Request, routes: Mapping[str, Route]) -> bool:
        """Whether a browser asks beforehand about a runtime route."""
        wanted = request.header(b"access-control-request-method")
        route = routes.get(wanted or "")
        return route is not None and route.answers_pages and _origin_of(request) is not None

    def preflight(self, request: Request) -> Rendered:
        """What a browser may send."""
        headers = (
            ("Access-Control-Allow-Origin", (_origin_of(request) or b"").decode()),
            ("Access-Control-Allow-Methods", "GET, POST"),
            ("Access-Control-Allow-Headers", ALLOWED_HEADERS),
            ("Access-Control-Max-Age", MAX_AGE),
            ("Vary", "Origin"),
        )
        return Rendered(204, b"", headers)

    def check(self, request: Request, route: Route, key: KeyRow | None) -> None:
        """Refuse a browser page of an origin that the account has not allowed."""
        origin = request.header(b"origin")
        if origin is None or not route.answers_pages or key is None:
            return
        if origin not in msgspec.json.decode(key.allowed_origins, type=list[str]):
            raise Problem("origin_not_allowed", reason=f"origin {origin[:100]!r}")

    def headers(self, request: Request) -> tuple[tuple[bytes, bytes], ...]:
        """Let the page read the answer, a refusal included: it has to see why."""
        if request.route is None or not request.route.answers_pages:
            return ()
        origin = _origin_of(request)
        if origin is None:
            return ()
        return (
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", EXPOSED_HEADERS),
            (b"vary", b"Origin"),
        )


def _origin_of(request: Request) -> bytes | None:
    """The page's origin, if it is one."""
    origin = request.headers.get(b"origin", b"")
    return origin if ORIGIN.fullmatch(origin) else None
