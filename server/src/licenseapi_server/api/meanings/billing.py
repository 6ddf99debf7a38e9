"""What the fields of billing providers, subscription links and deliveries mean."""

from licenseapi_server.api.meanings.shared import (
    CHANGED_METADATA,
    METADATA,
    PAGE_QUERY,
    SHOWN_METADATA,
    stamps,
)

_PROVIDER = "`stripe`, `paddle`, `lemon_squeezy`, or `generic` for a system of your own."
_SIGNING_TEXT = (
    "What it signs its deliveries with, as the provider shows it; for `generic` at least 16 "
    "random characters of your own. It is never shown again."
)
_POLICIES = (
    "Where its plans lead: from the provider's price, variant or plan to a policy, at most 100. "
    "A plan that is not named changes nothing."
)
_LINK_POLICIES = (
    "Where plans lead, for this link alone: before those of the provider. Policies of the "
    "license's product."
)
_WHEN_REFUNDED = (
    "What a full refund or a chargeback does to the license: `revoke`, which is final, `suspend`, "
    "or `ignore`."
)
_CUSTOMER = "The customer at the provider, for your own look-ups; null is not given."
_SUBJECT = "its id at the provider, like `sub_1Q…`."

STRUCTS = {
    "NewBillingProvider": {"provider": _PROVIDER, "secret": _SIGNING_TEXT, "policies": _POLICIES},
    "BillingProviderChange": {"policies": f"{_POLICIES} Replaces all; `{{}}` removes them."},
    "SecretRoll": {
        "secret": _SIGNING_TEXT,
        "overlap_seconds": (
            "How long the present secret counts beside it, up to 7 days. 0 ends it at once."
        ),
    },
    "BillingProvider": {
        **stamps("provider", "billing_provider"),
        "provider": _PROVIDER,
        "delivery_url": "The address that the provider has to deliver to.",
        "policies": _POLICIES,
        "previous_secret_until": (
            "Until when the secret before the present one counts; null when only one does."
        ),
    },
    "NewSubscriptionLink": {
        "license_id": "The license to drive. It can be in one link only.",
        "provider": _PROVIDER,
        "external_id": f"The subscription: {_SUBJECT} It can be in one link only.",
        "external_customer_id": _CUSTOMER,
        "policies": _LINK_POLICIES,
        "when_refunded": _WHEN_REFUNDED,
        "metadata": METADATA,
    },
    "SubscriptionLinkChange": {
        "external_customer_id": _CUSTOMER,
        "policies": f"{_LINK_POLICIES} Replaces all; `{{}}` removes them.",
        "when_refunded": _WHEN_REFUNDED,
        "metadata": CHANGED_METADATA,
    },
    "SubscriptionLinkQuery": {
        **PAGE_QUERY,
        "license_id": "The link of this license.",
        "provider": "Links of this provider.",
        "external_id": "Links of the subscription with this id at its provider.",
    },
    "SubscriptionLink": {
        **stamps("link", "subscription_link"),
        "license_id": "The license that is driven.",
        "product_id": "The product of that license.",
        "provider": _PROVIDER,
        "external_id": f"The subscription: {_SUBJECT}",
        "external_customer_id": _CUSTOMER,
        "policies": _LINK_POLICIES,
        "when_refunded": _WHEN_REFUNDED,
        "status": (
            "`active`, `past_due`, `unpaid`, `paused` or `canceled`, as last heard; null before "
            "the first delivery."
        ),
        "paid_until": (
            "Until when the subscription is paid, by all that was heard; null before. The "
            "license's expiry was set to it."
        ),
        "plan": "The plan last heard of that leads to a policy; null is none.",
        "refunded_at": "When money last went back in full; null is never.",
        "metadata": SHOWN_METADATA,
    },
    "BillingDeliveryQuery": {
        **PAGE_QUERY,
        "provider": "Deliveries of this provider.",
        "outcome": "Deliveries with this outcome; `pending` finds those that wait for a link.",
        "license_id": "Deliveries that were about this license.",
        "subject": "Deliveries about this subscription, by its id at the provider.",
        "event_id": "The delivery with this id at the provider.",
    },
    "BillingDelivery": {
        "id": "The id of the delivery.",
        "object": "Always `billing_delivery`.",
        "mode": "`live` or `test`: that of the address that it came to.",
        "provider": _PROVIDER,
        "event_id": (
            "The provider's id of it, by which a repeat is known; of Lemon Squeezy, which has "
            "none, the digest of the body."
        ),
        "type": "What the provider calls it, like `invoice.paid`.",
        "kind": (
            "What it says: `active`, `past_due`, `unpaid`, `paused` or `canceled` of the "
            "subscription, `paid`, `refunded`, `charged_back`, or `payment`, which only tells what "
            "a payment belongs to. Null when it says nothing about a license."
        ),
        "subject": (
            "The subscription that it is about, or a payment of which that is not known yet; "
            "null is neither."
        ),
        "period_end": "Until when it is paid, as this delivery says; null is nothing said.",
        "plans": "The prices, variants or plans that it names.",
        "outcome": (
            "`applied`: the license was changed. `noted`: the link has learned something. "
            "`stale`: newer was known. `pending`: it waits for its link. `ignored`: see `reason`."
        ),
        "reason": (
            "Why it is ignored: `unknown_type`, `unreadable`, `other_mode`, `partial_refund`, or "
            "`not_final` for what may still turn out otherwise. Null of all others."
        ),
        "effects": "The types of the events that it led to, in their order.",
        "license_id": "The license that it was applied to; null is none so far.",
        "occurred_at": "When it happened, by the provider's clock; null is unknown.",
        "applied_at": "When it was applied; null is not so far.",
        "created_at": "When it arrived.",
    },
    "Receipt": {
        "id": "The id under which the delivery is kept.",
        "object": "Always `billing_receipt`.",
        "outcome": "What became of it: see the delivery.",
        "is_repeat": "Whether it had been taken in before, and so had no second effect.",
    },
}
