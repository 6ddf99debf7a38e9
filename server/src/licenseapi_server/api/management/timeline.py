"""The timeline of a license: its events and its denials, in the order of time."""

from typing import Any

from licenseapi_server.api.call import AnyCall, Call, NoBody, Page
from licenseapi_server.api.management import events
from licenseapi_server.api.management.events import Event
from licenseapi_server.api.management.pages import PageQuery, Source, list_merged
from licenseapi_server.api.management.rows import get_row, of_tenant, visible
from licenseapi_server.audit.models import Denial
from licenseapi_server.domain.events import DENIED, TimelineType
from licenseapi_server.domain.ids import is_id
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.licensing.models import License
from licenseapi_server.webhooks import models


class TimelineQuery(PageQuery):
    """Filters of the timeline of a license."""

    type: TimelineType | None = None


def timeline(call: Call[NoBody, TimelineQuery]) -> Page[Event]:
    """List what happened to a license, which may be deleted by now, and why it was refused."""
    happened = visible(models.Event, call).filter(license_id=call.id)
    denied = visible(Denial, call).filter(license_id=call.id)
    if not (is_id(call.id, "lic") and _is_deleted(call) and happened.exists()):
        get_row(visible(License, call), "lic", call.id)
    wanted = call.query.type
    if wanted == DENIED:
        happened = happened.none()
    elif wanted is not None:
        happened, denied = happened.filter(type=wanted), denied.none()

    return list_merged(
        call, [Source(happened, "evt", events.render), Source(denied, "den", _render_denial)]
    )


def _is_deleted(call: AnyCall) -> bool:
    return not of_tenant(License, call).filter(id=call.id).exists()


def _render_denial(row: Denial) -> Event:
    """A denial in the shape of an event: all that stands in a timeline is read alike."""
    data: dict[str, Any] = {
        "code": row.code,
        "fingerprint": row.fingerprint or None,
        "operation": row.operation,
        "count": row.count,
        "last_denied_at": render_instant(row.last_at),
    }
    return Event(
        id=row.id,
        object="denial",
        mode=row.mode,
        type=DENIED,
        license_id=row.license_id,
        object_id=row.license_id,
        data=data,
        actor="",
        created_at=render_instant(row.created_at),
    )
