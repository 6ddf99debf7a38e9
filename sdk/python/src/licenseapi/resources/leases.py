"""Leases: the uses of floating licenses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import ListParams, RequestOptions
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from typing_extensions import Required, Unpack

    from licenseapi.paging import AsyncList, Page


class NewLease(RequestOptions, total=False):
    """A process that asks for a seat. A token knows its license; a key names it, by id or key.

    `process_id` names the slot of the process on its machine: kept on disk, it brings a process
    that crashed its own seat back.
    """

    license_key: str
    license_id: str
    product: str
    fingerprint: Required[str]
    process_id: str
    user: str
    entitlement: str
    ttl_seconds: int
    borrow_seconds: int


class LeaseRenewal(RequestOptions, total=False):
    """Which machine goes on. With a secret or restricted key it need not be said."""

    license_key: str
    fingerprint: str
    ttl_seconds: int


class LeaseRelease(RequestOptions, total=False):
    """Which machine is done. With a secret or restricted key it need not be said; only those
    may `force` the end of a borrow.
    """

    license_key: str
    fingerprint: str
    force: bool


class LeaseList(ListParams, total=False):
    """Filters of the list. `ended` leaves out those that have not ended, or else the others."""

    license_id: str
    fingerprint: str
    user: str
    entitlement: str
    ended: bool


class Leases(Resource):
    """The methods of leases."""

    def acquire(self, **fields: Unpack[NewLease]) -> Lease:
        """Take a seat for a while; the same process again keeps its own.

        ConflictError when there is none: `code` is `no_seat_available`, and the header
        `Retry-After` says after how many seconds one may be back.
        """
        return self._run(Call("leases.acquire", Lease.read, fields=fields))

    def retrieve(self, lease_id: str, /, **options: Unpack[RequestOptions]) -> Lease:
        """Show a lease."""
        return self._run(Call("leases.get", Lease.read, (lease_id,), options))

    def renew(self, lease_id: str, /, **fields: Unpack[LeaseRenewal]) -> Lease:
        """Go on, after half of `ttl_seconds`. One that has run out begins again if it can."""
        return self._run(Call("leases.renew", Lease.read, (lease_id,), fields))

    def release(self, lease_id: str, /, **fields: Unpack[LeaseRelease]) -> Lease:
        """Give the seat back. A repeat changes nothing."""
        return self._run(Call("leases.release", Lease.read, (lease_id,), fields))

    def list(self, **query: Unpack[LeaseList]) -> Page[Lease]:
        """List leases, newest first."""
        return self._list("leases.list", Lease.read, query)


class AsyncLeases(AsyncResource):
    """The methods of leases."""

    async def acquire(self, **fields: Unpack[NewLease]) -> Lease:
        """Take a seat for a while; the same process again keeps its own.

        ConflictError when there is none: `code` is `no_seat_available`, and the header
        `Retry-After` says after how many seconds one may be back.
        """
        return await self._run(Call("leases.acquire", Lease.read, fields=fields))

    async def retrieve(self, lease_id: str, /, **options: Unpack[RequestOptions]) -> Lease:
        """Show a lease."""
        return await self._run(Call("leases.get", Lease.read, (lease_id,), options))

    async def renew(self, lease_id: str, /, **fields: Unpack[LeaseRenewal]) -> Lease:
        """Go on, after half of `ttl_seconds`. One that has run out begins again if it can."""
        return await self._run(Call("leases.renew", Lease.read, (lease_id,), fields))

    async def release(self, lease_id: str, /, **fields: Unpack[LeaseRelease]) -> Lease:
        """Give the seat back. A repeat changes nothing."""
        return await self._run(Call("leases.release", Lease.read, (lease_id,), fields))

    def list(self, **query: Unpack[LeaseList]) -> AsyncList[Lease]:
        """List leases, newest first."""
        return self._list("leases.list", Lease.read, query)


class Lease(ApiObject, kind="lease", promised=RESOURCE):
    """One use of a floating license. `ended_at` is None while it has its seat."""

    id: str
    license_id: str
    product_id: str
    fingerprint: str
    process_id: str | None
    user: str | None
    user_id: str | None
    entitlement: str | None
    ttl_seconds: int
    is_borrowed: bool
    acquired_at: str
    renewed_at: str
    expires_at: str
    ended_at: str | None
    ended_reason: str | None
    version: int

    acquire = on_default_client(Leases, Leases.acquire)
    retrieve = on_default_client(Leases, Leases.retrieve)
    renew = on_default_client(Leases, Leases.renew)
    release = on_default_client(Leases, Leases.release)
    list = on_default_client(Leases, Leases.list)
