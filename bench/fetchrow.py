"""The measure of the PostgreSQL rows: a trivial statement on held connections, nothing else.

A process of its own, on the server's core, with as many connections as the server's settings
say; takes the database's URL and the seconds, writes a JSON result.
"""

import asyncio
import json
import os
import sys
import time

import asyncpg
import uvloop
from licenseapi_server.settings import load_settings
from processes import SERVER_CORE

WARM_SECONDS = 0.5


async def repeat(connection: asyncpg.Connection, end: float) -> int:
    """How many answers came until then."""
    count = 0
    while time.perf_counter() < end:
        await connection.fetchrow("SELECT 1")
        count += 1
    return count


async def run(url: str, connections: int, seconds: float) -> dict[str, float]:
    async with asyncpg.create_pool(url, min_size=connections, max_size=connections) as pool:
        # Held, not acquired for each statement: releasing one costs as much as the statement.
        held = [await pool.acquire() for _ in range(connections)]
        for length in (WARM_SECONDS, seconds):
            begin = time.perf_counter()
            counts = await asyncio.gather(*[repeat(one, begin + length) for one in held])
            elapsed = time.perf_counter() - begin
        for one in held:
            await pool.release(one)
    return {"rate": sum(counts) / elapsed}


if __name__ == "__main__":
    os.sched_setaffinity(0, {SERVER_CORE})
    size = load_settings().postgres_connections
    print(json.dumps(uvloop.run(run(sys.argv[1], size, float(sys.argv[2])))))
