"""Examples of billing: a subscription at Stripe that drives the license of all other examples."""

from licenseapi_server.api.example_ids import (
    ACCOUNT_ID,
    BILLING_DELIVERY_ID,
    BILLING_PROVIDER_ID,
    LICENSE_ID,
    POLICY_ID,
    PRODUCT_ID,
    SUBSCRIPTION_LINK_ID,
)
from licenseapi_server.api.management import (
    billing_deliveries,
    billing_providers,
    billing_reception,
    subscription_links,
)

CREATED = "2026-03-02T09:30:00Z"
HEARD = "2026-03-09T14:05:00Z"
PAID_UNTIL = "2026-04-09T14:04:58Z"
SUBSCRIPTION = "sub_1QExample"
PROVIDER = billing_providers.BillingProvider(
    id=BILLING_PROVIDER_ID,
    mode="live",
    provider="stripe",
    delivery_url=f"https://licenses.example.com/v1/billing/stripe/{ACCOUNT_ID}",
    policies={"price_pro": POLICY_ID},
    previous_secret_until=None,
    created_at=CREATED,
    updated_at=CREATED,
    version=1,
)
LINK = subscription_links.SubscriptionLink(
    id=SUBSCRIPTION_LINK_ID,
    mode="live",
    license_id=LICENSE_ID,
    product_id=PRODUCT_ID,
    provider="stripe",
    external_id=SUBSCRIPTION,
    external_customer_id=None,
    policies={},
    when_refunded="revoke",
    status="active",
    paid_until=PAID_UNTIL,
    plan="price_pro",
    refunded_at=None,
    metadata={},
    created_at=CREATED,
    updated_at=HEARD,
    version=2,
)
DELIVERY = billing_deliveries.BillingDelivery(
    id=BILLING_DELIVERY_ID,
    mode="live",
    provider="stripe",
    event_id="evt_1QExample",
    type="customer.subscription.updated",
    kind="active",
    subject=SUBSCRIPTION,
    period_end=PAID_UNTIL,
    plans=["price_pro"],
    outcome="applied",
    reason=None,
    effects=["license.renewed"],
    license_id=LICENSE_ID,
    occurred_at="2026-03-09T14:04:58Z",
    applied_at=HEARD,
    created_at=HEARD,
)
RECEIPT = billing_reception.Receipt(id=BILLING_DELIVERY_ID, outcome="applied", is_repeat=False)
BILLING_EXAMPLES = (PROVIDER, LINK, DELIVERY, RECEIPT)
