"""Many clients at once: threads with a connection each, released together."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from harness.server import Server


def crowd(
    server: Server, credential: str, size: int, act: Callable[[httpx.Client, int], int]
) -> list[int]:
    """What `act` gave to each of `size` clients that started together."""
    barrier = threading.Barrier(size)

    def one(number: int) -> int:
        headers = {"Authorization": f"Bearer {credential}"}
        with httpx.Client(
            base_url=server.base_url, headers=headers, timeout=60, trust_env=False
        ) as client:
            barrier.wait(30)
            return act(client, number)

    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(one, range(size)))
