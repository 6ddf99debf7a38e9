"""The runtime's store on SQLite: reads on the event loop, writes through the group writer."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from licenseapi_server.api.runtime import lease_sql, portal_sql, seat_sql, sql
from licenseapi_server.api.runtime.group_commit import GroupWriter
from licenseapi_server.api.runtime.quota_group import QuotaGroup
from licenseapi_server.api.runtime.rows import (
    SEAT_LICENSE,
    Counter,
    KeyRow,
    LicenseLookup,
    LicenseRow,
    Loaded,
    PolicyRow,
    QuotaAsk,
    SecretLookup,
    SigningKeyRow,
    TokenLookup,
)
from licenseapi_server.api.runtime.snapshot import Snapshot
from licenseapi_server.api.runtime.work import LicenseWork, Result, Work, run_on_sqlite
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
        self._snapshot: Snapshot | None = None

    async def open(self) -> None:
        """Open the files and start the writers."""
        loop = asyncio.get_running_loop()
        self._snapshot = Snapshot(self._path, loop)
        self._writer.start(loop)
        self._telemetry.start(loop)

    async def close(self) -> None:
        """Write what is waiting; close."""
        await asyncio.to_thread(self._writer.close)
        await asyncio.to_thread(self._telemetry.close)
        if self._snapshot is not None:
            self._snapshot.close()
            self._snapshot = None

    def _read(self) -> Snapshot:
        if self._snapshot is None:
            message = "The store is not open."
            raise RuntimeError(message)
        return self._snapshot

    async def load(
        self,
        credential: SecretLookup | TokenLookup,
        subject: LicenseLookup | None,
        _quota: QuotaAsk | None,
    ) -> Loaded:
        """The key and, if the call is about a license, the license."""
        snapshot = self._read()
        if isinstance(credential, SecretLookup):
            key = snapshot.recall(sql.KEY_BY_SECRET, (credential.digest,), KeyRow)
        else:
            named = (credential.account_id, credential.jti, credential.kid, credential.key_id)
            key = snapshot.recall(_statement_of(credential), named, KeyRow)
        if key is None or subject is None:
            return Loaded(key)
        bound = _find_bound(snapshot, key, subject)
        if subject.activation_id and not subject.license_id:
            of_bound = bound[SEAT_LICENSE] if bound else ""
            subject = msgspec.structs.replace(subject, license_id=of_bound)
        license_ = _find_license(snapshot, key, subject)
        if license_ is None:
            return Loaded(key)
        seat = released = lease = user = None
        if subject.activation_id:
            seat = bound if bound and bound[SEAT_LICENSE] == license_.id else None
        elif subject.fingerprint is not None:
            machine = (license_.id, subject.fingerprint)
            seat = snapshot.row(seat_sql.SEAT_BY_FINGERPRINT, machine)
        if subject.version is not None:
            listed = (license_.product_id, subject.version)
            released = snapshot.row(sql.RELEASE_OF_VERSION, listed)
        if subject.lease_id is not None:
            lease = snapshot.row(lease_sql.LEASE_OF_LICENSE, (subject.lease_id, license_.id))
        if subject.user is not None:
            person = (license_.id, subject.user, subject.user.casefold())
            user = snapshot.row(sql.USER_OF_LICENSE, person)
        released_at = released[0] if released else None
        return Loaded(key, license_, seat=seat, released_at=released_at, lease=lease, user=user)

    async def take_quota(self, counter: Counter, maximum: int) -> bool:
        """Take one request from the plan; False when none is left. On the disk when it returns."""
        return await self._quota.take(counter, maximum)

    async def take_quota_block(self, counter: Counter, wanted: int, maximum: int) -> bool:
        """Take several requests from the plan, all or none. On the disk when it returns."""
        row = (*counter, wanted, maximum)
        taken = await self._writer.submit(
            lambda db: db.execute(sql.TAKE_QUOTA.sqlite, row).fetchall()
        )
        return bool(taken)

    async def refund_quota(self, counter: Counter) -> None:
        """Give one request back."""
        row = (1, *counter)
        await self._writer.submit(lambda db: db.execute(sql.REFUND_QUOTA.sqlite, row).rowcount)

    async def find_signing_key(self, kid: str) -> SigningKeyRow | None:
        """One token key, of whatever account."""
        row = self._read().row(sql.SIGNING_KEY_BY_KID, (kid,))
        return SigningKeyRow(*row) if row else None

    async def list_signing_keys(
        self, owner: tuple[str, str], use: str = "token"
    ) -> list[SigningKeyRow]:
        """The keys of an account and mode for this use, newest first."""
        rows = self._read().rows(sql.SIGNING_KEYS_OF_ACCOUNT, (*owner, use))
        return [SigningKeyRow(*row) for row in rows]

    async def deny_token(self, owner: tuple[str, str], jti: str, expires_at: int) -> None:
        """Refuse a token from now on. Durable when it returns."""
        row = (*owner, jti, expires_at)
        await self._writer.submit(lambda db: db.execute(sql.DENY_TOKEN.sqlite, row).rowcount)

    async def change_license(self, lock: tuple[str, str, str], act: LicenseWork[Result]) -> Result:
        """Lock the license (id, account, mode), then act on it; durable when it returns."""

        def unit(db: sqlite3.Connection) -> Result:
            rows = db.execute(seat_sql.LOCK_LICENSE.sqlite, lock).fetchall()
            return run_on_sqlite(db, act(rows, time.time_ns() // 1000))

        result: Result = await self._writer.submit(unit)
        return result

    async def transact(self, act: Callable[[int], Work[Result]]) -> Result:
        """Act at the time that is given, in one transaction; durable when it returns."""
        result: Result = await self._writer.submit(
            lambda db: run_on_sqlite(db, act(time.time_ns() // 1000))
        )
        return result

    async def read(self, work: Work[Result]) -> Result:
        """Run work that only reads."""
        snapshot, rows = self._read(), None
        try:
            while True:
                statement, parameters = work.send(rows) if rows is not None else next(work)
                rows = snapshot.rows(statement, parameters)
        except StopIteration as done:
            result: Result = done.value
            return result

    async def find_activation(self, name: tuple[str, str, str]) -> tuple[Any, ...] | None:
        """The columns of an activation (id, account, mode)."""
        row: tuple[Any, ...] | None = self._read().row(seat_sql.SEAT_BY_ID, name)
        return row

    async def find_lease(self, name: tuple[str, str, str]) -> tuple[Any, ...] | None:
        """The columns of a lease (id, account, mode)."""
        row: tuple[Any, ...] | None = self._read().row(lease_sql.LEASE_BY_ID, name)
        return row

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

    async def write_denials(self, rows: list[tuple[Any, ...]]) -> None:
        """Count denials in the telemetry file."""
        await self._telemetry.submit(lambda db: db.executemany(sql.COUNT_DENIAL.sqlite, rows))

    async def clock(self) -> int | None:
        """None: the database's clock is this machine's."""
        return None

    async def applied_migrations(self) -> set[tuple[str, str]]:
        """App and name of every migration that the database has."""
        return set(self._read().rows(sql.APPLIED_MIGRATIONS, ()))


def _statement_of(credential: TokenLookup) -> sql.Statement:
    return portal_sql.CUSTOMER_BY_SESSION if credential.is_portal else sql.KEY_BY_TOKEN


def _find_bound(snapshot: Snapshot, key: KeyRow, lookup: LicenseLookup) -> Any:
    """The columns of the activation that is asked for by its id, of the key's account and mode."""
    if not lookup.activation_id:
        return None
    return snapshot.row(seat_sql.SEAT_BY_ID, (lookup.activation_id, key.account_id, key.mode))


