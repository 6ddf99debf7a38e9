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
from licenseapi_server.licensing.import_models import (  # noqa: F401 - Django finds them here
    DryRunKey,
    ImportPart,
    LicenseImport,
)


class Customer(TenantRow):
    """The holder of licenses."""

    name = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null: not given
    email = models.CharField(max_length=254, null=True)  # noqa: DJ001 - null: not given
    external_id = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null: not given
    banned_at = InstantField(null=True)
    ban_reason = models.CharField(max_length=500, null=True)  # noqa: DJ001 - null: none
    # Part of every portal session: raising it ends them all.
    portal_gen = models.IntegerField(default=1, db_default=1)

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
    # The key before the last roll, and until when it works beside the new one.
    previous_key_digest = models.BinaryField(max_length=32, null=True)
    previous_key_until = InstantField(null=True)
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
    # When its expiry began to be counted or was set; null: it waits for the first use.
    clock_started_at = InstantField(null=True)
    first_activated_at = InstantField(null=True)
    last_check_in_at = InstantField(null=True)
    last_validated_at = InstantField(null=True)
    activation_count = models.BigIntegerField(default=0, db_default=0)
    user_count = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "mode", "key_digest"], name="license_key_once"
            ),
            # Of rolled licenses only: the planner must not take it for look-ups by other columns.
            models.UniqueConstraint(
                fields=["account", "mode", "previous_key_digest"],
                condition=models.Q(previous_key_digest__isnull=False),
                name="license_previous_key_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="license_by_tenant"),
            models.Index(fields=["account", "mode", "policy", "id"], name="license_by_policy"),
            models.Index(fields=["account", "mode", "product", "id"], name="license_by_product"),
            models.Index(fields=["account", "mode", "customer", "id"], name="license_by_customer"),
            models.Index(fields=["account", "mode", "expires_at", "id"], name="license_by_expiry"),
            # What the revocation list is read from: as small as there are revoked ones.
            models.Index(
                fields=["account", "mode", "id"],
                condition=models.Q(revoked_at__isnull=False),
                name="license_revoked",
            ),
        ]


class LicenseUser(TenantRow):
    """A named person on a license, known by an id of the vendor's or by an address."""

    BOUND_BY = "license__product_id"
    license = ParentField(License, on_delete=models.CASCADE)
    customer = ParentField(Customer, null=True)
    name = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null: not given
    email = models.CharField(max_length=254, null=True)  # noqa: DJ001 - null: not given
    # The address as it is looked for: without regard to letter case.
    email_folded = models.CharField(max_length=800, null=True)  # noqa: DJ001 - null: not given
    external_id = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null: not given
    banned_at = InstantField(null=True)
    ban_reason = models.CharField(max_length=500, null=True)  # noqa: DJ001 - null: none

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["license", "external_id"], name="license_user_external_id_once"
            ),
            models.UniqueConstraint(
                fields=["license", "email_folded"], name="license_user_email_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "license", "id"], name="user_by_license"),
            # Else deleting a customer would read all users.
            models.Index(fields=["customer"], name="user_by_customer"),
        ]


class Activation(TenantRow):
    """A license bound to one machine. It lives until it ends; the same machine revives it.

    Whether it still counts is decided by comparing its instants with now (domain/activations).
    """

    BOUND_BY = "product_id"
    license = ParentField(License, on_delete=models.CASCADE)
    product = ParentField(Product, db_constraint=False)
    fingerprint = models.CharField(max_length=512, default="", db_default="")
    fingerprint_digest = models.BinaryField(max_length=32, default=b"")
    components = JsonTextField(default="{}", db_default="{}")
    name = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null: not given
    hostname = models.CharField(max_length=255, null=True)  # noqa: DJ001 - null: not given
    platform = models.CharField(max_length=255, null=True)  # noqa: DJ001 - null: not given
    ip = models.CharField(max_length=45, default="", db_default="")
    # Who uses the machine; kept when the user is taken off the license: no reference.
    user_id = IdField(null=True)
    cores = models.BigIntegerField(default=0, db_default=0)
    memory_bytes = models.BigIntegerField(default=0, db_default=0)
    disk_bytes = models.BigIntegerField(default=0, db_default=0)
    is_non_production = models.BooleanField(default=False, db_default=False)
    activated_at = InstantField(default=0, db_default=0)
    last_seen_at = InstantField(default=0, db_default=0)
    heartbeat_at = InstantField(null=True)
    ended_at = InstantField(null=True)
    ended_reason = models.CharField(max_length=20, null=True)  # noqa: DJ001 - null: it lives
    seat_free_at = InstantField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["license", "fingerprint_digest"], name="activation_once_per_machine"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="activation_by_tenant"),
            models.Index(fields=["account", "mode", "license", "id"], name="activation_by_license"),
            models.Index(fields=["license", "ended_at", "last_seen_at"], name="activation_by_end"),
            models.Index(
                fields=["account", "mode", "fingerprint_digest"], name="activation_by_machine"
            ),
        ]


