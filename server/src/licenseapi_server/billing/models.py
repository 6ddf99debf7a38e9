"""Whose deliveries are believed, which subscription drives which license, and what was said."""

from typing import Any, ClassVar

from django.db import models

from licenseapi_server.accounts.models import Account
from licenseapi_server.catalog.models import Product, TenantRow, choice
from licenseapi_server.columns import IdField, InstantField, JsonTextField, ParentField
from licenseapi_server.licensing.models import License


class BillingProvider(TenantRow):
    """One provider of an account and mode: the secrets that its deliveries are signed with.

    Whoever writes billing locks this row first, then licenses, then links: in one order.
    """

    provider = choice("generic")
    secret_encrypted = models.BinaryField(default=b"")
    # The secret before the last roll, and until when it counts beside the new one.
    previous_secret_encrypted = models.BinaryField(null=True)
    previous_secret_until = InstantField(null=True)
    # Plan of the provider → policy, for links that have none of their own.
    policies = JsonTextField(default="{}", db_default="{}")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "mode", "provider"], name="billing_provider_once"
            )
        ]


class SubscriptionLink(TenantRow):
    """A license and the subscription that drives it. A license has at most one."""

    BOUND_BY = "product_id"
    license = ParentField(License, on_delete=models.CASCADE)
    product = ParentField(Product, db_constraint=False)
    provider = choice("generic")
    external_id = models.CharField(max_length=200, default="", db_default="")
    external_customer_id = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null: none
    policies = JsonTextField(default="{}", db_default="{}")
    when_refunded = choice("revoke")
    # What was heard of the subscription: domain/billing.LinkState.
    state = JsonTextField(default="{}", db_default="{}")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["license"], name="license_linked_once"),
            models.UniqueConstraint(
                fields=["account", "mode", "provider", "external_id"],
                name="subscription_linked_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="subscription_link_by_tenant")
        ]


class BillingDelivery(models.Model):
    """One delivery of a provider: what it said, and what it did. Never its body."""

    BOUND_BY = "product_id"
    id = IdField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    provider = choice("generic")
    event_id = models.CharField(max_length=200, default="", db_default="")
    type = models.CharField(max_length=100, default="", db_default="")
    # The subscription, or a payment that is not yet known to belong to one.
    subject = models.CharField(max_length=200, default="", db_default="")
    # As domain/billing.BillingFact; empty when the delivery says nothing that matters here.
    fact = JsonTextField(default="{}", db_default="{}")
    outcome = choice("pending")
    reason = models.CharField(max_length=20, null=True)  # noqa: DJ001 - null: none
    effects = JsonTextField(default="[]", db_default="[]")
    license_id = IdField(default="", db_default="")
    product_id = IdField(default="", db_default="")
    occurred_at = InstantField(null=True)
    applied_at = InstantField(null=True)
    created_at = InstantField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "mode", "provider", "event_id"], name="billing_delivery_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="billing_delivery_by_tenant"),
            models.Index(
                fields=["account", "mode", "subject", "id"], name="billing_delivery_by_subject"
            ),
            models.Index(
                fields=["account", "mode", "license_id", "id"], name="billing_delivery_by_license"
            ),
        ]


class BillingPayment(models.Model):
    """A payment by its provider's name, and what it belongs to: how a refund finds its way."""

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    provider = choice("generic")
    name = models.CharField(max_length=200, default="", db_default="")
    belongs_to = models.CharField(max_length=200, default="", db_default="")
    created_at = InstantField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "mode", "provider", "name"], name="billing_payment_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at"], name="billing_payment_by_age")
        ]
