"""Takes requests from limited plans in groups: one conditional UPDATE per account and commit.

Exact by construction: `used + n <= limit` is checked under the write lock, and when the
whole group does not fit, exactly what remains is handed out.
"""

import asyncio
import sqlite3
from typing import Any

from licenseapi_server.api.runtime import sql
from licenseapi_server.api.runtime.group_commit import GroupWriter
from licenseapi_server.api.runtime.rows import Counter


class QuotaGroup:
    """Collects the takers of one counter until the writer gets to them."""

    def __init__(self, writer: GroupWriter) -> None:
        self._writer = writer
        self._waiting: dict[tuple[Counter, int], list[asyncio.Future[bool]]] = {}

    async def take(self, counter: Counter, maximum: int) -> bool:
        """Whether one more fits below `maximum`."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        group = self._waiting.setdefault((counter, maximum), [])
        group.append(future)
        if len(group) == 1:
            # The group closes when the loop has run what is ready: all who arrived in
            # the same turn share one statement.
            asyncio.get_running_loop().call_soon(self._send, counter, maximum)
        return await future

    def _send(self, counter: Counter, maximum: int) -> None:
        takers = self._waiting.pop((counter, maximum))
        written = self._writer.submit(lambda db: _take_up_to(db, counter, len(takers), maximum))
        written.add_done_callback(lambda done: _hand_out(takers, done))


def _take_up_to(connection: sqlite3.Connection, counter: Counter, wanted: int, maximum: int) -> int:
    wanted = min(wanted, maximum)
    take = sql.TAKE_QUOTA.sqlite
    if connection.execute(take, (*counter, wanted, maximum)).fetchall():
        return wanted
    used: int = connection.execute(sql.USED_QUOTA.sqlite, counter).fetchall()[0][0]
    rest = min(wanted, max(0, maximum - used))
    if rest:
        connection.execute(take, (*counter, rest, maximum)).fetchall()
    return rest


def _hand_out(takers: list["asyncio.Future[bool]"], done: "asyncio.Future[Any]") -> None:
    error = done.exception()
    granted = 0 if error else done.result()
    for place, taker in enumerate(takers):
        if taker.done():
            continue
        if error:
            taker.set_exception(error)
        else:
            taker.set_result(place < granted)
