"""What happened: the row that webhooks deliver and timelines show."""

from typing import ClassVar

from django.db import models

from licenseapi_server.accounts.models import Account
from licenseapi_server.columns import IdField, InstantField, JsonTextField, ParentField


class Event(models.Model):
    """Something that happened, written in the transaction in which it did."""

    BOUND_BY = "product_id"
    id = IdField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    type = models.CharField(max_length=60, default="", db_default="")
    # Of the license that it is about, kept when that is deleted: no reference.
    license_id = IdField(default="", db_default="")
    # Of that license when it happened: keys of a product see no other's events.
    product_id = IdField(default="", db_default="")
    object_id = IdField(default="", db_default="")
    data = JsonTextField(default="{}", db_default="{}")
    actor = models.CharField(max_length=64, default="", db_default="")
    created_at = InstantField(default=0, db_default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "mode", "id"], name="event_by_tenant"),
            models.Index(fields=["account", "mode", "license_id", "id"], name="event_by_license"),
            models.Index(fields=["account", "mode", "type", "id"], name="event_by_type"),
        ]
