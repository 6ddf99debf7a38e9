"""What is counted against an account's plan."""

from typing import Any, ClassVar

from django.db import models

from licenseapi_server.accounts.models import Account
from licenseapi_server.columns import InstantField, ParentField


class RequestCounter(models.Model):
    """Requests of one account, mode and UTC month that count against the plan."""

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    month_start = InstantField(default=0, db_default=0)
    used = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "mode", "month_start"], name="request_counter_once"
            )
        ]


class LicenseCounter(models.Model):
    """Licenses of one account and mode that count against the plan: neither revoked nor deleted.

    A limit is taken by a conditional UPDATE of this row, so that it is exact on both engines.
    """

    id = models.BigAutoField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    used = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["account", "mode"], name="license_counter_once")
        ]
