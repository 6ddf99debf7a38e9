"""Writes audit records: sees what is saved and deleted meanwhile, and keeps before and after."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import msgspec
from django.db import models
from django.db.models.signals import post_delete, post_save, pre_save

from licenseapi_server.domain.audit_chain import digest_detail
from licenseapi_server.domain.ids import make_id
from licenseapi_server.entropy import id_entropy
from licenseapi_server.records.models import AuditDetail, AuditRecord

Changes = list[dict[str, Any]]
# A batch of a thousand is one record: its detail stays of a size that can be read.
MAX_CHANGES = 100
# What follows from a change that is recorded itself, or is the record.
SKIPPED = frozenset(
    {"AuditRecord", "AuditDetail", "AuditChain", "Event", "IdempotencyRecord", "SearchTerm", "Job"}
)
# Whatever the name of a column says, no secret and no digest of one is copied.
SECRET_WORDS = ("digest", "encrypted", "secret", "password", "private_key")
_changes: ContextVar[Changes | None] = ContextVar("changes", default=None)


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to what, when and from where."""

    account_id: str
    mode: str
    operation: str
    actor_type: str
    actor: str
    object_id: str
    now: int
    ip: str = ""
    request_id: str = ""


def by_operator(account_id: str, operation: str, object_id: str, now: int) -> Act:
    """What someone does on the command line of the server itself."""
    return Act(
        account_id=account_id,
        mode="live",
        operation=operation,
        actor_type="operator",
        actor="command line",
        object_id=object_id,
        now=now,
    )


@contextmanager
def watching() -> Iterator[Changes]:
    """Collect what is saved and deleted within the block, on this thread."""
    changes: Changes = []
    token = _changes.set(changes)
    try:
        yield changes
    finally:
        _changes.reset(token)


def write(act: Act, changes: Changes) -> None:
    """One record, in the transaction of the changes: there is neither without the other."""
    detail = {"changes": changes[:MAX_CHANGES], "change_count": len(changes)}
    text = msgspec.json.encode(detail, enc_hook=str).decode()
    row = AuditRecord(
        id=make_id("aud", act.now, id_entropy.take()),
        account_id=act.account_id,
        mode=act.mode,
        operation=act.operation,
        actor_type=act.actor_type,
        actor=act.actor,
        object_id=act.object_id[:64],
        ip=act.ip,
        request_id=act.request_id,
        detail_digest=digest_detail(text),
        created_at=act.now,
    )
    row.save(force_insert=True)
    AuditDetail(record=row, account_id=act.account_id, data=text).save(force_insert=True)


def connect() -> None:
    """Listen to Django's signals. `bulk_create` and `update` send none: of those a record says
    that they happened, by whom and to what, but not each row.
    """
    pre_save.connect(_before_save, dispatch_uid="records")
    post_save.connect(_after_save, dispatch_uid="records")
    post_delete.connect(_after_delete, dispatch_uid="records")


def _names(model: type[models.Model], wanted: Any = None) -> list[str]:
    return [
        field.attname
        for field in model._meta.concrete_fields  # noqa: SLF001 - Django's documented way
        if not isinstance(field, models.BinaryField)
        and not any(word in field.attname for word in SECRET_WORDS)
        and (wanted is None or field.name in wanted or field.attname in wanted)
    ]


def _seen(sender: type[models.Model]) -> Changes | None:
    return None if sender.__name__ in SKIPPED else _changes.get()


def _before_save(sender: type[models.Model], instance: Any, **more: Any) -> None:
    changes = _seen(sender)
    if changes is None or instance._state.adding or len(changes) >= MAX_CHANGES:  # noqa: SLF001 - the same
        return
    names = _names(sender, more.get("update_fields"))
    before = sender._base_manager.filter(pk=instance.pk).values(*names).first() or {}  # noqa: SLF001 - the same
    after = {name: getattr(instance, name) for name in names}
    differing = [name for name in names if before.get(name) != after[name]]
    changes.append(
        {
            "object": sender.__name__,
            "id": instance.pk,
            "before": {name: before.get(name) for name in differing},
            "after": {name: after[name] for name in differing},
        }
    )


def _after_save(sender: type[models.Model], instance: Any, **more: Any) -> None:
    changes = _seen(sender)
    if changes is not None and more.get("created"):
        after = {name: getattr(instance, name) for name in _names(sender)}
        changes.append({"object": sender.__name__, "id": instance.pk, "after": after})


def _after_delete(sender: type[models.Model], instance: Any, **_more: Any) -> None:
    changes = _seen(sender)
    if changes is not None:
        changes.append({"object": sender.__name__, "id": instance.pk, "deleted": True})
