"""Denials: why a license was refused, to which machine, and how often in an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import ListParams, RequestOptions
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page


class DenialList(ListParams, total=False):
    """Filters of the list. `code` is like `NOT_ACTIVATED`."""

    license_id: str
    code: str


class Denials(Resource):
    """The methods of denials."""

    def retrieve(self, denial_id: str, /, **options: Unpack[RequestOptions]) -> Denial:
        """Show a denial."""
        return self._run(Call("denials.get", Denial.read, (denial_id,), options))

    def list(self, **query: Unpack[DenialList]) -> Page[Denial]:
        """List denials, newest first."""
        return self._list("denials.list", Denial.read, query)


class AsyncDenials(AsyncResource):
    """The methods of denials."""

    async def retrieve(self, denial_id: str, /, **options: Unpack[RequestOptions]) -> Denial:
        """Show a denial."""
        return await self._run(Call("denials.get", Denial.read, (denial_id,), options))

    def list(self, **query: Unpack[DenialList]) -> AsyncList[Denial]:
        """List denials, newest first."""
        return self._list("denials.list", Denial.read, query)


class Denial(ApiObject, kind="denial", promised=RESOURCE):
    """A license that was refused to a machine for one reason, within one hour."""

    id: str
    mode: str
    license_id: str
    product_id: str
    fingerprint: str | None
    code: str
    operation: str
    count: int
    created_at: str
    last_denied_at: str

    retrieve = on_default_client(Denials, Denials.retrieve)
    list = on_default_client(Denials, Denials.list)
