"""One writer thread per process: what arrives while it commits goes into its next commit.

A commit that reaches the disk costs about as much for a hundred changes as for one.
Each unit has a savepoint of its own, so that one that fails takes nobody along.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from licenseapi_server.write_lock import WriteLock

Unit = Callable[[sqlite3.Connection], Any]
BUSY_SECONDS = 30


def open_connection(path: str, *, synchronous: str) -> sqlite3.Connection:
    """A connection in autocommit, tuned as every connection of the runtime is."""
    connection = sqlite3.connect(
        path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-65536")
    return connection


class GroupWriter:
    """Runs units of writing; each submitter learns its result once it is on the disk."""

    def __init__(self, path: str, *, synchronous: str) -> None:
        self._path = path
        self._synchronous = synchronous
        self._units: list[tuple[Unit, asyncio.Future[Any] | None]] = []
        self._condition = threading.Condition()
        self._is_closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="group-writer", daemon=True)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the thread; results are delivered on `loop`."""
        self._loop = loop
        self._thread.start()

    def submit(self, unit: Unit) -> "asyncio.Future[Any]":
        """Have `unit` run in the next commit; the future resolves after that commit."""
        if self._loop is None:
            message = "The writer has not been started."
            raise RuntimeError(message)
        future = self._loop.create_future()
        self._put(unit, future)
        return future

    def submit_unwatched(self, unit: Unit) -> None:
        """The same for telemetry, whose fate nobody waits for."""
        self._put(unit, None)

    def _put(self, unit: Unit, future: "asyncio.Future[Any] | None") -> None:
        with self._condition:
            self._units.append((unit, future))
            self._condition.notify()

    def close(self) -> None:
        """Commit what is waiting, then stop."""
        with self._condition:
            self._is_closing = True
            self._condition.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        connection = open_connection(self._path, synchronous=self._synchronous)
        lock = WriteLock(self._path)
        while True:
            with self._condition:
                while not self._units and not self._is_closing:
                    self._condition.wait()
                units, self._units = self._units, []
            if not units:
                break
            self._deliver(units, _commit(connection, lock, [unit for unit, _ in units]))
        connection.close()
        lock.close()

    def _deliver(
        self,
        units: list[tuple[Unit, "asyncio.Future[Any] | None"]],
        results: list[tuple[Any, BaseException | None]],
    ) -> None:
        watched = [
            (future, result)
            for (_, future), result in zip(units, results, strict=True)
            if future is not None
        ]
        if watched and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_resolve, watched)


def _commit(
    connection: sqlite3.Connection, lock: WriteLock, units: list[Unit]
) -> list[tuple[Any, BaseException | None]]:
    results: list[tuple[Any, BaseException | None]] = []
    try:
        with lock:
            connection.execute("BEGIN IMMEDIATE")
            results.extend(_run_unit(connection, unit) for unit in units)
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        return [(None, error) for _ in units]
    return results


def _run_unit(connection: sqlite3.Connection, unit: Unit) -> tuple[Any, BaseException | None]:
    connection.execute("SAVEPOINT unit")
    try:
        result = unit(connection)
    except Exception as error:  # noqa: BLE001 - handed to the one who submitted the unit
        connection.execute("ROLLBACK TO unit")
        connection.execute("RELEASE unit")
        return None, error
    connection.execute("RELEASE unit")
    return result, None


def _resolve(
    watched: list[tuple["asyncio.Future[Any]", tuple[Any, BaseException | None]]],
) -> None:
    for future, (result, error) in watched:
        if future.done():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
