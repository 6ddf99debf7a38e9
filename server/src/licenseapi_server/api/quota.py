"""The plan's requests: taken before the handler, given back when the failure is ours."""

from typing import Any

from licenseapi_server.api.principal import Principal
from licenseapi_server.api.registry import Route
from licenseapi_server.api.runtime.buffers import Buffers
from licenseapi_server.api.runtime.rows import QuotaAsk
from licenseapi_server.api.runtime.store import Store
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.quotas import MonthClock, month_bounds


class QuotaUse:
    """What one request has taken so far."""

    __slots__ = ("is_counted", "is_taken")

    def __init__(self, *, is_taken: bool = False) -> None:
        self.is_taken = is_taken
        self.is_counted = False


class Quota:
    """Takes and gives back requests of limited plans; counts those of the others."""

    def __init__(self, deployment: Deployment, store: Store, buffers: Buffers) -> None:
        self._deployment = deployment
        self._store = store
        self._buffers = buffers
        self._months = MonthClock()

    def ask(self, route: Route, now: int) -> QuotaAsk | None:
        """What to take while loading, on a store that can do both in one round trip."""
        if not self._store.takes_quota_while_loading or not route.is_counted:
            return None
        return QuotaAsk(route.scope or "", self._months.start_of(now), now)

    async def take(self, route: Route, principal: Principal, use: QuotaUse, now: int) -> None:
        """Count the call. Raises Problem quota_exceeded."""
        if not route.is_counted:
            return
        plan = self._deployment.plan_for(principal.plan, principal.mode)
        start = self._months.start_of(now)
        maximum = plan.max_requests_per_month
        if maximum is None:
            self._buffers.count_request(principal.account_id, principal.mode, start)
            use.is_counted = True
            return
        if not use.is_taken:
            use.is_taken = await self._store.take_quota(
                principal.account_id, principal.mode, start, maximum
            )
        if not use.is_taken and not route.ignores_quota:
            raise exceeded(now)

    async def refund(self, principal: Principal, use: QuotaUse, now: int) -> None:
        """Give back what this request took."""
        await self.give_back(principal.account_id, principal.mode, use, now)

    async def give_back(self, account_id: str, mode: str, use: QuotaUse, now: int) -> None:
        """The same, while only the account is known."""
        if use.is_counted:
            use.is_counted = False
            self._buffers.count_request(account_id, mode, self._months.start_of(now), -1)
        if use.is_taken:
            use.is_taken = False
            await self._store.refund_quota(account_id, mode, self._months.start_of(now))


def exceeded(now: int) -> Problem:
    """The refusal, with the time until the month ends."""
    end: Any = month_bounds(now)[1]
    return Problem("quota_exceeded", headers={"Retry-After": str(-(-(end - now) // 1_000_000))})
