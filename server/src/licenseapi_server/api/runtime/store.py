"""What the runtime asks of its database: one protocol, two engines."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from licenseapi_server.api.runtime.rows import (
    Counter,
    LicenseLookup,
    Loaded,
    QuotaAsk,
    SecretLookup,
    SigningKeyRow,
    TokenLookup,
)
from licenseapi_server.api.runtime.sql import Statement
from licenseapi_server.api.runtime.work import LicenseWork, Result, Work


class Store(Protocol):
    """See SqliteStore and PostgresStore. Every method may raise one of `unavailable`."""

    takes_quota_while_loading: bool
    unavailable: tuple[type[BaseException], ...]

    async def open(self) -> None:
        """Connect."""

    async def close(self) -> None:
        """Finish what is under way; disconnect."""

    async def load(
        self,
        credential: SecretLookup | TokenLookup,
        subject: LicenseLookup | None,
        quota: QuotaAsk | None,
    ) -> Loaded:
        """The facts of one request."""
        ...

    async def take_quota(self, counter: Counter, maximum: int) -> bool:
        """Take one request from the plan."""
        ...

    async def take_quota_block(self, counter: Counter, wanted: int, maximum: int) -> bool:
        """Take several, all or none."""
        ...

    async def refund_quota(self, counter: Counter) -> None:
        """Give one back."""

    async def find_signing_key(self, kid: str) -> SigningKeyRow | None:
        """One token key."""
        ...

    async def list_signing_keys(
        self, owner: tuple[str, str], use: str = "token"
    ) -> list[SigningKeyRow]:
        """The keys of an account and mode for this use."""
        ...

    async def deny_token(self, owner: tuple[str, str], jti: str, expires_at: int) -> None:
        """Refuse a token from now on."""

    async def change_license(self, lock: tuple[str, str, str], act: LicenseWork[Result]) -> Result:
        """Act on a locked license; durable when it returns."""
        ...

    async def transact(self, act: Callable[[int], Work[Result]]) -> Result:
        """Act at the time that is given, in one transaction; durable when it returns."""
        ...

    async def read(self, work: Work[Result]) -> Result:
        """Run work that only reads."""
        ...

    async def find_activation(self, name: tuple[str, str, str]) -> tuple[Any, ...] | None:
        """One activation."""
        ...

    async def find_lease(self, name: tuple[str, str, str]) -> tuple[Any, ...] | None:
        """One lease."""
        ...

    async def write_batch(self, batches: Iterable[tuple[Statement, list[Any]]]) -> None:
        """Write buffered facts."""

    async def write_log(self, rows: list[tuple[Any, ...]]) -> None:
        """Write request-log lines."""

    async def write_denials(self, rows: list[tuple[Any, ...]]) -> None:
        """Count denials."""

    async def clock(self) -> int | None:
        """The database's clock, or None when it is this machine's."""
        ...

    async def applied_migrations(self) -> set[tuple[str, str]]:
        """App and name of every migration that the database has."""
        ...
