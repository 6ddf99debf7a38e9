"""Events: what happened to licenses, for whoever watches, audits or explains it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from licenseapi_server.api.call import Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.fields import ObjectId
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.rows import get_row, visible
from licenseapi_server.domain.events import EventType
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.webhooks import models


class EventQuery(PageQuery):
    """Filters of the list of events."""

    type: EventType | None = None
    license_id: ObjectId | None = None


class Event(msgspec.Struct, kw_only=True):
    """Something that happened to a license. `data` depends on the type."""

    id: str
    object: str = "event"
    mode: str
    type: str
    license_id: str | None
    object_id: str
    data: dict[str, Any]
    actor: str
    created_at: str


def list_(call: Call[NoBody, EventQuery]) -> Page[Event]:
    """List events."""
    query = call.query
    names = ("type", "license_id")
    wanted = {name: getattr(query, name) for name in names if getattr(query, name) is not None}

    return list_page(call, visible(models.Event, call).filter(**wanted), "evt", _render_all)


def get(call: Call[NoBody, NoQuery]) -> Event:
    """Show an event."""
    return render(get_row(visible(models.Event, call), "evt", call.id))


def _render_all(rows: Sequence[models.Event]) -> list[Event]:
    return [render(row) for row in rows]


def render(row: models.Event) -> Event:
    """An event's row as the API shows it."""
    return Event(
        id=row.id,
        mode=row.mode,
        type=row.type,
        license_id=row.license_id or None,
        object_id=row.object_id,
        data=msgspec.json.decode(row.data),
        actor=row.actor,
        created_at=render_instant(row.created_at),
    )
