"""Billing providers: whose deliveries are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject, Deleted
from licenseapi.params import ChangeOptions, ListParams, RequestOptions, WriteOptions
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page


class NewBillingProvider(WriteOptions, total=False):
    """A provider with the secret that it signs with; `policies` lead from its plans to policies."""

    provider: str
    secret: str
    policies: Mapping[str, str]


class BillingProviderChange(ChangeOptions, total=False):
    """What may change of a provider. Its secret is rolled instead."""

    policies: Mapping[str, str]


class SecretRoll(ChangeOptions, total=False):
    """The next secret, and for how many seconds the present one counts beside it."""

    secret: str
    overlap_seconds: int


class BillingProviders(Resource):
    """The methods of billing providers."""

    def create(self, **fields: Unpack[NewBillingProvider]) -> BillingProvider:
        """Set a provider up; give it the `delivery_url` of the answer."""
        return self._run(Call("billing_providers.create", BillingProvider.read, fields=fields))

    def retrieve(self, provider_id: str, /, **options: Unpack[RequestOptions]) -> BillingProvider:
        """Show a provider."""
        return self._run(
            Call("billing_providers.get", BillingProvider.read, (provider_id,), options)
        )

    def update(
        self, provider_id: str, /, **fields: Unpack[BillingProviderChange]
    ) -> BillingProvider:
        """Change where the plans of a provider lead."""
        return self._run(
            Call("billing_providers.update", BillingProvider.read, (provider_id,), fields)
        )

    def roll_secret(self, provider_id: str, /, **fields: Unpack[SecretRoll]) -> BillingProvider:
        """Take the next secret; the present one counts until the overlap ends."""
        return self._run(
            Call("billing_providers.roll_secret", BillingProvider.read, (provider_id,), fields)
        )

    def delete(self, provider_id: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Believe the provider no more. Links and licenses stay."""
        return self._run(Call("billing_providers.delete", Deleted.read, (provider_id,), options))

    def list(self, **query: Unpack[ListParams]) -> Page[BillingProvider]:
        """List the providers."""
        return self._list("billing_providers.list", BillingProvider.read, query)


class AsyncBillingProviders(AsyncResource):
    """The methods of billing providers."""

    async def create(self, **fields: Unpack[NewBillingProvider]) -> BillingProvider:
        """Set a provider up; give it the `delivery_url` of the answer."""
        return await self._run(
            Call("billing_providers.create", BillingProvider.read, fields=fields)
        )

    async def retrieve(
        self, provider_id: str, /, **options: Unpack[RequestOptions]
    ) -> BillingProvider:
        """Show a provider."""
        return await self._run(
            Call("billing_providers.get", BillingProvider.read, (provider_id,), options)
        )

    async def update(
        self, provider_id: str, /, **fields: Unpack[BillingProviderChange]
    ) -> BillingProvider:
        """Change where the plans of a provider lead."""
        return await self._run(
            Call("billing_providers.update", BillingProvider.read, (provider_id,), fields)
        )

    async def roll_secret(
        self, provider_id: str, /, **fields: Unpack[SecretRoll]
    ) -> BillingProvider:
        """Take the next secret; the present one counts until the overlap ends."""
        return await self._run(
            Call("billing_providers.roll_secret", BillingProvider.read, (provider_id,), fields)
        )

    async def delete(self, provider_id: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Believe the provider no more. Links and licenses stay."""
        return await self._run(
            Call("billing_providers.delete", Deleted.read, (provider_id,), options)
        )

    def list(self, **query: Unpack[ListParams]) -> AsyncList[BillingProvider]:
        """List the providers."""
        return self._list("billing_providers.list", BillingProvider.read, query)


class BillingProvider(ApiObject, kind="billing_provider", promised=RESOURCE):
    """A billing provider; its secrets are never shown."""

    id: str
    mode: str
    provider: str
    delivery_url: str
    policies: Mapping[str, str]
    previous_secret_until: str | None
    created_at: str
    updated_at: str
    version: int

    create = on_default_client(BillingProviders, BillingProviders.create)
    retrieve = on_default_client(BillingProviders, BillingProviders.retrieve)
    update = on_default_client(BillingProviders, BillingProviders.update)
    roll_secret = on_default_client(BillingProviders, BillingProviders.roll_secret)
    delete = on_default_client(BillingProviders, BillingProviders.delete)
    list = on_default_client(BillingProviders, BillingProviders.list)
