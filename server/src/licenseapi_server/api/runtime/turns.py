"""Whoever wants to change the same license waits here, not on a connection to the database.

PostgreSQL's lock on the license is what makes limits exact; this queue, one in each process,
only keeps the many who wait for one license from holding every connection while they do.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec


class _Queue(msgspec.Struct):
    """The lock of one name, and how many hold it or wait for it."""

    lock: asyncio.Lock
    size: int = 0


class Turns:
    """One at a time for each name, in the order of their coming; names in use only are kept."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def take(self, name: str) -> AsyncIterator[None]:
        """Wait for one's turn. Raises TimeoutError when it does not come."""
        queue = self._queues.get(name)
        if queue is None:
            queue = self._queues[name] = _Queue(asyncio.Lock())
        queue.size += 1
        try:
            async with asyncio.timeout(self._patience_seconds):
                await queue.lock.acquire()
            try:
                yield
            finally:
                queue.lock.release()
        finally:
            queue.size -= 1
            if not queue.size:
                del self._queues[name]

    def __len__(self) -> int:
        """How many names are in use."""
        return len(self._queues)
