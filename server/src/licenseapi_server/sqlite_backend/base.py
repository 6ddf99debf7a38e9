"""SQLite for Django: every write transaction holds the file lock, and none happens without one.

Django asks for a module of this name. The runtime's own writer takes the same lock
(`api/runtime/store_sqlite.py`), so that ORM and runtime never meet inside SQLite's busy handler.
"""

import re
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db.backends.sqlite3 import base as django_sqlite
from django.db.utils import ProgrammingError

from licenseapi_server.write_lock import WriteLock

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)\b", re.IGNORECASE)


class DatabaseWrapper(django_sqlite.DatabaseWrapper):
    """One connection; `atomic()` means: lock file, BEGIN IMMEDIATE, COMMIT, unlock."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._write_lock: WriteLock | None = None
        self._is_exclusive = False
        self.execute_wrappers.append(self._refuse_write_outside_transaction)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the file in WAL mode, with the durability that its alias asks for."""
        connection = super().get_new_connection(conn_params)
        synchronous = "NORMAL" if self.alias == "telemetry" else "FULL"
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        return connection

    def _refuse_write_outside_transaction(
        self, execute: Callable[..., Any], sql: str, *rest: Any
    ) -> Any:
        if not self.in_atomic_block and not self._is_exclusive and WRITES.match(sql):
            message = "A write outside transaction.atomic() would skip the write lock."
            raise ProgrammingError(message)
        return execute(sql, *rest)

    @property
    def write_lock(self) -> WriteLock:
        """The lock of this connection's database file."""
        if self._write_lock is None:
            self._write_lock = WriteLock(str(self.settings_dict["NAME"]))
        return self._write_lock

    @contextmanager
    def exclusive(self) -> "Iterator[None]":
        """Hold the lock across several transactions: for migrations only."""
        with self.write_lock:
            self._is_exclusive = True
            try:
                yield
            finally:
                self._is_exclusive = False

    def _start_transaction_under_autocommit(self) -> None:
        if not self._is_exclusive:
            self.write_lock.acquire()
        try:
            self.cursor().execute("BEGIN IMMEDIATE")
        except BaseException:
            self._unlock()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._unlock()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._unlock()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._unlock()

    def _unlock(self) -> None:
        if self._write_lock is not None and not self._is_exclusive:
            self._write_lock.release()
