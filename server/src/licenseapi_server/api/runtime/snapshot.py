"""Reads of the runtime on SQLite: one snapshot for each turn of the event loop.

A row that recurs (an API key, a policy) is read once per state of the database, not once
per request: SQLite itself says whether anything has been committed since, by whatever
process (`PRAGMA data_version`). So nothing is ever older than the snapshot it is used in,
and a revocation holds at the very next request; see docs/decisions/0011.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from licenseapi_server.api.runtime import sql
from licenseapi_server.api.runtime.group_commit import open_connection

MAX_RECALLED = 10_000
Row = TypeVar("Row")


class Snapshot:
    """A read-only connection whose reads of one turn see one state of the database."""

    def __init__(self, path: str, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._connection = open_connection(path, synchronous="FULL")
        # A reader that could write would skip the write lock.
        self._connection.execute("PRAGMA query_only=ON")
        self._cursor = self._connection.cursor()
        self._is_open = False
        self._version: int | None = None
        self._recalled: dict[Any, Any] = {}

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _open(self) -> None:
        """Take SQLite's locks once for all reads of this turn.

        The snapshot ends before the loop reads new requests, so that none ever sees a
        state from before it was sent. Asking for the version is the read that pins it.
        """
        self._cursor.execute("BEGIN")
        self._is_open = True
        self._loop.call_soon(self._end)
        version: int = self._cursor.execute("PRAGMA data_version").fetchall()[0][0]
        if version != self._version or len(self._recalled) > MAX_RECALLED:
            self._recalled.clear()
            self._version = version

    def _end(self) -> None:
        self._is_open = False
        try:
            self._cursor.execute("COMMIT")
        except sqlite3.ProgrammingError:
            # The store has been closed within this turn.
            return

    def rows(self, statement: sql.Statement, parameters: Sequence[Any]) -> list[Any]:
        """The rows, fetched to the end: an open cursor would pin the snapshot it reads."""
        if not self._is_open:
            self._open()
        return self._cursor.execute(statement.sqlite, parameters).fetchall()

    def row(self, statement: sql.Statement, parameters: Sequence[Any]) -> Any:
        """The first row, or None."""
        rows = self.rows(statement, parameters)
        return rows[0] if rows else None

    def recall(
        self, statement: sql.Statement, parameters: tuple[Any, ...], make: Callable[..., Row]
    ) -> Row | None:
        """The first row as `make(*columns)`, or None; the same object while nothing changed."""
        if not self._is_open:
            self._open()
        name = (statement.sqlite, parameters)
        known: Row | None = self._recalled.get(name)
        if known is None:
            rows = self._cursor.execute(statement.sqlite, parameters).fetchall()
            if not rows:
                return None
            known = self._recalled[name] = make(*rows[0])
        return known
