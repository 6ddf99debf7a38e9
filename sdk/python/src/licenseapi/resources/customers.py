"""Customers: the holders of licenses."""

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

    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page


class NewCustomer(WriteOptions, total=False):
    """A customer. `external_id` is your own id of them; it is unique in account and mode."""

    name: str | None
    email: str | None
    external_id: str | None
    metadata: Mapping[str, str]


class CustomerChange(NewCustomer, ChangeOptions, total=False):
    """What may change of a customer."""


class Ban(ChangeOptions, total=False):
    """Why: kept with the customer, shown to staff only."""

    reason: str | None


class CustomerList(ListParams, total=False):
    """Filters of the list. `q` finds the beginning of name, email or external id."""

    email: str
    external_id: str
    q: str
    metadata: Mapping[str, str]


class Customers(Resource):
    """The methods of customers."""

    def create(self, **fields: Unpack[NewCustomer]) -> Customer:
        """Create a customer."""
        return self._run(Call("customers.create", Customer.read, fields=fields))

    def retrieve(self, customer_id: str, /, **options: Unpack[RequestOptions]) -> Customer:
        """Show a customer."""
        return self._run(Call("customers.get", Customer.read, (customer_id,), options))

    def update(self, customer_id: str, /, **fields: Unpack[CustomerChange]) -> Customer:
        """Change what is named; None clears it."""
        return self._run(Call("customers.update", Customer.read, (customer_id,), fields))

    def delete(self, customer_id: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Delete a customer who holds no license."""
        return self._run(Call("customers.delete", Deleted.read, (customer_id,), options))

    def ban(self, customer_id: str, /, **fields: Unpack[Ban]) -> Customer:
        """Refuse every license that the customer holds."""
        return self._run(Call("customers.ban", Customer.read, (customer_id,), fields))

    def unban(self, customer_id: str, /, **options: Unpack[ChangeOptions]) -> Customer:
        """Let the customer's licenses be used again."""
        return self._run(Call("customers.unban", Customer.read, (customer_id,), options))

    def list(self, **query: Unpack[CustomerList]) -> Page[Customer]:
        """List customers, newest first."""
        return self._list("customers.list", Customer.read, query)


class AsyncCustomers(AsyncResource):
    """The methods of customers."""

    async def create(self, **fields: Unpack[NewCustomer]) -> Customer:
        """Create a customer."""
        return await self._run(Call("customers.create", Customer.read, fields=fields))

    async def retrieve(self, customer_id: str, /, **options: Unpack[RequestOptions]) -> Customer:
        """Show a customer."""
        return await self._run(Call("customers.get", Customer.read, (customer_id,), options))

    async def update(self, customer_id: str, /, **fields: Unpack[CustomerChange]) -> Customer:
        """Change what is named; None clears it."""
        return await self._run(Call("customers.update", Customer.read, (customer_id,), fields))

    async def delete(self, customer_id: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Delete a customer who holds no license."""
        return await self._run(Call("customers.delete", Deleted.read, (customer_id,), options))

    async def ban(self, customer_id: str, /, **fields: Unpack[Ban]) -> Customer:
        """Refuse every license that the customer holds."""
        return await self._run(Call("customers.ban", Customer.read, (customer_id,), fields))

    async def unban(self, customer_id: str, /, **options: Unpack[ChangeOptions]) -> Customer:
        """Let the customer's licenses be used again."""
        return await self._run(Call("customers.unban", Customer.read, (customer_id,), options))

    def list(self, **query: Unpack[CustomerList]) -> AsyncList[Customer]:
        """List customers, newest first."""
        return self._list("customers.list", Customer.read, query)


class Customer(ApiObject, kind="customer", promised=RESOURCE):
    """The holder of licenses."""

    id: str
    mode: str
    name: str | None
    email: str | None
    external_id: str | None
    metadata: Mapping[str, str]
    banned_at: str | None
    ban_reason: str | None
    created_at: str
    updated_at: str
    version: int

    create = on_default_client(Customers, Customers.create)
    retrieve = on_default_client(Customers, Customers.retrieve)
    update = on_default_client(Customers, Customers.update)
    delete = on_default_client(Customers, Customers.delete)
    ban = on_default_client(Customers, Customers.ban)
    unban = on_default_client(Customers, Customers.unban)
    list = on_default_client(Customers, Customers.list)
