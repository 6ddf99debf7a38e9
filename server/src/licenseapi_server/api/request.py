"""One HTTP request as the dispatcher sees it, and the line that the log keeps of it."""

import sys
from collections.abc import Mapping
from typing import Any

from licenseapi_server.api.principal import Principal
from licenseapi_server.api.redaction import redact
from licenseapi_server.api.registry import Route
from licenseapi_server.api.response import TAKE_BODY
from licenseapi_server.api.transport import Transport
from licenseapi_server.domain.ids import make_id
from licenseapi_server.domain.problems import Problem
from licenseapi_server.entropy import id_entropy

# Which of two values counts is not for us to guess.
SINGLE = {
    name.lower().encode(): name
    for name in (
        "Authorization",
        "Content-Length",
        "Content-Type",
        "Host",
        "Idempotency-Key",
        "If-Match",
        "License-Key",
        "LicenseAPI-Version",
        "Origin",
    )
}
MAX_PATH_IN_LOG = 300
MAX_AGENT_IN_LOG = 200
MAX_DIGITS = 18


class Request:
    """What was asked, and what became known of it on the way."""

    __slots__ = (
        "_take_body",
        "address",
        "code",
        "headers",
        "id",
        "ids",
        "is_replay",
        "is_safe",
        "is_secure",
        "length",
        "license_id",
        "method",
        "now",
        "path",
        "principal",
        "query",
        "rate_lines",
        "reason",
        "repeated",
        "route",
    )

    def __init__(self, scope: dict[str, Any], now: int) -> None:
        self.now = now
        self.id = make_id("req", now, id_entropy.take())
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.length = announced_length(self.headers)
        self.repeated = ""
        if len(self.headers) != len(scope["headers"]):
            self.repeated = _find_repeated(scope["headers"])
        self._take_body = scope["extensions"].get(TAKE_BODY)
        self.address = ""
        self.is_secure = self.is_safe = False
        self.route: Route | None = None
        self.ids: tuple[str, ...] = ()
        self.principal: Principal | None = None
        self.license_id = ""
        self.code = ""
        self.reason = ""
        self.is_replay = False
        self.rate_lines = b""

    def note_arrival(self, transport: Transport, scope: dict[str, Any]) -> None:
        """Where it came from and how, by the operator's settings."""
        client = scope["client"]
        peer = client[0] if client else ""
        self.address, self.is_secure, self.is_safe = transport.look(
            scope["scheme"], peer, self.headers
        )

    def take_body(self, limit: int) -> bytes | None:
        """The whole body if it has arrived, as nearly always. Raises Problem when it is too large:
        not a byte of what is announced as such is waited for.
        """
        if self.length > limit:
            raise Problem("body_too_large")
        body: bytes | None = None if self._take_body is None else self._take_body()
        if body is not None and len(body) > limit:
            raise Problem("body_too_large")
        return body

    def header(self, name: bytes) -> str | None:
        """A header as text, or None."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def log_line(self, status: int, finished: int, path: str) -> tuple[Any, ...]:
        """The columns of LOG_REQUEST; `path` as it may be shown."""
        principal, agent = self.principal, self.headers.get(b"user-agent")
        return (
            self.id,
            principal.account_id if principal else "",
            principal.mode if principal else "",
            principal.credential_type if principal else "",
            principal.key_id if principal else "",
            principal.token_id if principal else "",
            self.route.name if self.route else "",
            self.method,
            path[:MAX_PATH_IN_LOG],
            status,
            self.code,
            redact(self.reason) if self.reason else "",
            self.license_id,
            self.address,
            redact(agent.decode("latin-1"))[:MAX_AGENT_IN_LOG] if agent else "",
            self.is_replay,
            finished - self.now,
            self.now,
        )


def _find_repeated(headers: list[tuple[bytes, bytes]]) -> str:
    """The first header that stands twice though its value decides something."""
    names = [name for name, _ in headers]
    return next((SINGLE[name] for name in names if name in SINGLE and names.count(name) > 1), "")


def announced_length(headers: Mapping[bytes, bytes]) -> int:
    """The length that a request says its body has: digits, or the parser had refused it."""
    digits = headers.get(b"content-length", b"0").lstrip(b"0")
    return int(digits or 0) if len(digits) <= MAX_DIGITS else sys.maxsize


async def read_body(receive: Any, limit: int) -> bytes:
    """The whole body, at most `limit` bytes. Raises Problem.

    How long it may take is the protocol's business (serving/protocol.py).
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            # Half a request is none: nothing may be done on the strength of it.
            raise Problem("request_timeout", "The connection ended within the body.")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise Problem("body_too_large")
        if not message.get("more_body"):
            return b"".join([*chunks, chunk]) if chunks else chunk
        chunks.append(chunk)


def has_document(request: Request, headers: tuple[tuple[str, str], ...]) -> bool:
    """Whether the client has this very document already (RFC 9110, section 13.1.2)."""
    known = request.header(b"if-none-match")
    if known is None or request.method not in {"GET", "HEAD"}:
        return False
    tag = next((value for name, value in headers if name == "ETag"), None)
    asked = {item.strip().removeprefix("W/") for item in known.split(",")}
    return tag is not None and (tag in asked or "*" in asked)
