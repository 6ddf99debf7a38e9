"""Billing deliveries: what providers said, and what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import ListParams, RequestOptions
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page


class BillingDeliveryList(ListParams, total=False):
    """Filters of the list. `subject` is the id of a subscription at its provider."""

    provider: str
    outcome: str
    license_id: str
    subject: str
    event_id: str


class BillingDeliveries(Resource):
    """The methods of billing deliveries."""

    def retrieve(self, delivery_id: str, /, **options: Unpack[RequestOptions]) -> BillingDelivery:
        """Show a delivery."""
        return self._run(
            Call("billing_deliveries.get", BillingDelivery.read, (delivery_id,), options)
        )

    def list(self, **query: Unpack[BillingDeliveryList]) -> Page[BillingDelivery]:
        """List deliveries, newest first."""
        return self._list("billing_deliveries.list", BillingDelivery.read, query)


class AsyncBillingDeliveries(AsyncResource):
    """The methods of billing deliveries."""

    async def retrieve(
        self, delivery_id: str, /, **options: Unpack[RequestOptions]
    ) -> BillingDelivery:
        """Show a delivery."""
        return await self._run(
            Call("billing_deliveries.get", BillingDelivery.read, (delivery_id,), options)
        )

    def list(self, **query: Unpack[BillingDeliveryList]) -> AsyncList[BillingDelivery]:
        """List deliveries, newest first."""
        return self._list("billing_deliveries.list", BillingDelivery.read, query)


class BillingDelivery(ApiObject, kind="billing_delivery", promised=RESOURCE):
    """One message of a provider. `outcome` says what became of it, `effects` what it did."""

    id: str
    mode: str
    provider: str
    event_id: str
    type: str
    kind: str | None
    subject: str | None
    period_end: str | None
    plans: Sequence[str]
    outcome: str
    reason: str | None
    effects: Sequence[str]
    license_id: str | None
    occurred_at: str | None
    applied_at: str | None
    created_at: str

    retrieve = on_default_client(BillingDeliveries, BillingDeliveries.retrieve)
    list = on_default_client(BillingDeliveries, BillingDeliveries.list)
