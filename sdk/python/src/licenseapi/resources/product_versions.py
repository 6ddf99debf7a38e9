"""Product versions: when each version of a product was released."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject, Deleted
from licenseapi.params import Instant, ListParams, RequestOptions, WriteOptions
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from typing_extensions import Required, Unpack

    from licenseapi.paging import AsyncList, Page


class Release(WriteOptions, total=False):
    """When a version was released, or is going to be."""

    released_at: Required[Instant]


class ProductVersions(Resource):
    """The methods of product versions: all take the product's id, then the version."""

    def put(self, product_id: str, version: str, /, **fields: Unpack[Release]) -> ProductVersion:
        """Say when a version was released. A repeat changes nothing."""
        ids = (product_id, version)
        return self._run(Call("product_versions.put", ProductVersion.read, ids, fields))

    def retrieve(
        self, product_id: str, version: str, /, **options: Unpack[RequestOptions]
    ) -> ProductVersion:
        """Show a version."""
        ids = (product_id, version)
        return self._run(Call("product_versions.get", ProductVersion.read, ids, options))

    def delete(self, product_id: str, version: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Forget a version: from then on it counts as released now."""
        ids = (product_id, version)
        return self._run(Call("product_versions.delete", Deleted.read, ids, options))

    def list(self, product_id: str, /, **query: Unpack[ListParams]) -> Page[ProductVersion]:
        """List the versions of a product, the one that was listed last first."""
        return self._list("product_versions.list", ProductVersion.read, query, (product_id,))


class AsyncProductVersions(AsyncResource):
    """The methods of product versions: all take the product's id, then the version."""

    async def put(
        self, product_id: str, version: str, /, **fields: Unpack[Release]
    ) -> ProductVersion:
        """Say when a version was released. A repeat changes nothing."""
        ids = (product_id, version)
        return await self._run(Call("product_versions.put", ProductVersion.read, ids, fields))

    async def retrieve(
        self, product_id: str, version: str, /, **options: Unpack[RequestOptions]
    ) -> ProductVersion:
        """Show a version."""
        ids = (product_id, version)
        return await self._run(Call("product_versions.get", ProductVersion.read, ids, options))

    async def delete(
        self, product_id: str, version: str, /, **options: Unpack[WriteOptions]
    ) -> Deleted:
        """Forget a version: from then on it counts as released now."""
        ids = (product_id, version)
        return await self._run(Call("product_versions.delete", Deleted.read, ids, options))

    def list(self, product_id: str, /, **query: Unpack[ListParams]) -> AsyncList[ProductVersion]:
        """List the versions of a product, the one that was listed last first."""
        return self._list("product_versions.list", ProductVersion.read, query, (product_id,))


class ProductVersion(ApiObject, kind="product_version", promised=RESOURCE):
    """A version of a product, and when it was released."""

    id: str
    mode: str
    product_id: str
    version: str
    released_at: str
    created_at: str
    updated_at: str

    put = on_default_client(ProductVersions, ProductVersions.put)
    retrieve = on_default_client(ProductVersions, ProductVersions.retrieve)
    delete = on_default_client(ProductVersions, ProductVersions.delete)
    list = on_default_client(ProductVersions, ProductVersions.list)
