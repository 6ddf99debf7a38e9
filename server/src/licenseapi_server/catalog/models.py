"""What is licensed, and under which rules: products, policies, entitlements."""

from typing import Any, ClassVar

from django.db import models

from licenseapi_server.accounts.models import Account
from licenseapi_server.columns import (
    ByteOrderField,
    IdField,
    InstantField,
    JsonTextField,
    ParentField,
)


def optional_count() -> "models.BigIntegerField[int | None, int | None]":
    """A column for a limit or a number of seconds: null means none."""
    return models.BigIntegerField(null=True)


def optional_span() -> "models.CharField[str | None, str | None]":
    """A column for an ISO 8601 duration: null means none."""
    return models.CharField(max_length=40, null=True)


def choice(default: str) -> "models.CharField[str, str]":
    """A column for one word of a closed list."""
    return models.CharField(max_length=20, default=default, db_default=default)


class TenantRow(models.Model):
    """What every row of a vendor's catalog and licenses carries."""

    id = IdField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    metadata = JsonTextField(default="{}", db_default="{}")
    created_at = InstantField(default=0, db_default=0)
    updated_at = InstantField(default=0, db_default=0)
    version = models.BigIntegerField(default=1, db_default=1)

    class Meta:
        abstract = True


class Product(TenantRow):
    """What is licensed."""

    # The column by which a key's product bindings restrict what exists for it.
    BOUND_BY = "id"
    name = models.CharField(max_length=200, default="", db_default="")
    code = models.CharField(max_length=64, default="", db_default="")
    platforms = JsonTextField(default="[]", db_default="[]")
    url = models.CharField(max_length=2000, null=True)  # noqa: DJ001 - null: none given
    archived_at = InstantField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["account", "mode", "code"], name="product_code_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="product_by_tenant")
        ]


class Policy(TenantRow):
    """The rules template that licenses are issued under. Null in a limit means: none."""

    BOUND_BY = "product_id"
    product = ParentField(Product)
    name = models.CharField(max_length=200, default="", db_default="")
    archived_at = InstantField(null=True)
    duration = optional_span()
    expiration_basis = choice("creation")
    expiration_strategy = choice("restrict")
    grace_period = optional_span()
    renewal_basis = choice("expiry")
    transfer_strategy = choice("keep_expiry")
    max_activations = optional_count()
    max_leases = optional_count()
    max_users = optional_count()
    max_cores = optional_count()
    max_memory_bytes = optional_count()
    max_disk_bytes = optional_count()
    overage_percent = models.IntegerField(default=0, db_default=0)
    over_limit = choice("warn")
    when_full = choice("refuse")
    floating = models.BooleanField(default=False, db_default=False)
    leasing = choice("per_process")
    lease_ttl = optional_count()
    max_borrow = optional_span()
    fingerprint_uniqueness = choice("license")
    component_matching = choice("two")
    heartbeat_interval = optional_count()
    dead_after = optional_count()
    when_dead = choice("release")
    heartbeat_basis = choice("creation")
    dormant_after = optional_span()
    deactivation_cooldown = optional_span()
    max_deactivations = optional_count()
    deactivation_period = optional_span()
    check_in_interval = optional_span()
    requires = JsonTextField(null=True)
    permit_ttl = models.CharField(max_length=40, default="P3D", db_default="P3D")
    outage_grace = models.CharField(max_length=40, default="P7D", db_default="P7D")
    offline_allowed = models.BooleanField(default=True, db_default=True)
    offline_max_ttl = models.CharField(max_length=40, default="P30D", db_default="P30D")
    offline_max_live_files = optional_count()
    key_format = choice("random")
    trial = models.BooleanField(default=False, db_default=False)
    one_trial_per_fingerprint = models.BooleanField(default=False, db_default=False)
    maintenance = optional_span()
    non_production = JsonTextField(default="[]", db_default="[]")
    max_non_production = models.IntegerField(default=2, db_default=2)
    # What the runtime reads instead of two joins; kept by catalog/attachments.py.
    entitlements = JsonTextField(default="[]", db_default="[]")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="policy_by_tenant"),
            models.Index(fields=["account", "mode", "product", "id"], name="policy_by_product"),
        ]


class ProductVersion(models.Model):
    """A version of a product, with its release date: apps are never asked for that."""

    BOUND_BY = "product_id"
    id = IdField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    product = ParentField(Product, on_delete=models.CASCADE)
    version = ByteOrderField(max_length=64, default="", db_default="")
    released_at = InstantField(default=0, db_default=0)
    created_at = InstantField(default=0, db_default=0)
    updated_at = InstantField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["product", "version"], name="product_version_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "product", "id"], name="version_by_product")
        ]


class Entitlement(TenantRow):
    """A feature that a license may carry. Its code never changes: apps ask for it by name."""

    name = models.CharField(max_length=200, default="", db_default="")
    code = models.CharField(max_length=64, default="", db_default="")
    archived_at = InstantField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "mode", "code"], name="entitlement_code_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="entitlement_by_tenant")
        ]


class PolicyEntitlement(models.Model):
    """An entitlement attached to a policy; its licenses inherit it."""

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    policy = ParentField(Policy, on_delete=models.CASCADE)
    entitlement = ParentField(Entitlement)
    expires_at = InstantField(null=True)
    max_leases = optional_count()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "policy", "entitlement"], name="policy_entitlement_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "entitlement"], name="policy_by_entitlement")
        ]
