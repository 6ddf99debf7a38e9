"""What happened at the door: requests and denials. Telemetry, in a file of its own on SQLite."""

from typing import Any, ClassVar

from django.db import models

from licenseapi_server.columns import IdField, InstantField


class RequestLogEntry(models.Model):
    """One request: who, what, from where, with which answer. Never a body, never a secret.

    No foreign keys: on SQLite this table lives in another file than the accounts.
    """

    # Lines are appended in the order of time: what is old is found by this number.
    row = models.BigAutoField(primary_key=True)
    id = IdField(default="", db_default="")
    account_id = IdField(default="", db_default="")
    mode = models.CharField(max_length=4, default="", db_default="")
    credential_type = models.CharField(max_length=12, default="", db_default="")
    key_id = IdField(default="", db_default="")
    token_id = models.CharField(max_length=64, default="", db_default="")
    operation = models.CharField(max_length=60, default="", db_default="")
    method = models.CharField(max_length=10, default="", db_default="")
    path = models.CharField(max_length=300, default="", db_default="")
    status = models.IntegerField(default=0, db_default=0)
    code = models.CharField(max_length=60, default="", db_default="")
    reason = models.CharField(max_length=120, default="", db_default="")
    license_id = IdField(default="", db_default="")
    ip = models.CharField(max_length=45, default="", db_default="")
    user_agent = models.CharField(max_length=200, default="", db_default="")
    is_replay = models.BooleanField(default=False, db_default=False)
    duration_us = models.BigIntegerField(default=0, db_default=0)
    created_at = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account_id", "mode", "id"], name="request_by_tenant"),
        ]


class Denial(models.Model):
    """Why software was not let run: a license, a machine and a code, counted by the hour.

    No foreign keys: a denial is kept when its license is deleted, and lives in another file.
    """

    BOUND_BY = "product_id"
    id = IdField(primary_key=True)
    account_id = IdField(default="", db_default="")
    mode = models.CharField(max_length=4, default="", db_default="")
    license_id = IdField(default="", db_default="")
    product_id = IdField(default="", db_default="")
    # Text and digest of what was presented; empty where no machine was.
    fingerprint = models.CharField(max_length=512, default="", db_default="")
    fingerprint_digest = models.BinaryField(max_length=32, default=b"")
    code = models.CharField(max_length=60, default="", db_default="")
    # The last operation that was refused so.
    operation = models.CharField(max_length=60, default="", db_default="")
    hour_start = InstantField(default=0, db_default=0)
    count = models.BigIntegerField(default=0, db_default=0)
    created_at = InstantField(default=0, db_default=0)
    last_at = InstantField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["license_id", "fingerprint_digest", "code", "hour_start"],
                name="denial_once_an_hour",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account_id", "mode", "id"], name="denial_by_tenant"),
            models.Index(
                fields=["account_id", "mode", "license_id", "id"], name="denial_by_license"
            ),
            models.Index(fields=["hour_start"], name="denial_by_hour"),
        ]
