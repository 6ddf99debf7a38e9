"""A transaction of the runtime as plain steps, written once for both engines.

Work is a generator: it yields a statement with its parameters and is sent the rows, so that
what decides knows neither a driver nor an event loop. On SQLite it runs in the group writer
(one commit for many, a savepoint each), on PostgreSQL in a transaction of its own.
"""

import sqlite3
from collections.abc import Callable, Generator
from typing import Any, TypeAlias, TypeVar

from licenseapi_server.api.runtime.sql import Statement

Ask: TypeAlias = tuple[Statement, tuple[Any, ...]]
Result = TypeVar("Result")
Work: TypeAlias = Generator[Ask, list[Any], Result]
# What is done to a locked license: its rows as they are now, and the time under the lock.
LicenseWork: TypeAlias = Callable[[list[Any], int], Work[Result]]


def run_on_sqlite(connection: sqlite3.Connection, work: Work[Result]) -> Result:
    """Run the work to its end in the transaction that is open."""
    rows: list[Any] | None = None
    try:
        while True:
            statement, parameters = work.send(rows) if rows is not None else next(work)
            rows = connection.execute(statement.sqlite, parameters).fetchall()
    except StopIteration as done:
        result: Result = done.value
        return result


async def run_on_postgres(connection: Any, work: Work[Result]) -> Result:
    """The same on asyncpg."""
    rows: list[Any] | None = None
    try:
        while True:
            statement, parameters = work.send(rows) if rows is not None else next(work)
            rows = await connection.fetch(statement.postgres, *parameters)
    except StopIteration as done:
        result: Result = done.value
        return result
