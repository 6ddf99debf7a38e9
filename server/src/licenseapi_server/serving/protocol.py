"""uvicorn's HTTP protocol with bounds: a stranger may not hold a connection for free."""

import asyncio
import time
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from licenseapi_server.api.rendering import PROBLEM_JSON, render_problem
from licenseapi_server.api.request import Request
from licenseapi_server.api.response import RESPOND, STREAM, TAKE_BODY, describe_content, render_head
from licenseapi_server.domain.problems import Problem
from licenseapi_server.serving.streaming import OutgoingStream

MAX_HEAD = 32 * 1024
HEAD_SECONDS = 10
BODY_SECONDS = 30


class BoundedProtocol(HttpToolsProtocol):
    """A head of at most 32 KiB (431) within 10 seconds, a body within 30 (408).

    A request that arrives in one piece, as nearly all do, sets no timer at all.
    """

    _head_size = 0
    _is_in_head = True
    _is_whole = True
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A connection on which nothing is ever said ends too."""
        super().connection_made(transport)
        self._is_whole = False
        self._arm(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; set the clock for what is still missing."""
        if self._is_in_head:
            self._head_size += len(data)
            if self._head_size > MAX_HEAD and b"\r\n\r\n" not in data[: MAX_HEAD + 4]:
                self._refuse("head_too_large")
                return
        super().data_received(data)
        if self._is_whole:
            self._disarm()
        elif self._timer is None and self.transport is not None:
            self._arm(HEAD_SECONDS if self._is_in_head else BODY_SECONDS)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._is_whole = False
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        """The head has arrived; its clock becomes the body's."""
        self._disarm()
        self._head_size = 0
        self._is_in_head = False
        if sum(map(len, self._head_parts())) > MAX_HEAD:
            self._refuse("head_too_large")
            return
        super().on_headers_complete()
        cycle = self.cycle
        extensions: Any = {
            RESPOND: partial(_respond, cycle),
            TAKE_BODY: partial(_take_body, cycle),
            STREAM: partial(OutgoingStream, cycle, self.app.stalled_seconds),
        }
        self.scope["extensions"] = extensions

    def _head_parts(self) -> list[bytes]:
        return [self.url, *(part for pair in self.headers for part in pair)]

    def on_message_complete(self) -> None:
        """The request has arrived whole."""
        self._is_whole = True
        super().on_message_complete()

    def _arm(self, seconds: int) -> None:
        self._timer = self.loop.call_later(seconds, self._refuse, "request_timeout")

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def shutdown(self) -> None:
        """Answer what has arrived whole; nobody waits for the rest of what has not."""
        is_half = self.cycle is not None and not self.cycle.response_complete and not self._is_whole
        if is_half:
            self._refuse("unavailable")
        else:
            super().shutdown()

    def _unsupported_upgrade_warning(self) -> None:
        """A client that asks for WebSockets is answered as any other: nothing to log."""

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP gets our error form too."""
        self._refuse("invalid_request", msg)

    def _refuse(self, code: str, detail: str | None = None) -> None:
        self._disarm()
        if self.transport is None or self.transport.is_closing():
            return
        if self.cycle is None or not self.cycle.response_started or self.cycle.response_complete:
            problem = Problem(code, detail)
            request = _nameless_request()
            self.transport.write(render_refusal(problem, request.id, self.app.public_url))
            self.app.note_refusal(request, problem)
        self.transport.close()


def _take_body(cycle: RequestResponseCycle) -> bytes | None:
    """The body, if it is here and nothing has to be said first: `receive` without its message."""
    if cycle.more_body or cycle.waiting_for_100_continue or cycle.disconnected:
        return None
    return bytes(cycle.body)


async def _respond(cycle: RequestResponseCycle, status: int, head: bytes, body: bytes) -> None:
    """Send a whole response in one write: half the system calls of ASGI's two messages.

    `head` has the headers, each line ended (api/response.py lets no line break into them).
    """
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if cycle.disconnected:
        return
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    (name, value), *_ = cycle.default_headers
    close = b"" if cycle.keep_alive else b"connection: close\r\n"
    if cycle.scope["method"] == "HEAD":
        body = b""
    cycle.transport.write(
        b"%b%b: %b\r\n%b%b\r\n%b" % (STATUS_LINE[status], name, value, head, close, body)
    )
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()


def _nameless_request() -> Request:
    """Stands for what never became a request: it has an id, and a line in the log."""
    scope = {"method": "", "path": "/v1/", "query_string": b"", "headers": [], "extensions": {}}
    return Request(scope, time.time_ns() // 1000)


def render_refusal(problem: Problem, request_id: str, base_url: str) -> bytes:
    """A whole HTTP response for what never became a request."""
    body = render_problem(problem, request_id, "/v1/", base_url)
    content = describe_content(PROBLEM_JSON, len(body))
    head = render_head(content, request_id, is_secure=base_url.startswith("https://"))
    line = STATUS_LINE[problem.type.status]
    return b"%b%bconnection: close\r\n\r\n%b" % (line, head, body)
