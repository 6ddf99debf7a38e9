"""Carries out exchanges with blocking I/O. Safe to share between threads."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, TypeVar

from licenseapi import connecting, logs
from licenseapi.exchange import Chance, Exchange, Reply, advance, broken_off, exchange, opening
from licenseapi.messages import Done, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx2

    from licenseapi.messages import Answer, Call, Request
    from licenseapi.settings import Settings

    Receive = Callable[[httpx2.Client, Request, float], Answer]

T = TypeVar("T")


class SyncTransport:
    """A connection pool and the driver of the protocol."""

    def __init__(
        self,
        settings: Settings,
        chance: Chance | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        logs.configure_from_environment()
        self.settings = settings
        self._chance = chance or Chance()
        self._pause = pause
        self._client: httpx2.Client | None = None
        self._process_id = 0
        self._lock = threading.Lock()

    def run(self, call: Call[T]) -> T:
        """The result of a call. Raises APIError."""
        return self._drive(exchange(call, self.settings, self._chance), _receive)

    def stream(self, call: Call[Any]) -> Iterator[bytes]:
        """The body of an answer of any length, as it arrives.

        Raises APIError, also when it does not come to its end.
        """
        import httpx2

        opened: list[httpx2.Response] = []

        def receive(client: httpx2.Client, request: Request, deadline: float) -> Answer:
            options = connecting.request_options(request)
            response = client.send(client.build_request(**options), stream=True)
            if not response.is_success:
                with contextlib.closing(response):
                    return _read(response, deadline)
            opened.append(response)
            return connecting.make_answer(response, bytearray())

        self._drive(opening(call, self.settings, self._chance), receive)
        with contextlib.closing(opened[0]) as response:
            try:
                yield from response.iter_bytes()
            except httpx2.HTTPError as error:
                raise broken_off(call, connecting.make_failure(error)) from error

    def _drive(self, steps: Exchange[T], receive: Receive) -> T:
        reply: Reply = None
        while True:
            step = advance(steps, reply)
            if isinstance(step, Done):
                return step.value
            if isinstance(step, Wait):
                logs.log_wait(step)
                self._pause(step.seconds)
                reply = None
            else:
                reply = self._try(step, receive)

    def close(self) -> None:
        """Close the connections. The next call opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _try(self, request: Request, receive: Receive) -> Reply:
        import httpx2

        client = self._open()
        started = time.monotonic()
        reply: Reply
        try:
            reply = receive(client, request, started + request.timeout)
        except (httpx2.HTTPError, TimeoutError, connecting.TooLargeError) as error:
            reply = connecting.make_failure(error)
        logs.log_reply(request, reply, time.monotonic() - started)
        return reply

    def _open(self) -> httpx2.Client:
        import httpx2

        with self._lock:
            # After a fork parent and child would write to the same sockets.
            if self._client is None or self._process_id != os.getpid():
                self._client = httpx2.Client(**connecting.client_options(self.settings))
                # Also when nobody calls close(), but never under a thread that still calls.
                weakref.finalize(self, self._client.close)
                self._process_id = os.getpid()
            return self._client


def _receive(client: httpx2.Client, request: Request, deadline: float) -> Answer:
    with client.stream(**connecting.request_options(request)) as response:
        return _read(response, deadline)


def _read(response: httpx2.Response, deadline: float) -> Answer:
    """The whole answer. The library's limit is for each read: this one is for all of them."""
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if time.monotonic() > deadline:
            raise TimeoutError
        if len(content) > connecting.MAX_ANSWER_BYTES:
            raise connecting.TooLargeError
    return connecting.make_answer(response, content)
