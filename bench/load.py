"""The load: connections on a core of their own, each with one request under way.

A process of its own; reads a JSON order from standard input, writes a JSON result.
"""

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import uvloop
from requesting import UNIQUE

CLIENT_CORE = 1


class Stream:
    """Requests of one kind, one after the other on each of its connections."""

    def __init__(self, requests: list[str]) -> None:
        self._requests = [item.encode() for item in requests]
        self._random = random.Random(7)
        self._marker = UNIQUE.encode()
        # Sixteen digits, and ahead of every earlier turn.
        self._number = time.time_ns() // 1000
        self.latencies: list[int] = []
        self.errors = 0
        self.is_over = False

    def next_request(self) -> bytes:
        chosen = self._random.choice(self._requests)
        if self._marker not in chosen:
            return chosen
        self._number += 1
        return chosen.replace(self._marker, b"%016d" % self._number)

    def note(self, answer: bytes, nanoseconds: int) -> None:
        if not answer.startswith(b"HTTP/1.1 20"):
            self.errors += 1
        self.latencies.append(nanoseconds)


class Connection(asyncio.Protocol):
    """Sends a request, waits for its whole answer, sends the next."""

    def __init__(self, stream: Stream, on_lost: Callable[[], None]) -> None:
        self._stream = stream
        self._on_lost = on_lost
        self._buffer = b""
        self._transport: Any = None
        self._sent_at = 0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter_ns()
        self._transport.write(self._stream.next_request())

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if self._buffer else data
        head_end = data.find(b"\r\n\r\n")
        start = data.find(b"content-length: ")
        if head_end < 0 or start < 0:
            self._buffer = data
            return
        length = int(data[start + 16 : data.find(b"\r", start)])
        if len(data) < head_end + 4 + length:
            self._buffer = data
            return
        self._buffer = b""
        self._stream.note(data, time.perf_counter_ns() - self._sent_at)
        if self._stream.is_over:
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._on_lost()


async def run(order: dict[str, Any]) -> dict[str, Any]:
    """The measured stream on many connections, and each stream beside it on one."""
    measured = Stream(order["requests"])
    beside = {name: Stream(requests) for name, requests in order["beside"].items()}
    opened = [*[measured] * order["connections"], *beside.values()]
    left = asyncio.Semaphore(0)
    loop = asyncio.get_running_loop()
    for stream in opened:
        await loop.create_connection(
            lambda stream=stream: Connection(stream, left.release), "127.0.0.1", order["port"]
        )
    await asyncio.sleep(order["warm_seconds"])
    for stream in opened:
        stream.latencies.clear()
    begin = time.perf_counter()
    await asyncio.sleep(order["seconds"])
    elapsed = time.perf_counter() - begin
    latencies = sorted(measured.latencies)
    rates = {name: len(stream.latencies) / elapsed for name, stream in beside.items()}
    for stream in opened:
        stream.is_over = True
    async with asyncio.timeout(10):
        for _ in opened:
            await left.acquire()
    return {
        "rate": len(latencies) / elapsed,
        "p50_ms": latencies[len(latencies) // 2] / 1e6,
        "p99_ms": latencies[int(len(latencies) * 0.99)] / 1e6,
        "errors": sum(stream.errors for stream in (measured, *beside.values())),
        "beside": rates,
    }


if __name__ == "__main__":
    os.sched_setaffinity(0, {CLIENT_CORE})
    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))
