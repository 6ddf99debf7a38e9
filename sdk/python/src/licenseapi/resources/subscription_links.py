"""Subscription links: which subscription drives which license."""

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


class NewSubscriptionLink(WriteOptions, total=False):
    """A license and the subscription `external_id` of a provider; each can be in one link."""

    license_id: str
    provider: str
    external_id: str
    external_customer_id: str | None
    policies: Mapping[str, str]
    when_refunded: str
    metadata: Mapping[str, str]


class SubscriptionLinkChange(ChangeOptions, total=False):
    """What may change of a link. For another license or subscription make another link."""

    external_customer_id: str | None
    policies: Mapping[str, str]
    when_refunded: str
    metadata: Mapping[str, str]


class SubscriptionLinkList(ListParams, total=False):
    """Filters of the list."""

    license_id: str
    provider: str
    external_id: str


class SubscriptionLinks(Resource):
    """The methods of subscription links."""

    def create(self, **fields: Unpack[NewSubscriptionLink]) -> SubscriptionLink:
        """Link a license, and apply what was said about the subscription before."""
        return self._run(Call("subscription_links.create", SubscriptionLink.read, fields=fields))

    def retrieve(self, link_id: str, /, **options: Unpack[RequestOptions]) -> SubscriptionLink:
        """Show a link."""
        return self._run(Call("subscription_links.get", SubscriptionLink.read, (link_id,), options))

    def update(self, link_id: str, /, **fields: Unpack[SubscriptionLinkChange]) -> SubscriptionLink:
        """Change what is named."""
        return self._run(
            Call("subscription_links.update", SubscriptionLink.read, (link_id,), fields)
        )

    def delete(self, link_id: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Let the license go on without the subscription."""
        return self._run(Call("subscription_links.delete", Deleted.read, (link_id,), options))

    def list(self, **query: Unpack[SubscriptionLinkList]) -> Page[SubscriptionLink]:
        """List links, newest first."""
        return self._list("subscription_links.list", SubscriptionLink.read, query)


class AsyncSubscriptionLinks(AsyncResource):
    """The methods of subscription links."""

    async def create(self, **fields: Unpack[NewSubscriptionLink]) -> SubscriptionLink:
        """Link a license, and apply what was said about the subscription before."""
        return await self._run(
            Call("subscription_links.create", SubscriptionLink.read, fields=fields)
        )

    async def retrieve(
        self, link_id: str, /, **options: Unpack[RequestOptions]
    ) -> SubscriptionLink:
        """Show a link."""
        return await self._run(
            Call("subscription_links.get", SubscriptionLink.read, (link_id,), options)
        )

    async def update(
        self, link_id: str, /, **fields: Unpack[SubscriptionLinkChange]
    ) -> SubscriptionLink:
        """Change what is named."""
        return await self._run(
            Call("subscription_links.update", SubscriptionLink.read, (link_id,), fields)
        )

    async def delete(self, link_id: str, /, **options: Unpack[WriteOptions]) -> Deleted:
        """Let the license go on without the subscription."""
        return await self._run(Call("subscription_links.delete", Deleted.read, (link_id,), options))

    def list(self, **query: Unpack[SubscriptionLinkList]) -> AsyncList[SubscriptionLink]:
        """List links, newest first."""
        return self._list("subscription_links.list", SubscriptionLink.read, query)


class SubscriptionLink(ApiObject, kind="subscription_link", promised=RESOURCE):
    """A link, with what has been heard of its subscription."""

    id: str
    mode: str
    license_id: str
    product_id: str
    provider: str
    external_id: str
    external_customer_id: str | None
    policies: Mapping[str, str]
    when_refunded: str
    status: str | None
    paid_until: str | None
    plan: str | None
    refunded_at: str | None
    metadata: Mapping[str, str]
    created_at: str
    updated_at: str
    version: int

    create = on_default_client(SubscriptionLinks, SubscriptionLinks.create)
    retrieve = on_default_client(SubscriptionLinks, SubscriptionLinks.retrieve)
    update = on_default_client(SubscriptionLinks, SubscriptionLinks.update)
    delete = on_default_client(SubscriptionLinks, SubscriptionLinks.delete)
    list = on_default_client(SubscriptionLinks, SubscriptionLinks.list)
