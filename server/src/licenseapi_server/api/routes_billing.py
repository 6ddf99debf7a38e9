"""The endpoints of billing: providers, the subscriptions that drive licenses, and deliveries."""

from typing import Any

from licenseapi_server.api.call import Page
from licenseapi_server.api.management import (
    billing_deliveries,
    billing_providers,
    billing_reception,
    products,
    subscription_links,
)
from licenseapi_server.api.management.pages import PageQuery
from licenseapi_server.api.registry import CHANGE, CREATE, Route

PROVIDERS = (
    Route(
        name="billing_providers.create",
        method="POST",
        path="/v1/billing_providers",
        summary="Set up a billing provider",
        description=(
            "With the secret that it signs its deliveries with: it is never shown again. Give "
            "the provider the `delivery_url` of the answer."
        ),
        handler=billing_providers.create,
        scope="billing:write",
        body=billing_providers.NewBillingProvider,
        answer=billing_providers.BillingProvider,
        errors=("already_exists",),
        example={
            "provider": "stripe",
            "secret": "whsec_ThisIsAnExample",
            "policies": {"price_pro": "pol_01m86j5z9vesav92gpqb53nadv"},
        },
        **CREATE,
    ),
    Route(
        name="billing_providers.list",
        method="GET",
        path="/v1/billing_providers",
        summary="List billing providers",
        handler=billing_providers.list_,
        scope="billing:read",
        query=PageQuery,
        answer=Page[billing_providers.BillingProvider],
    ),
    Route(
        name="billing_providers.get",
        method="GET",
        path="/v1/billing_providers/{id}",
        summary="Show a billing provider",
        handler=billing_providers.get,
        scope="billing:read",
        answer=billing_providers.BillingProvider,
        errors=("not_found",),
    ),
    Route(
        name="billing_providers.update",
        method="PATCH",
        path="/v1/billing_providers/{id}",
        summary="Change where plans lead",
        handler=billing_providers.update,
        scope="billing:write",
        body=billing_providers.BillingProviderChange,
        answer=billing_providers.BillingProvider,
        errors=("not_found", "version_mismatch"),
        example={"policies": {"price_pro": "pol_01m86j5z9vesav92gpqb53nadv"}},
        **CHANGE,
    ),
    Route(
        name="billing_providers.roll_secret",
        method="POST",
        path="/v1/billing_providers/{id}/roll_secret",
        summary="Take a provider's next secret",
        description="The present one counts beside it until the overlap ends.",
        handler=billing_providers.roll_secret,
        scope="billing:write",
        body=billing_providers.SecretRoll,
        answer=billing_providers.BillingProvider,
        errors=("not_found", "version_mismatch"),
        example={"secret": "whsec_TheNextExample", "overlap_seconds": 86400},
        **CHANGE,
    ),
    Route(
        name="billing_providers.delete",
        method="DELETE",
        path="/v1/billing_providers/{id}",
        summary="Delete a billing provider",
        description="Its deliveries are refused from now on. Links and licenses stay.",
        handler=billing_providers.delete,
        scope="billing:write",
        answer=products.Deleted,
        errors=("not_found",),
        **CHANGE,
    ),
)

LINKS = (
    Route(
        name="subscription_links.create",
        method="POST",
        path="/v1/subscription_links",
        summary="Let a subscription drive a license",
        description=(
            "A license and a subscription are in one link each. What the provider has said "
            "about the subscription before is applied at once."
        ),
        handler=subscription_links.create,
        scope="billing:write",
        body=subscription_links.NewSubscriptionLink,
        answer=subscription_links.SubscriptionLink,
        errors=("already_exists", "invalid_state"),
        example={
            "license_id": "lic_01m86j5z9vesav92gpqb53nadv",
            "provider": "stripe",
            "external_id": "sub_1QExample",
        },
        **CREATE,
    ),
    Route(
        name="subscription_links.list",
        method="GET",
        path="/v1/subscription_links",
        summary="List subscription links",
        handler=subscription_links.list_,
        scope="billing:read",
        query=subscription_links.SubscriptionLinkQuery,
        answer=Page[subscription_links.SubscriptionLink],
        example={"provider": "stripe", "external_id": "sub_1QExample"},
    ),
    Route(
        name="subscription_links.get",
        method="GET",
        path="/v1/subscription_links/{id}",
        summary="Show a subscription link",
        handler=subscription_links.get,
        scope="billing:read",
        answer=subscription_links.SubscriptionLink,
        errors=("not_found",),
    ),
    Route(
        name="subscription_links.update",
        method="PATCH",
        path="/v1/subscription_links/{id}",
        summary="Change a subscription link",
        description="What has been said before is not applied anew.",
        handler=subscription_links.update,
        scope="billing:write",
        body=subscription_links.SubscriptionLinkChange,
        answer=subscription_links.SubscriptionLink,
        errors=("not_found", "version_mismatch"),
        example={"when_refunded": "suspend"},
        **CHANGE,
    ),
    Route(
        name="subscription_links.delete",
        method="DELETE",
        path="/v1/subscription_links/{id}",
        summary="Delete a subscription link",
        description="The license stays as it is; the subscription says nothing about it any more.",
        handler=subscription_links.delete,
        scope="billing:write",
        answer=products.Deleted,
        errors=("not_found",),
        **CHANGE,
    ),
)

DELIVERIES = (
    Route(
        name="billing_deliveries.list",
        method="GET",
        path="/v1/billing_deliveries",
        summary="List billing deliveries",
        handler=billing_deliveries.list_,
        scope="billing:read",
        query=billing_deliveries.BillingDeliveryQuery,
        answer=Page[billing_deliveries.BillingDelivery],
        example={"outcome": "pending"},
    ),
    Route(
        name="billing_deliveries.get",
        method="GET",
        path="/v1/billing_deliveries/{id}",
        summary="Show a billing delivery",
        handler=billing_deliveries.get,
        scope="billing:read",
        answer=billing_deliveries.BillingDelivery,
        errors=("not_found",),
    ),
)

# Called by the providers: the signature over the body is the credential.
SIGNED: dict[str, Any] = {
    "method": "POST",
    "handler": billing_reception.receive,
    "scope": None,
    "answer": billing_reception.Receipt,
    "is_signed": True,
    "is_counted": False,
    "writes": True,
    "errors": ("signature_refused", "too_many_failures", "not_found", "invalid_request"),
}
DESCRIPTION = (
    "The body is the provider's own, the signature its own header, or `Billing-Signature` of the "
    "generic form. A repeat has no second effect. A wrong signature and an unknown account are "
    "answered alike."
)
RECEPTION = (
    Route(
        name="billing.receive_live",
        path="/v1/billing/{provider}/{account_id}",
        summary="Take in a live delivery of a billing provider",
        description=DESCRIPTION,
        prepare=billing_reception.believe_live,
        **SIGNED,
    ),
    Route(
        name="billing.receive_test",
        path="/v1/billing/{provider}/{account_id}/test",
        summary="Take in a test delivery of a billing provider",
        description=DESCRIPTION,
        prepare=billing_reception.believe_test,
        **SIGNED,
    ),
)

BILLING = (*PROVIDERS, *LINKS, *DELIVERIES, *RECEPTION)
