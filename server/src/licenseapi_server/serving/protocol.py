"""uvicorn's HTTP protocol with bounded heads: a stranger may not hold a connection for free."""

import asyncio
import time
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from licenseapi_server.api.rendering import PROBLEM_JSON, render_problem
from licenseapi_server.api.request import Request
from licenseapi_server.domain.problems import Problem

MAX_HEAD = 32 * 1024
HEAD_SECONDS = 10


class BoundedProtocol(HttpToolsProtocol):
    """A head of at most 32 KiB (431) that arrives within 10 seconds (408)."""

    def connection_made(self, transport: Any) -> None:
        """Start the clock of the first head."""
        self._head_size = 0
        self._is_in_head = True
        self._head_timer: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to the head before the parser keeps it."""
        if self._is_in_head:
            self._head_size += len(data)
            if self._head_timer is None:
                self._arm()
            if self._head_size > MAX_HEAD and b"\r\n\r\n" not in data[: MAX_HEAD + 4]:
                self._refuse("head_too_large")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A further request on the same connection has a head of its own."""
        super().on_message_begin()
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        """The head has arrived."""
        self._disarm()
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > MAX_HEAD:
            self._refuse("head_too_large")
            return
        self._is_in_head = False
        self._head_size = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next bytes are a head again."""
        super().on_message_complete()
        self._is_in_head = True

    def _arm(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._refuse, "request_timeout")

    def _disarm(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP gets our error form too."""
        self._refuse("invalid_request", msg)

    def _refuse(self, code: str, detail: str | None = None) -> None:
        self._disarm()
        if self.transport is None or self.transport.is_closing():
            return
        problem = Problem(code, detail)
        now = time.time_ns() // 1000
        empty = {"method": "", "path": "/", "query_string": b"", "headers": []}
        request = Request({**empty, "scheme": "http", "client": self.client}, now)
        body = render_problem(problem, request.id, "/", "")
        head = (
            f"HTTP/1.1 {problem.type.status} {problem.type.title}\r\n"
            f"content-type: {PROBLEM_JSON.decode()}\r\ncontent-length: {len(body)}\r\n"
            f"request-id: {request.id}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
