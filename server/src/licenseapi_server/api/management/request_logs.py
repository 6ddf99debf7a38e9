"""The request log: what a vendor looks at to notice what is unusual."""

from typing import Annotated

import msgspec
from msgspec import Meta

from licenseapi_server.api.call import Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.fields import ObjectId
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.rows import get_row, of_tenant
from licenseapi_server.audit import models
from licenseapi_server.domain.instants import render_instant


class RequestLogQuery(PageQuery):
    """Filters of the request log."""

    key_id: ObjectId | None = None
    license_id: ObjectId | None = None
    operation: Annotated[str, Meta(max_length=60)] | None = None
    status: Annotated[int, Meta(ge=100, le=599)] | None = None
    code: Annotated[str, Meta(max_length=60)] | None = None


class RequestLogEntry(msgspec.Struct, kw_only=True):
    """One request. `code` is the error's, or the verdict's, or tells of a broken answer. Bodies and secrets are never kept."""

    id: str
    object: str = "request_log"
    mode: str
    credential_type: str
    key_id: str | None
    token_id: str | None
    operation: str | None
    method: str
    path: str
    status: int
    code: str | None
    license_id: str | None
    ip: str | None
    user_agent: str | None
    is_replay: bool
    duration_us: int
    created_at: str


def list_(call: Call[NoBody, RequestLogQuery]) -> Page[RequestLogEntry]:
    """List requests of this account and mode; the newest may be a second late."""
    query = call.query
    names = ("key_id", "license_id", "operation", "status", "code")
    wanted = {name: getattr(query, name) for name in names if getattr(query, name) is not None}
    rows = of_tenant(models.RequestLogEntry, call).filter(**wanted)

    return list_page(call, rows, "req", lambda found: [render(row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> RequestLogEntry:
    """Show one request."""
    return render(get_row(of_tenant(models.RequestLogEntry, call), "req", call.id))


def render(row: models.RequestLogEntry) -> RequestLogEntry:
    """A log line as the API shows it. Its `reason` is for the operator only."""
    return RequestLogEntry(
        id=row.id,
        mode=row.mode,
        credential_type=row.credential_type,
        key_id=row.key_id or None,
        token_id=row.token_id or None,
        operation=row.operation or None,
        method=row.method,
        path=row.path,
        status=row.status,
        code=row.code or None,
        license_id=row.license_id or None,
        ip=row.ip or None,
        user_agent=row.user_agent or None,
        is_replay=row.is_replay,
        duration_us=row.duration_us,
        created_at=render_instant(row.created_at),
    )
