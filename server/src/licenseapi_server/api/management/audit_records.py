"""The audit log: who changed what, when and from where (domain/audit_chain.py)."""

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from licenseapi_server.api.call import AnyCall, Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.fields import ObjectId
from licenseapi_server.api.management.pages import ExportQuery, PageQuery, list_page
from licenseapi_server.api.management.rows import get_row, of_tenant
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.records import models

if TYPE_CHECKING:
    from django.db.models import QuerySet

Operation = Annotated[str, Meta(min_length=1, max_length=60)]
FILTERS = ("actor", "object_id", "operation")


class AuditRecordQuery(PageQuery):
    """Filters of the list of audit records."""

    actor: ObjectId | None = None
    object_id: ObjectId | None = None
    operation: Operation | None = None


class AuditRecordExportQuery(ExportQuery):
    """The same filters for the export."""

    actor: ObjectId | None = None
    object_id: ObjectId | None = None
    operation: Operation | None = None


class AuditRecord(msgspec.Struct, kw_only=True):
    """One change. `detail` is null once it has been erased; `number` and `seal` are null until
    the record is sealed.
    """

    id: str
    object: str = "audit_record"
    mode: str
    operation: str
    actor_type: str
    actor: str
    object_id: str | None
    ip: str | None
    request_id: str | None
    detail: dict[str, Any] | None
    detail_digest: str
    number: int | None
    seal: str | None
    created_at: str


def list_(call: Call[NoBody, AuditRecordQuery]) -> Page[AuditRecord]:
    """List audit records."""
    return list_page(call, filtered(call), "aud", lambda found: [render(row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> AuditRecord:
    """Show an audit record."""
    return render(get_row(_visible(call), "aud", call.id))


def filtered(call: AnyCall) -> "QuerySet[models.AuditRecord]":
    """The records that the query finds."""
    names = [name for name in FILTERS if getattr(call.query, name) is not None]
    return _visible(call).filter(**{name: getattr(call.query, name) for name in names})


def _visible(call: AnyCall) -> "QuerySet[models.AuditRecord]":
    """A change may concern several products, or keys: a key bound to some of them sees none."""
    rows = of_tenant(models.AuditRecord, call)
    return rows.none() if call.principal.product_ids else rows.select_related("detail")


def render(row: models.AuditRecord) -> AuditRecord:
    """A record's row as the API shows it."""
    detail: models.AuditDetail | None = getattr(row, "detail", None)
    return AuditRecord(
        id=row.id,
        mode=row.mode,
        operation=row.operation,
        actor_type=row.actor_type,
        actor=row.actor,
        object_id=row.object_id or None,
        ip=row.ip or None,
        request_id=row.request_id or None,
        detail=msgspec.json.decode(detail.data) if detail is not None and detail.data else None,
        detail_digest=row.detail_digest,
        number=row.number,
        seal=row.seal or None,
        created_at=render_instant(row.created_at),
    )
