"""The runtime's store on PostgreSQL: one round trip per validate, nodes that keep no state."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import asyncpg
import msgspec

from licenseapi_server.api.runtime import lease_sql, portal_sql, seat_sql, sql
from licenseapi_server.api.runtime.rows import (
    KEY_FIELDS,
    LEASE_FIELDS,
    POLICY_FIELDS,
    SEAT_FIELDS,
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
from licenseapi_server.api.runtime.turns import Turns
from licenseapi_server.api.runtime.work import LicenseWork, Result, Work, run_on_postgres
from licenseapi_server.domain.quotas import TEST_PLAN, Plan
from licenseapi_server.settings import Settings

SERVER_SETTINGS = {
    "statement_timeout": "10000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "10000",
    # One row by a unique index: compiling such a plan costs more than running it.
    "jit": "off",
}
ACQUIRE_SECONDS = 5
# What is asked when a user is presented: an app that presents none pays nothing for them.
FOR_USER = {
    sql.OPEN_BY_SECRET_AND_DIGEST: sql.OPEN_FOR_USER_BY_SECRET_AND_DIGEST,
    sql.OPEN_BY_SECRET_AND_ID: sql.OPEN_FOR_USER_BY_SECRET_AND_ID,
    sql.OPEN_BY_TOKEN_AND_ID: sql.OPEN_FOR_USER_BY_TOKEN_AND_ID,
    sql.OPEN_BY_BOUND_TOKEN: sql.OPEN_FOR_USER_BY_BOUND_TOKEN,
    sql.OPEN_BY_SECRET_AND_ACTIVATION: sql.OPEN_FOR_USER_BY_SECRET_AND_ACTIVATION,
}
# Longer than the database lets one of them hold the license (lock_timeout, statement_timeout).
TURN_SECONDS = 15


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    """Our statements leave nothing behind in the session, so a release resets nothing:
    the query that asyncpg would send each time costs as much as a validate.
    """

    def get_reset_query(self) -> str:
        """No query at all."""
        return ""


def quota_limits(plans: dict[str, Plan]) -> str:
    """The monthly limits by mode and plan, as the opening statements take them."""
    live = {
        name: plan.max_requests_per_month
        for name, plan in plans.items()
        if plan.max_requests_per_month is not None
    }
    names = [*plans, "test"]
    test = dict.fromkeys(names, TEST_PLAN.max_requests_per_month)
    return msgspec.json.encode({"live": live, "test": test}).decode()


class PostgresStore:
    """A small pool of connections; every statement is prepared once per connection."""

    takes_quota_while_loading = True
    unavailable: tuple[type[BaseException], ...] = (
        asyncpg.PostgresConnectionError,
        asyncpg.InterfaceError,
        asyncpg.OperatorInterventionError,
        asyncpg.QueryCanceledError,
        asyncpg.LockNotAvailableError,
        asyncpg.InsufficientResourcesError,
        asyncpg.InternalClientError,
        OSError,
        TimeoutError,
    )

    def __init__(self, settings: Settings, plans: dict[str, Plan]) -> None:
        self._url = settings.database_url
        self._size = settings.postgres_connections
        self._limits = quota_limits(plans)
        self._pool: Any = None
        self._turns = Turns(TURN_SECONDS)

    async def open(self) -> None:
        """Connect."""
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=1,
            max_size=self._size,
            connection_class=_Connection,
            server_settings=SERVER_SETTINGS,
            timeout=ACQUIRE_SECONDS,
            command_timeout=15,
        )

    async def close(self) -> None:
        """Let running statements end; disconnect."""
        await self._pool.close()

    async def _row(self, statement: sql.Statement, parameters: Sequence[Any]) -> Any:
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            return await connection.fetchrow(statement.postgres, *parameters)

    async def load(
        self,
        credential: SecretLookup | TokenLookup,
        subject: LicenseLookup | None,
        quota: QuotaAsk | None,
    ) -> Loaded:
        """Key, license and one request of the plan, in one round trip."""
        is_portal = isinstance(credential, TokenLookup) and credential.is_portal
        if subject is None or quota is None or is_portal:
            return await self._load_key(credential)
        limits = (quota.month_start, quota.wanted, quota.now, quota.scope, self._limits)
        machine = subject.activation_id or subject.fingerprint
        if isinstance(credential, TokenLookup):
            is_bound = bool(subject.activation_id)
            statement = sql.OPEN_BY_BOUND_TOKEN if is_bound else sql.OPEN_BY_TOKEN_AND_ID
            parameters = (*_token_parameters(credential), *limits, subject.license_id)
        elif subject.activation_id:
            # It names the license, and is the machine.
            statement = sql.OPEN_BY_SECRET_AND_ACTIVATION
            parameters = (credential.digest, *limits)
        elif subject.license_id:
            statement = sql.OPEN_BY_SECRET_AND_ID
            parameters = (credential.digest, *limits, subject.license_id)
        else:
            statement = sql.OPEN_BY_SECRET_AND_DIGEST
            parameters = (credential.digest, *limits, *subject.digests())
        parameters = (*parameters, machine, subject.lease_id, subject.version)
        if subject.user is not None:
            statement = FOR_USER[statement]
            parameters = (*parameters, subject.user, subject.user.casefold())
        row = await self._row(statement, parameters)
        if row is None:
            return Loaded(None)
        *values, is_quota_taken = tuple(row)
        user = None
        if subject.user is not None:
            *values, user_id, banned_at = values
            user = None if user_id is None else (user_id, banned_at)
        *values, released_at = values
        key = KeyRow(*values[:KEY_FIELDS])
        if values[KEY_FIELDS] is None:
            return Loaded(key, None, is_quota_taken)
        lease = _unless_absent(values[-LEASE_FIELDS:])
        del values[-LEASE_FIELDS:]
        seat = _unless_absent(values[-SEAT_FIELDS:])
        policy = PolicyRow(*values[-SEAT_FIELDS - POLICY_FIELDS : -SEAT_FIELDS])
        license_row = LicenseRow(policy, *values[KEY_FIELDS : -SEAT_FIELDS - POLICY_FIELDS])
        return Loaded(key, license_row, is_quota_taken, seat, released_at, lease, user)

    async def _load_key(self, credential: SecretLookup | TokenLookup) -> Loaded:
        if isinstance(credential, SecretLookup):
            row = await self._row(sql.KEY_BY_SECRET, (credential.digest,))
        else:
            is_portal = credential.is_portal
            statement = portal_sql.CUSTOMER_BY_SESSION if is_portal else sql.KEY_BY_TOKEN
            row = await self._row(statement, _token_parameters(credential))
        return Loaded(KeyRow(*row) if row else None)

    async def take_quota(self, counter: Counter, maximum: int) -> bool:
        """Take one request from the plan; False when none is left."""
        return await self.take_quota_block(counter, 1, maximum)

    async def take_quota_block(self, counter: Counter, wanted: int, maximum: int) -> bool:
        """Take several, all or none."""
        if maximum < wanted:
            return False
        return await self._row(sql.TAKE_QUOTA, (*counter, wanted, maximum)) is not None

    async def refund_quota(self, counter: Counter) -> None:
        """Give one request back."""
        await self._row(sql.REFUND_QUOTA, (1, *counter))

    async def find_signing_key(self, kid: str) -> SigningKeyRow | None:
        """One token key, of whatever account."""
        row = await self._row(sql.SIGNING_KEY_BY_KID, (kid,))
        return SigningKeyRow(*row) if row else None

    async def list_signing_keys(
        self, owner: tuple[str, str], use: str = "token"
    ) -> list[SigningKeyRow]:
        """The keys of an account and mode for this use, newest first."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            rows = await connection.fetch(sql.SIGNING_KEYS_OF_ACCOUNT.postgres, *owner, use)
        return [SigningKeyRow(*row) for row in rows]

    async def deny_token(self, owner: tuple[str, str], jti: str, expires_at: int) -> None:
        """Refuse a token from now on, on every node."""
        await self._row(sql.DENY_TOKEN, (*owner, jti, expires_at))

    async def change_license(self, lock: tuple[str, str, str], act: LicenseWork[Result]) -> Result:
        """Lock the license (id, account, mode), then act on it; durable when it returns."""
        async with (
            self._turns.take(lock[0]),
            self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection,
            connection.transaction(),
        ):
            rows = await connection.fetch(seat_sql.LOCK_LICENSE.postgres, *lock)
            now: int = await connection.fetchval(seat_sql.DATABASE_CLOCK)
            return await run_on_postgres(connection, act(rows, now))

    async def transact(self, act: Callable[[int], Work[Result]]) -> Result:
        """Act at the time that is given, in one transaction; durable when it returns."""
        async with (
            self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection,
            connection.transaction(),
        ):
            now: int = await connection.fetchval(seat_sql.DATABASE_CLOCK)
            return await run_on_postgres(connection, act(now))

    async def read(self, work: Work[Result]) -> Result:
        """Run work that only reads."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            return await run_on_postgres(connection, work)

    async def find_activation(self, name: tuple[str, str, str]) -> tuple[Any, ...] | None:
        """The columns of an activation (id, account, mode)."""
        row = await self._row(seat_sql.SEAT_BY_ID, name)
        return tuple(row) if row else None

    async def find_lease(self, name: tuple[str, str, str]) -> tuple[Any, ...] | None:
        """The columns of a lease (id, account, mode)."""
        row = await self._row(lease_sql.LEASE_BY_ID, name)
        return tuple(row) if row else None

    async def write_batch(self, batches: Iterable[tuple[sql.Statement, list[Any]]]) -> None:
        """Write buffered facts in one transaction, in key order: two nodes never deadlock."""
        async with (
            self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection,
            connection.transaction(),
        ):
            for statement, rows in batches:
                await connection.executemany(statement.postgres, rows)

    async def write_log(self, rows: list[tuple[Any, ...]]) -> None:
        """Append request-log lines."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            await connection.copy_records_to_table(
                "audit_requestlogentry", records=rows, columns=sql.LOG_REQUEST.names
            )

    async def write_denials(self, rows: list[tuple[Any, ...]]) -> None:
        """Count denials, in one order on every node."""
        await self.write_batch([(sql.COUNT_DENIAL, rows)])

    async def clock(self) -> int | None:
        """The database's clock in microseconds since the epoch."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            asking = connection.fetchval(seat_sql.DATABASE_CLOCK)
            clock: int = await asyncio.wait_for(asking, ACQUIRE_SECONDS)
        return clock

    async def applied_migrations(self) -> set[tuple[str, str]]:
        """App and name of every migration that the database has."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            rows = await connection.fetch(sql.APPLIED_MIGRATIONS.postgres)
        return {tuple(row) for row in rows}


def _unless_absent(columns: list[Any]) -> tuple[Any, ...] | None:
    """The columns of a joined row; None when there is no such row, which has no id then."""
    return tuple(columns) if columns[0] is not None else None


def _token_parameters(credential: TokenLookup) -> tuple[str, ...]:
    return (credential.account_id, credential.jti, credential.kid, credential.key_id)


__all__ = ["PostgresStore", "quota_limits"]
