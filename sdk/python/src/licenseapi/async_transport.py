"""Carries out exchanges in an event loop (asyncio or trio). One loop per transport."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, TypeVar

from licenseapi import connecting, logs
from licenseapi.exchange import Chance, Exchange, Reply, advance, broken_off, exchange, opening
from licenseapi.messages import Done, Wait

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    import httpx2

    from licenseapi.messages import Answer, Call, Request
    from licenseapi.settings import Settings

    Receive = Callable[[httpx2.AsyncClient, Request], Awaitable[Answer]]

T = TypeVar("T")


class AsyncTransport:
    """A connection pool and the driver of the protocol."""

    def __init__(
        self,
        settings: Settings,
        chance: Chance | None = None,
        pause: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        logs.configure_from_environment()
        self.settings = settings
        self._chance = chance or Chance()
        self._pause = pause or _sleep
        self._client: httpx2.AsyncClient | None = None

    async def run(self, call: Call[T]) -> T:
        """The result of a call. Raises APIError."""
        return await self._drive(exchange(call, self.settings, self._chance), _receive)

    async def stream(self, call: Call[Any]) -> AsyncIterator[bytes]:
        """The body of an answer of any length, as it arrives.

        Raises APIError, also when it does not come to its end.
        """
        import httpx2

        opened: list[httpx2.Response] = []

        async def receive(client: httpx2.AsyncClient, request: Request) -> Answer:
            options = connecting.request_options(request)
            response = await client.send(client.build_request(**options), stream=True)
            if not response.is_success:
                async with contextlib.aclosing(response):
                    return await _read(response)
            opened.append(response)
            return connecting.make_answer(response, bytearray())

        await self._drive(opening(call, self.settings, self._chance), receive)
        async with contextlib.aclosing(opened[0]) as response:
            try:
                async for chunk in response.aiter_bytes():
                    yield chunk
            except httpx2.HTTPError as error:
                raise broken_off(call, connecting.make_failure(error)) from error

    async def _drive(self, steps: Exchange[T], receive: Receive) -> T:
        reply: Reply = None
        while True:
            step = advance(steps, reply)
            if isinstance(step, Done):
                return step.value
            if isinstance(step, Wait):
                logs.log_wait(step)
                await self._pause(step.seconds)
                reply = None
            else:
                reply = await self._try(step, receive)

    async def close(self) -> None:
        """Close the connections. The next call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _try(self, request: Request, receive: Receive) -> Reply:
        import anyio
        import httpx2

        if self._client is None:
            self._client = httpx2.AsyncClient(**connecting.client_options(self.settings))
        started = time.monotonic()
        reply: Reply
        try:
            with anyio.fail_after(request.timeout):
                reply = await receive(self._client, request)
        except (httpx2.HTTPError, TimeoutError, connecting.TooLargeError) as error:
            reply = connecting.make_failure(error)
        logs.log_reply(request, reply, time.monotonic() - started)
        return reply


async def _receive(client: httpx2.AsyncClient, request: Request) -> Answer:
    async with client.stream(**connecting.request_options(request)) as response:
        return await _read(response)


async def _read(response: httpx2.Response) -> Answer:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > connecting.MAX_ANSWER_BYTES:
            raise connecting.TooLargeError
    return connecting.make_answer(response, content)


async def _sleep(seconds: float) -> None:
    import anyio

    await anyio.sleep(seconds)
