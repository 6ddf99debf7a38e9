"""The plan's requests: taken before the handler, given back when the failure is ours."""

from typing import Any

from licenseapi_server.api.principal import Principal
from licenseapi_server.api.registry import Route
from licenseapi_server.api.runtime.buffers import Buffers
from licenseapi_server.api.runtime.quota_blocks import QuotaBlocks
from licenseapi_server.api.runtime.rows import QuotaAsk, SecretLookup, TokenLookup
from licenseapi_server.api.runtime.store import Store
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.quotas import MonthClock, month_bounds

MAX_ACCOUNTS = 10_000


class QuotaUse:
    """What one request has taken so far."""

    __slots__ = ("is_counted", "is_taken")

    def __init__(self, *, is_taken: bool = False) -> None:
        self.is_taken = is_taken
        self.is_counted = False


class Quota:
    """Takes and gives back requests of limited plans; counts those of the others."""

    def __init__(
        self, deployment: Deployment, store: Store, buffers: Buffers, blocks: QuotaBlocks
    ) -> None:
        self._deployment = deployment
        self._store = store
        self._buffers = buffers
        self._blocks = blocks
        self._accounts: dict[bytes | str, tuple[str, str]] = {}
        self._months = MonthClock()

    def ask(self, route: Route, lookup: SecretLookup | TokenLookup, now: int) -> QuotaAsk:
        """What to take while loading, on a store that can do both in one round trip."""
        start = self._months.start_of(now)
        account = self._accounts.get(_name_of(lookup))
        has_block = account is not None and self._blocks.holds((*account, start))
        wanted = 1 if route.is_counted and not has_block else 0
        return QuotaAsk(wanted, route.scope or "", start, now)

    def take_from_memory(self, principal: Principal, use: QuotaUse, now: int) -> bool:
        """Count the call without asking the database: False when that has to decide."""
        plan = self._deployment.plan_for(principal.plan, principal.mode)
        counter = (principal.account_id, principal.mode, self._months.start_of(now))
        maximum = plan.max_requests_per_month
        if maximum is None:
            self._buffers.count_request(counter)
            use.is_counted = True
            return True
        use.is_taken = self._blocks.take(counter, maximum, is_taken=use.is_taken)
        return use.is_taken

    def note_account(self, lookup: SecretLookup | TokenLookup, principal: Principal) -> None:
        """Remember whose credential this was: a hint for `ask`, which decides nothing."""
        if len(self._accounts) > MAX_ACCOUNTS:
            self._accounts.clear()
        self._accounts[_name_of(lookup)] = (principal.account_id, principal.mode)

    async def take(self, route: Route, principal: Principal, use: QuotaUse, now: int) -> None:
        """Count the call. Raises Problem quota_exceeded."""
        if route.is_counted:
            await self.take_one(principal, use, now, is_needed=not route.ignores_quota)

    async def take_one(
        self, principal: Principal, use: QuotaUse, now: int, *, is_needed: bool = True
    ) -> None:
        """Count one request. Raises Problem quota_exceeded where it `is_needed`."""
        if self.take_from_memory(principal, use, now):
            return
        plan = self._deployment.plan_for(principal.plan, principal.mode)
        counter = (principal.account_id, principal.mode, self._months.start_of(now))
        use.is_taken = await self._store.take_quota(counter, plan.max_requests_per_month or 0)
        if not use.is_taken and is_needed:
            raise exceeded(now)

    async def refund(self, principal: Principal, use: QuotaUse, now: int) -> None:
        """Give back what this request took."""
        await self.give_back(principal.account_id, principal.mode, use, now)

    async def give_back(self, account_id: str, mode: str, use: QuotaUse, now: int) -> None:
        """The same, while only the account is known."""
        counter = (account_id, mode, self._months.start_of(now))
        if use.is_counted:
            use.is_counted = False
            self._buffers.count_request(counter, -1)
        if use.is_taken:
            use.is_taken = False
            if not self._blocks.put_back(counter):
                await self._store.refund_quota(counter)


def _name_of(lookup: SecretLookup | TokenLookup) -> bytes | str:
    return lookup.digest if isinstance(lookup, SecretLookup) else lookup.key_id


def exceeded(now: int) -> Problem:
    """The refusal, with the time until the month ends."""
    end: Any = month_bounds(now)[1]
    return Problem("quota_exceeded", headers={"Retry-After": str(-(-(end - now) // 1_000_000))})