class LicenseFile(models.Model):
    """A signed document by which a license holds offline. The text itself is kept nowhere."""

    BOUND_BY = "product_id"
    id = IdField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    license = ParentField(License, on_delete=models.CASCADE)
    product = ParentField(Product, db_constraint=False)
    # Of the machine that it is bound to, kept when that is deleted: no reference.
    activation_id = IdField(null=True)
    kid = models.CharField(max_length=64, default="", db_default="")
    expires_at = InstantField(default=0, db_default=0)
    superseded_at = InstantField(null=True)
    revoked_at = InstantField(null=True)
    created_at = InstantField(default=0, db_default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="license_file_by_tenant"),
            models.Index(fields=["account", "mode", "license", "id"], name="file_by_license"),
            models.Index(fields=["license", "superseded_at", "expires_at"], name="file_by_end"),
        ]


class Revocation(models.Model):
    """What a revocation list names although its own row may be gone: rows are only ever added."""

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    kind = models.CharField(max_length=8, default="", db_default="")
    object_id = IdField(default="", db_default="")
    created_at = InstantField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "mode", "kind", "object_id"], name="revoked_once"
            )
        ]


class ActivationComponent(models.Model):
    """One part of a machine, as a digest: what it is recognized by when its fingerprint changes."""

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    license = ParentField(License, on_delete=models.CASCADE)
    activation = ParentField(Activation, on_delete=models.CASCADE)
    digest = models.BinaryField(max_length=32, default=b"")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["license", "digest", "activation"], name="component_once_per_machine"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["activation"], name="component_by_activation")
        ]


class SeatMove(models.Model):
    """When a seat of a license was given up or moved: what cool-downs and budgets count."""

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    license = ParentField(License, on_delete=models.CASCADE)
    moved_at = InstantField(default=0, db_default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["license", "moved_at"], name="seat_move_by_time")
        ]


class Lease(TenantRow):
    """One use of a floating license, from when it was acquired until it ended.

    It counts while `expires_at` lies ahead; whoever ends it sets that to the moment, so that
    one index finds the living (api/runtime/lease_sql.py).
    """

    BOUND_BY = "product_id"
    license = ParentField(License, on_delete=models.CASCADE)
    product = ParentField(Product, db_constraint=False)
    fingerprint = models.CharField(max_length=512, default="", db_default="")
    process_id = models.CharField(max_length=128, null=True)  # noqa: DJ001 - null: the only one
    user_name = models.CharField(max_length=512, null=True)  # noqa: DJ001 - null: not given
    # Who that is, where the license names its users; kept like that of an activation.
    user_id = IdField(null=True)
    entitlement = models.CharField(max_length=64, default="", db_default="")
    # What seats are counted by: a process, a machine or a user, as the policy says now.
    holder_digest = models.BinaryField(max_length=32, default=b"")
    fingerprint_digest = models.BinaryField(max_length=32, default=b"")
    user_digest = models.BinaryField(max_length=32, null=True)
    ttl_seconds = models.BigIntegerField(default=0, db_default=0)
    acquired_at = InstantField(default=0, db_default=0)
    renewed_at = InstantField(default=0, db_default=0)
    expires_at = InstantField(default=0, db_default=0)
    borrowed_until = InstantField(null=True)
    ended_at = InstantField(null=True)
    ended_reason = models.CharField(max_length=20, null=True)  # noqa: DJ001 - null: not by anyone

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="lease_by_tenant"),
            models.Index(fields=["account", "mode", "license", "id"], name="lease_by_license"),
            models.Index(fields=["license", "expires_at"], name="lease_by_end"),
            models.Index(fields=["license", "holder_digest", "expires_at"], name="lease_by_holder"),
        ]


class UsedTrial(models.Model):
    """A machine's one trial of a product, under a keyed digest: it outlives its license."""

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    product = ParentField(Product, on_delete=models.CASCADE)
    digest = models.BinaryField(max_length=32, default=b"")
    license_id = IdField(default="", db_default="")
    used_at = InstantField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "mode", "product", "digest"], name="trial_once_per_machine"
            )
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
