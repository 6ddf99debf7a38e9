"""Entitlements: features that policies and licenses carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject, Deleted
from licenseapi.params import (
    ChangeOptions,
    ListParams,
    RequestOptions,
    WriteOptions,
)
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Required, Unpack

    from licenseapi.paging import AsyncList, Page


class NewEntitlement(WriteOptions, total=False):
    """A feature. `code` is what apps ask for; it never changes."""

    name: Required[str]
    code: Required[str]
    metadata: Mapping[str, str]


class EntitlementChange(ChangeOptions, total=False):
    """What may change of an entitlement."""

    name: str
    metadata: Mapping[str, str]
    archived: bool


class EntitlementList(ListParams, total=False):
    """Filters of the list."""

    code: str


class Entitlements(Resource):
    """The methods of entitlements."""

    def create(self, **fields: Unpack[NewEntitlement]) -> Entitlement:
        """Create an entitlement."""
        return self._run(Call("entitlements.create", Entitlement.read, fields=fields))

    def retrieve(self, entitlement_id: str, /, **options: Unpack[RequestOptions]) -> Entitlement:
        """Show an entitlement."""
        return self._run(Call("entitlements.get", Entitlement.read, (entitlement_id,), options))

    def update(self, entitlement_id: str, /, **fields: Unpack[EntitlementChange]) -> Entitlement:
        """Change what is named."""
        return self._run(Call("entitlements.update", Entitlement.read, (entitlement_id,), fields))

    def delete(self, entitlement_id: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Delete an entitlement that is attached to nothing."""
        return self._run(Call("entitlements.delete", Deleted.read, (entitlement_id,), options))

    def list(self, **query: Unpack[EntitlementList]) -> Page[Entitlement]:
        """List entitlements, newest first."""
        return self._list("entitlements.list", Entitlement.read, query)


class AsyncEntitlements(AsyncResource):
    """The methods of entitlements."""

    async def create(self, **fields: Unpack[NewEntitlement]) -> Entitlement:
        """Create an entitlement."""
        return await self._run(Call("entitlements.create", Entitlement.read, fields=fields))

    async def retrieve(
        self, entitlement_id: str, /, **options: Unpack[RequestOptions]
    ) -> Entitlement:
        """Show an entitlement."""
        return await self._run(
            Call("entitlements.get", Entitlement.read, (entitlement_id,), options)
        )

    async def update(
        self, entitlement_id: str, /, **fields: Unpack[EntitlementChange]
    ) -> Entitlement:
        """Change what is named."""
        return await self._run(
            Call("entitlements.update", Entitlement.read, (entitlement_id,), fields)
        )

    async def delete(self, entitlement_id: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Delete an entitlement that is attached to nothing."""
        return await self._run(
            Call("entitlements.delete", Deleted.read, (entitlement_id,), options)
        )

    def list(self, **query: Unpack[EntitlementList]) -> AsyncList[Entitlement]:
        """List entitlements, newest first."""
        return self._list("entitlements.list", Entitlement.read, query)


class Entitlement(ApiObject, kind="entitlement", promised=RESOURCE):
    """A feature that policies and licenses carry."""

    id: str
    mode: str
    name: str
    code: str
    metadata: Mapping[str, str]
    archived_at: str | None
    created_at: str
    updated_at: str
    version: int

    create = on_default_client(Entitlements, Entitlements.create)
    retrieve = on_default_client(Entitlements, Entitlements.retrieve)
    update = on_default_client(Entitlements, Entitlements.update)
    delete = on_default_client(Entitlements, Entitlements.delete)
    list = on_default_client(Entitlements, Entitlements.list)


class AttachedEntitlement(ApiObject):
    """An entitlement as a policy, a license or a validation carries it."""

    code: str
    id: str | None = None
    expires_at: str | None = None
    max_leases: int | None = None
