"""The account, what it has used of its plan, who is asking, and the request log."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import (
    ChangeOptions,
    ListParams,
    RequestOptions,
)
from licenseapi.resources.resource import AsyncResource, Resource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page


class AccountChange(ChangeOptions, total=False):
    """What may change of an account. Needs `account:write`, which no key has by itself."""

    name: str
    max_token_ttl_seconds: int
    expiring_window_days: int
    allowed_origins: Sequence[str]
    portal_url: str | None


class RequestLogList(ListParams, total=False):
    """Filters of the request log. `code` is an error's or a verdict's."""

    key_id: str
    license_id: str
    operation: str
    status: int
    code: str


class Accounts(Resource):
    """The methods of the account that the key belongs to."""

    def retrieve(self, **options: Unpack[RequestOptions]) -> Account:
        """Show the account."""
        return self._run(Call("account.get", Account.read, fields=options))

    def update(self, **fields: Unpack[AccountChange]) -> Account:
        """Change what is named."""
        return self._run(Call("account.update", Account.read, fields=fields))

    def usage(self, **options: Unpack[RequestOptions]) -> AccountUsage:
        """Show what is used of the plan. Never counted, and never refused for the quota."""
        return self._run(Call("account.usage", AccountUsage.read, fields=options))


class AsyncAccounts(AsyncResource):
    """The methods of the account that the key belongs to."""

    async def retrieve(self, **options: Unpack[RequestOptions]) -> Account:
        """Show the account."""
        return await self._run(Call("account.get", Account.read, fields=options))

    async def update(self, **fields: Unpack[AccountChange]) -> Account:
        """Change what is named."""
        return await self._run(Call("account.update", Account.read, fields=fields))

    async def usage(self, **options: Unpack[RequestOptions]) -> AccountUsage:
        """Show what is used of the plan. Never counted, and never refused for the quota."""
        return await self._run(Call("account.usage", AccountUsage.read, fields=options))


class Identity(Resource):
    """Who is asking."""

    def retrieve(self, **options: Unpack[RequestOptions]) -> Me:
        """The key, what it may do, and within which limits."""
        return self._run(Call("me.get", Me.read, fields=options))


class AsyncIdentity(AsyncResource):
    """Who is asking."""

    async def retrieve(self, **options: Unpack[RequestOptions]) -> Me:
        """The key, what it may do, and within which limits."""
        return await self._run(Call("me.get", Me.read, fields=options))


class RequestLogs(Resource):
    """The methods of the request log."""

    def retrieve(self, request_id: str, /, **options: Unpack[RequestOptions]) -> RequestLog:
        """Show one request, by the id that every answer and every error carries."""
        return self._run(Call("request_logs.get", RequestLog.read, (request_id,), options))

    def list(self, **query: Unpack[RequestLogList]) -> Page[RequestLog]:
        """List requests, newest first; the newest may be a second late."""
        return self._list("request_logs.list", RequestLog.read, query)


class AsyncRequestLogs(AsyncResource):
    """The methods of the request log."""

    async def retrieve(self, request_id: str, /, **options: Unpack[RequestOptions]) -> RequestLog:
        """Show one request, by the id that every answer and every error carries."""
        return await self._run(Call("request_logs.get", RequestLog.read, (request_id,), options))

    def list(self, **query: Unpack[RequestLogList]) -> AsyncList[RequestLog]:
        """List requests, newest first; the newest may be a second late."""
        return self._list("request_logs.list", RequestLog.read, query)


class Account(ApiObject, kind="account", promised=RESOURCE):
    """A vendor's account."""

    id: str
    name: str
    plan: str
    api_version: str | None
    max_token_ttl_seconds: int
    expiring_window_days: int
    allowed_origins: Sequence[str]
    portal_url: str | None
    issuer: str
    jwks_url: str
    created_at: str
    updated_at: str
    version: int


class Amount(ApiObject):
    """What is used, and of how much; None is unlimited."""

    used: int
    limit: int | None


class AccountUsage(ApiObject, kind="account_usage", promised={"requests": dict, "licenses": dict}):
    """Requests of this month and licenses, against the plan; `resets_at` is the month's end."""

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {"requests": Amount, "licenses": Amount}

    mode: str
    plan: str
    requests: Amount
    licenses: Amount
    period_start: str
    resets_at: str


class PlanLimits(ApiObject):
    """What a plan allows; None is unlimited. Rates are requests per second."""

    name: str
    max_licenses: int | None = None
    max_requests_per_month: int | None = None
    rate_per_second: float | None = None
    rate_burst: int | None = None


class Me(ApiObject, kind="me", promised={"account_id": str, "scopes": list}):
    """The key that is asking, what it may do, and within which limits."""

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {"limits": PlanLimits}

    account_id: str
    account_name: str
    mode: str
    plan: str
    key_id: str
    credential_type: str
    scopes: Sequence[str]
    product_ids: Sequence[str]
    limits: PlanLimits


class RequestLog(ApiObject, kind="request_log", promised=RESOURCE):
    """One request. Bodies and secrets are never kept."""

    id: str
    mode: str
    credential_type: str
    key_id: str | None
    token_id: str | None
    operation: str | None
    method: str
    path: str
    status: int
    code: str | None
    license_id: str | None
    ip: str | None
    user_agent: str | None
    is_replay: bool
    duration_us: int
    created_at: str
