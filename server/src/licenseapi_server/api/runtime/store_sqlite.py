"""The runtime's store on SQLite: reads on the event loop, writes through the group writer."""

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from licenseapi_server.api.runtime import sql
from licenseapi_server.api.runtime.group_commit import GroupWriter, open_connection
from licenseapi_server.api.runtime.quota_group import QuotaGroup
from licenseapi_server.api.runtime.rows import (
    KeyRow,
    LicenseLookup,
    LicenseRow,
    Loaded,
    QuotaAsk,
    SecretLookup,
    SigningKeyRow,
    TokenLookup,
)
from licenseapi_server.settings import Settings


class SqliteStore:
    """Indexed reads of a few microseconds: cheaper than handing them to a thread."""

    takes_quota_while_loading = False
    unavailable: tuple[type[BaseException], ...] = (sqlite3.OperationalError,)

    def __init__(self, settings: Settings) -> None:
        self._path = str(settings.database_path)
        self._writer = GroupWriter(self._path, synchronous="FULL")
        self._telemetry = GroupWriter(str(settings.telemetry_path), synchronous="NORMAL")
        self._quota = QuotaGroup(self._writer)
        self._reader: sqlite3.Connection | None = None
        self._cursor: sqlite3.Cursor | None = None
        self._is_reading = False
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> None:
        """Open the files and start the writers."""
        loop = asyncio.get_running_loop()
        self._reader = open_connection(self._path, synchronous="FULL")
        # A reader that could write would skip the write lock.
        self._reader.execute("PRAGMA query_only=ON")
        self._cursor = self._reader.cursor()
        self._loop = loop
        self._writer.start(loop)
        self._telemetry.start(loop)

    async def close(self) -> None:
        """Write what is waiting; close."""
        await asyncio.to_thread(self._writer.close)
        await asyncio.to_thread(self._telemetry.close)
        if self._reader is not None:
            self._cursor = None
            self._reader.close()

    def _all(self, statement: sql.Statement, parameters: Sequence[Any]) -> list[Any]:
        """The rows, fetched to the end: an open cursor would pin the snapshot it reads.

        Reads of one turn of the event loop share a transaction: taking SQLite's locks once
        instead of for each statement halves their cost. It ends before the loop reads new
        requests, so that none ever sees a state from before it was sent.
        """
        cursor, loop = self._cursor, self._loop
        if cursor is None or loop is None:
            message = "The store is not open."
            raise RuntimeError(message)
        if not self._is_reading:
            cursor.execute("BEGIN")
            self._is_reading = True
            loop.call_soon(self._end_reading)
        return cursor.execute(statement.sqlite, parameters).fetchall()

    def _end_reading(self) -> None:
        self._is_reading = False
        if self._cursor is not None:
            self._cursor.execute("COMMIT")

    def _one(self, statement: sql.Statement, parameters: Sequence[Any]) -> Any:
        rows = self._all(statement, parameters)
        return rows[0] if rows else None

    async def load(
        self,
        credential: SecretLookup | TokenLookup,
        subject: LicenseLookup | None,
        _quota: QuotaAsk | None,
    ) -> Loaded:
        """The key and, if the call is about a license, the license."""
        if isinstance(credential, SecretLookup):
            found = self._one(sql.KEY_BY_SECRET, (credential.digest,))
        else:
            found = self._one(
                sql.KEY_BY_TOKEN,
                (credential.account_id, credential.jti, credential.kid, credential.key_id),
            )
        if found is None:
            return Loaded(None)
        key = KeyRow(*found)
        if subject is None:
            return Loaded(key)
        return Loaded(key, await self.find_license(key.account_id, key.mode, subject))

    async def find_license(
        self, account_id: str, mode: str, lookup: LicenseLookup
    ) -> LicenseRow | None:
        """A license of this account and mode."""
        if lookup.license_id:
            row = self._one(sql.LICENSE_BY_ID, (lookup.license_id, account_id, mode))
        else:
            row = self._one(sql.LICENSE_BY_DIGEST, (account_id, mode, lookup.exact, lookup.folded))
        return LicenseRow(*row) if row else None

    async def take_quota(self, account_id: str, mode: str, month_start: int, maximum: int) -> bool:
        """Take one request from the plan; False when none is left. On the disk when it returns."""
        return await self._quota.take((account_id, mode, month_start), maximum)

    async def refund_quota(self, account_id: str, mode: str, month_start: int) -> None:
        """Give one request back."""
        row = (1, account_id, mode, month_start)
        await self._writer.submit(lambda db: db.execute(sql.REFUND_QUOTA.sqlite, row).rowcount)

    async def find_signing_key(self, kid: str) -> SigningKeyRow | None:
        """One token key, of whatever account."""
        row = self._one(sql.SIGNING_KEY_BY_KID, (kid,))
        return SigningKeyRow(*row) if row else None

    async def list_signing_keys(self, account_id: str, mode: str) -> list[SigningKeyRow]:
        """The token keys of an account and mode, newest first."""
        rows = self._all(sql.SIGNING_KEYS_OF_ACCOUNT, (account_id, mode))
        return [SigningKeyRow(*row) for row in rows]

    async def deny_token(self, account_id: str, jti: str, expires_at: int) -> None:
        """Refuse a token from now on. Durable when it returns."""
        row = (account_id, jti, expires_at)
        await self._writer.submit(lambda db: db.execute(sql.DENY_TOKEN.sqlite, row).rowcount)

    async def write_batch(self, batches: Iterable[tuple[sql.Statement, list[Any]]]) -> None:
        """Write buffered facts in one commit."""
        work = list(batches)

        def write(db: sqlite3.Connection) -> None:
            for statement, rows in work:
                db.executemany(statement.sqlite, rows)

        await self._writer.submit(write)

    async def write_log(self, rows: list[tuple[Any, ...]]) -> None:
        """Append request-log lines to the telemetry file."""
        await self._telemetry.submit(lambda db: _insert_lines(db, rows))

    async def ping(self) -> int | None:
        """Prove that the database answers. None: its clock is this machine's."""
        self._one(sql.PING, ())
        return None


# sqlite3 gives up the interpreter at each statement, and gets it back from a busy event
# loop only after a switch interval: fifty lines in one statement are fifty times fewer waits.
_LINES = 50
_LINE = "(" + ", ".join("?" * len(sql.LOG_REQUEST.names)) + ")"
_INSERT_MANY = (
    sql.LOG_REQUEST.sqlite.partition("VALUES")[0] + "VALUES " + ", ".join([_LINE] * _LINES)
)


def _insert_lines(connection: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> None:
    whole = len(rows) - len(rows) % _LINES
    for start in range(0, whole, _LINES):
        values = [value for row in rows[start : start + _LINES] for value in row]
        connection.execute(_INSERT_MANY, values)
    connection.executemany(sql.LOG_REQUEST.sqlite, rows[whole:])
