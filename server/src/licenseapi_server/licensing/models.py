"""Grants and who holds them: licenses, customers, and the terms they are searched by."""

from typing import Any, ClassVar

from django.db import models

from licenseapi_server.accounts.models import Account
from licenseapi_server.catalog.models import (
    Entitlement,
    Policy,
    Product,
    TenantRow,
    optional_count,
)
from licenseapi_server.columns import (
    ByteOrderField,
    IdField,
    InstantField,
    JsonTextField,
    ParentField,
)


class Customer(TenantRow):
    """The holder of licenses."""

    name = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null: not given
    email = models.CharField(max_length=254, null=True)  # noqa: DJ001 - null: not given
    external_id = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null: not given
    banned_at = InstantField(null=True)
    ban_reason = models.CharField(max_length=500, null=True)  # noqa: DJ001 - null: none

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "mode", "external_id"], name="customer_external_id_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="customer_by_tenant"),
            models.Index(fields=["account", "mode", "email", "id"], name="customer_by_email"),
        ]


class License(TenantRow):
    """A grant to use a product under a policy. Its status is computed, never stored."""

    BOUND_BY = "product_id"
    product = ParentField(Product, db_constraint=False)
    policy = ParentField(Policy)
    customer = ParentField(Customer, null=True)
    name = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null: not given
    key_digest = models.BinaryField(max_length=32, default=b"")
    key_encrypted = models.BinaryField(default=b"")
    key_hint = models.CharField(max_length=140, default="", db_default="")
    private_metadata = JsonTextField(default="{}", db_default="{}")
    overrides = JsonTextField(default="{}", db_default="{}")
    # What the runtime reads instead of two joins; kept by catalog/attachments.py.
    entitlements = JsonTextField(default="[]", db_default="[]")
    starts_at = InstantField(null=True)
    expires_at = InstantField(null=True)
    suspended_at = InstantField(null=True)
    suspension_reason = models.CharField(max_length=500, null=True)  # noqa: DJ001 - null: none
    revoked_at = InstantField(null=True)
    revocation_reason = models.CharField(max_length=500, null=True)  # noqa: DJ001 - null: none
    last_validated_at = InstantField(null=True)
    activation_count = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "mode", "key_digest"], name="license_key_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="license_by_tenant"),
            models.Index(fields=["account", "mode", "policy", "id"], name="license_by_policy"),
            models.Index(fields=["account", "mode", "product", "id"], name="license_by_product"),
            models.Index(fields=["account", "mode", "customer", "id"], name="license_by_customer"),
            models.Index(fields=["account", "mode", "expires_at", "id"], name="license_by_expiry"),
        ]


class LicenseEntitlement(models.Model):
    """An entitlement attached to one license, beside those of its policy."""

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    license = ParentField(License, on_delete=models.CASCADE)
    entitlement = ParentField(Entitlement)
    expires_at = InstantField(null=True)
    max_leases = optional_count()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "license", "entitlement"], name="license_entitlement_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "entitlement"], name="license_by_entitlement")
        ]


class SearchTerm(models.Model):
    """One text by which an object is found: names, addresses and hints by prefix, metadata whole.

    `term` is case-folded. For metadata it is `key=value`, and only equality is asked of it.
    """

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    object_type = models.CharField(max_length=12, default="", db_default="")
    kind = models.CharField(max_length=12, default="", db_default="")
    term = ByteOrderField(max_length=640, default="", db_default="")
    object_id = IdField(default="", db_default="")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["account", "mode", "object_type", "kind", "term", "object_id"],
                name="object_by_term",
            ),
            models.Index(fields=["account", "object_id"], name="terms_of_object"),
        ]
