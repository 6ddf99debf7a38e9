"""The load: 32 connections on a core of their own, each with one request under way.

A process of its own; reads a JSON order from standard input, writes a JSON result.
"""

import asyncio
import json
import os
import random
import sys
import time
from typing import Any

import uvloop

CLIENT_CORE = 1


class Connection(asyncio.Protocol):
    """Sends a request, waits for its whole answer, sends the next."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = b""
        self._transport: Any = None
        self._sent_at = 0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter_ns()
        self._transport.write(self._load.next_request())

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
        self._load.note(data, time.perf_counter_ns() - self._sent_at)
        if self._load.is_over:
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.lose()


class Load:
    """Which requests, for how long, and what came back."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._requests = [item.encode() for item in order["requests"]]
        self._random = random.Random(7)
        self._begin = self._end = 0.0
        self._latencies: list[int] = []
        self.errors = 0
        self.is_over = False
        self._left = order["connections"]
        self._done = asyncio.Event()

    def next_request(self) -> bytes:
        return self._random.choice(self._requests)

    def note(self, answer: bytes, nanoseconds: int) -> None:
        if not answer.startswith(b"HTTP/1.1 200"):
            self.errors += 1
        self._latencies.append(nanoseconds)

    def lose(self) -> None:
        self._left -= 1
        if not self._left:
            self._done.set()

    async def run(self, order: dict[str, Any]) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        for _ in range(order["connections"]):
            await loop.create_connection(lambda: Connection(self), "127.0.0.1", order["port"])
        await asyncio.sleep(order["warm_seconds"])
        self._latencies.clear()
        begin = time.perf_counter()
        await asyncio.sleep(order["seconds"])
        elapsed = time.perf_counter() - begin
        latencies = sorted(self._latencies)
        self.is_over = True
        await asyncio.wait_for(self._done.wait(), 10)
        return {
            "rate": len(latencies) / elapsed,
            "p50_ms": latencies[len(latencies) // 2] / 1e6,
            "p99_ms": latencies[int(len(latencies) * 0.99)] / 1e6,
            "errors": self.errors,
        }


if __name__ == "__main__":
    os.sched_setaffinity(0, {CLIENT_CORE})
    given = json.load(sys.stdin)
    print(json.dumps(uvloop.run(Load(given).run(given))))
