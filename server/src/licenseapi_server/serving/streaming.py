"""An answer that is sent part by part, no faster than its client takes it."""

import asyncio
from contextlib import suppress

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from licenseapi_server.api.streaming import StreamEndedError

GONE = "the client has gone away"
STALLED = "the client has stalled"


class OutgoingStream:
    """One answer of unknown length. A client learns from its last chunk that it has all."""

    def __init__(self, cycle: RequestResponseCycle, stalled_seconds: int) -> None:
        self._cycle = cycle
        self._stalled_seconds = stalled_seconds
        # HTTP/1.0 knows no chunks: the end of the connection is the end of the answer.
        self._is_chunked = cycle.scope["http_version"] != "1.0"
        self._has_body = cycle.scope["method"] != "HEAD"

    @property
    def has_body(self) -> bool:
        """Whether the client wants more than the head."""
        return self._has_body

    async def begin(self, status: int, head: bytes) -> None:
        """Send the head; `head` has the headers, each line ended."""
        await self._drain()
        cycle = self._cycle
        cycle.response_started = True
        cycle.waiting_for_100_continue = False
        if not self._is_chunked:
            cycle.keep_alive = False
        (name, value), *_ = cycle.default_headers
        coding = b"transfer-encoding: chunked\r\n" if self._is_chunked else b""
        close = b"" if cycle.keep_alive else b"connection: close\r\n"
        cycle.transport.write(
            b"%b%b: %b\r\n%b%b%b\r\n" % (STATUS_LINE[status], name, value, head, coding, close)
        )

    async def write(self, part: bytes) -> None:
        """Send a part, and wait until the client has taken nearly all of it.

        Raises StreamEndedError when it is gone, or takes nothing for too long.
        """
        if part and self._has_body:
            framed = b"%x\r\n%b\r\n" % (len(part), part) if self._is_chunked else part
            self._cycle.transport.write(framed)
        await self._drain()

    async def end(self) -> None:
        """Say that this was all."""
        cycle = self._cycle
        if self._is_chunked and self._has_body:
            cycle.transport.write(b"0\r\n\r\n")
        cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()

    def abort(self) -> None:
        """Break off: without the last chunk nobody takes this for the whole."""
        self._cycle.response_complete = True
        self._cycle.transport.abort()

    async def _drain(self) -> None:
        """Wait as long as something is taken now and then."""
        cycle = self._cycle
        while cycle.flow.write_paused and not cycle.disconnected:
            waiting = cycle.transport.get_write_buffer_size()
            with suppress(TimeoutError):
                await asyncio.wait_for(cycle.flow.drain(), self._stalled_seconds)
            if cycle.flow.write_paused and cycle.transport.get_write_buffer_size() >= waiting:
                raise StreamEndedError(STALLED)
        if cycle.disconnected:
            raise StreamEndedError(GONE)
