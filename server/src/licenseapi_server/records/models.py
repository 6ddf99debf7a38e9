"""Who changed what: written with the change itself, and sealed into a chain soon after."""

from typing import Any, ClassVar

from django.db import models

from licenseapi_server.accounts.models import Account
from licenseapi_server.columns import IdField, InstantField, JsonTextField, ParentField


class AuditRecord(models.Model):
    """One change by a member, a key or the operator. `number` and `seal` are its place in the
    chain of its account (domain/audit_chain.py).
    """

    id = IdField(primary_key=True)
    account = ParentField(Account)
    mode = models.CharField(max_length=4, default="live", db_default="live")
    operation = models.CharField(max_length=60, default="", db_default="")
    actor_type = models.CharField(max_length=12, default="", db_default="")
    actor = models.CharField(max_length=64, default="", db_default="")
    object_id = models.CharField(max_length=64, default="", db_default="")
    ip = models.CharField(max_length=45, default="", db_default="")
    request_id = IdField(default="", db_default="")
    detail_digest = models.CharField(max_length=64, default="", db_default="")
    created_at = InstantField(default=0, db_default=0)
    number = models.BigIntegerField(null=True)
    seal = models.CharField(max_length=64, default="", db_default="")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["account", "number"], name="audit_record_in_chain")
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The list, newest first, alone and by its two narrow filters.
            models.Index(fields=["account", "mode", "id"], name="audit_record_list"),
            models.Index(fields=["account", "mode", "actor", "id"], name="audit_record_by_actor"),
            models.Index(
                fields=["account", "mode", "object_id", "id"], name="audit_record_by_object"
            ),
            models.Index(
                fields=["account", "id"],
                name="audit_record_unsealed",
                condition=models.Q(number=None),
            ),
        ]


class AuditDetail(models.Model):
    """What was there before and after. Apart from the record, which holds its digest alone: it
    may name people, and can be emptied without breaking the chain.
    """

    record = models.OneToOneField(
        AuditRecord, on_delete=models.CASCADE, primary_key=True, related_name="detail"
    )
    account = ParentField(Account)
    data = JsonTextField(default="{}", db_default="{}")


class AuditChain(models.Model):
    """Where the chain of an account ends, and the key of its seals, encrypted: whoever writes
    the database alone cannot make a seal.
    """

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    key_encrypted = models.TextField(default="", db_default="")
    number = models.BigIntegerField(default=0, db_default=0)
    seal = models.CharField(max_length=64, default="", db_default="")
