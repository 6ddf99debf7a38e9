"""Imports: how far each has come, and what it must remember of rows that are done."""

from typing import Any, ClassVar

from django.db import models

from licenseapi_server.accounts.models import Account
from licenseapi_server.columns import IdField, InstantField, JsonTextField, ParentField


class LicenseImport(models.Model):
    """Licenses taken in from elsewhere, row by row. `next_row` moves with the rows themselves."""

    id = IdField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    key_id = IdField(default="", db_default="")
    policy_id = IdField(null=True)
    is_dry_run = models.BooleanField(default=False, db_default=False)
    allows_weak_keys = models.BooleanField(default=False, db_default=False)
    next_row = models.BigIntegerField(default=1, db_default=1)
    created = models.BigIntegerField(default=0, db_default=0)
    failed = models.BigIntegerField(default=0, db_default=0)
    # Places of the plan that its rows took, and would have taken in a dry run.
    placed = models.BigIntegerField(default=0, db_default=0)
    created_at = InstantField(default=0, db_default=0)
    updated_at = InstantField(default=0, db_default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="import_by_tenant"),
            models.Index(fields=["updated_at"], name="import_by_age"),
        ]


class ImportPart(models.Model):
    """Rows that were taken in together: what they were, and which of them failed."""

    id = models.BigAutoField(primary_key=True)
    license_import = ParentField(LicenseImport, on_delete=models.CASCADE)
    first_row = models.BigIntegerField(default=1, db_default=1)
    end_row = models.BigIntegerField(default=1, db_default=1)
    digest = models.BinaryField(max_length=32, null=True)
    failures = JsonTextField(default="{}", db_default="{}")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["license_import", "first_row"], name="import_part_once")
        ]


class DryRunKey(models.Model):
    """A key that a dry run would have given to a license: no other row may have it."""

    id = models.BigAutoField(primary_key=True)
    license_import = ParentField(LicenseImport, on_delete=models.CASCADE)
    key_digest = models.BinaryField(max_length=32, null=True)
    row = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["license_import", "key_digest"], name="dry_run_key_once"
            )
        ]
