"""Products: what is licensed."""

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
    from collections.abc import Mapping, Sequence

    from typing_extensions import Required, Unpack

    from licenseapi.paging import AsyncList, Page


class NewProduct(WriteOptions, total=False):
    """A product. `code` is what apps and scripts call it; it is unique in account and mode."""

    name: Required[str]
    code: Required[str]
    platforms: Sequence[str]
    url: str | None
    metadata: Mapping[str, str]


class ProductChange(ChangeOptions, total=False):
    """What may change of a product. `archived` hides it from new policies."""

    name: str
    code: str
    platforms: Sequence[str]
    url: str | None
    metadata: Mapping[str, str]
    archived: bool


class ProductList(ListParams, total=False):
    """Filters of the list."""

    code: str


class Products(Resource):
    """The methods of products."""

    def create(self, **fields: Unpack[NewProduct]) -> Product:
        """Create a product."""
        return self._run(Call("products.create", Product.read, fields=fields))

    def retrieve(self, product_id: str, /, **options: Unpack[RequestOptions]) -> Product:
        """Show a product."""
        return self._run(Call("products.get", Product.read, (product_id,), options))

    def update(self, product_id: str, /, **fields: Unpack[ProductChange]) -> Product:
        """Change what is named; None clears it."""
        return self._run(Call("products.update", Product.read, (product_id,), fields))

    def delete(self, product_id: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Delete a product that nothing uses."""
        return self._run(Call("products.delete", Deleted.read, (product_id,), options))

    def list(self, **query: Unpack[ProductList]) -> Page[Product]:
        """List products, newest first."""
        return self._list("products.list", Product.read, query)


class AsyncProducts(AsyncResource):
    """The methods of products."""

    async def create(self, **fields: Unpack[NewProduct]) -> Product:
        """Create a product."""
        return await self._run(Call("products.create", Product.read, fields=fields))

    async def retrieve(self, product_id: str, /, **options: Unpack[RequestOptions]) -> Product:
        """Show a product."""
        return await self._run(Call("products.get", Product.read, (product_id,), options))

    async def update(self, product_id: str, /, **fields: Unpack[ProductChange]) -> Product:
        """Change what is named; None clears it."""
        return await self._run(Call("products.update", Product.read, (product_id,), fields))

    async def delete(self, product_id: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Delete a product that nothing uses."""
        return await self._run(Call("products.delete", Deleted.read, (product_id,), options))

    def list(self, **query: Unpack[ProductList]) -> AsyncList[Product]:
        """List products, newest first."""
        return self._list("products.list", Product.read, query)


class Product(ApiObject, kind="product", promised=RESOURCE):
    """What is licensed."""

    id: str
    mode: str
    name: str
    code: str
    platforms: Sequence[str]
    url: str | None
    metadata: Mapping[str, str]
    archived_at: str | None
    created_at: str
    updated_at: str
    version: int

    create = on_default_client(Products, Products.create)
    retrieve = on_default_client(Products, Products.retrieve)
    update = on_default_client(Products, Products.update)
    delete = on_default_client(Products, Products.delete)
    list = on_default_client(Products, Products.list)