def _find_license(snapshot: Snapshot, key: KeyRow, lookup: LicenseLookup) -> LicenseRow | None:
    """A license of the key's account and mode."""
    owner = (key.account_id, key.mode)
    if lookup.license_id:
        row = snapshot.row(sql.LICENSE_BY_ID, (lookup.license_id, *owner))
    else:
        row = _find_by_text(snapshot, owner, lookup)
    if row is None:
        return None
    policy = snapshot.recall(sql.POLICY_BY_ID, (row[2],), PolicyRow)
    return None if policy is None else LicenseRow(policy, *row)


def _find_by_text(snapshot: Snapshot, owner: tuple[str, str], lookup: LicenseLookup) -> Any:
    """The row of what a customer typed; the second digest only if the first finds none."""
    if lookup.digest is None:
        return None
    first, second = lookup.texts()
    row = snapshot.row(sql.LICENSE_BY_DIGEST, (*owner, lookup.digest(first)))
    row = row or snapshot.row(sql.LICENSE_BY_DIGEST, (*owner, lookup.digest(second)))
    if row is not None:
        return row
    digests = ((*owner, digest) for digest in lookup.digests())
    return next(
        filter(None, (snapshot.row(sql.LICENSE_BY_PREVIOUS_DIGEST, d) for d in digests)), None
    )


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
