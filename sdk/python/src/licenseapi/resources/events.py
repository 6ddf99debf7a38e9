"""Events: what happened to licenses and their machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import ListParams, RequestOptions
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page


class Timeline(ListParams, total=False):
    """Filters of the timeline of a license. `type` is like `license.renewed`."""

    type: str


class EventList(Timeline, total=False):
    """Filters of the list. `license_id` may be that of a license which is deleted."""

    license_id: str


class Events(Resource):
    """The methods of events."""

    def retrieve(self, event_id: str, /, **options: Unpack[RequestOptions]) -> Event:
        """Show an event."""
        return self._run(Call("events.get", Event.read, (event_id,), options))

    def list(self, **query: Unpack[EventList]) -> Page[Event]:
        """List events, newest first."""
        return self._list("events.list", Event.read, query)


class AsyncEvents(AsyncResource):
    """The methods of events."""

    async def retrieve(self, event_id: str, /, **options: Unpack[RequestOptions]) -> Event:
        """Show an event."""
        return await self._run(Call("events.get", Event.read, (event_id,), options))

    def list(self, **query: Unpack[EventList]) -> AsyncList[Event]:
        """List events, newest first."""
        return self._list("events.list", Event.read, query)


class Event(ApiObject, kind="event", promised=RESOURCE):
    """Something that happened to a license: what (`type`), to what, by which key (`actor`)."""

    id: str
    mode: str
    type: str
    license_id: str | None
    object_id: str
    data: Mapping[str, Any]
    actor: str
    created_at: str

    retrieve = on_default_client(Events, Events.retrieve)
    list = on_default_client(Events, Events.list)
