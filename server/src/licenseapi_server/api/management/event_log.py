"""Writes down what management calls do to licenses, in the transaction in which they do it."""

from collections.abc import Mapping, Sequence
from typing import Any

from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.management.fields import json_text
from licenseapi_server.domain.events import EventType
from licenseapi_server.licensing.models import License
from licenseapi_server.webhooks.models import Event


def record(
    call: AnyCall,
    kind: EventType,
    licenses: Sequence[License],
    data: Mapping[str, Any] | None = None,
    *,
    objects: Sequence[str] = (),
) -> None:
    """One event for each license, inserted together. `data` is what the reader may know.

    `objects`: the ids of what it happened to, one for each license, if not the licenses.
    """
    record_each(call, kind, [(row, data or {}) for row in licenses], objects=objects)


def record_each(
    call: AnyCall,
    kind: EventType,
    happened: Sequence[tuple[License, Mapping[str, Any]]],
    *,
    objects: Sequence[str] = (),
) -> None:
    """The same with data of its own for each license."""
    ids = objects or [row.id for row, _ in happened]
    Event.objects.bulk_create(
        [
            Event(
                id=call.make_id("evt"),
                account_id=row.account_id,
                mode=row.mode,
                type=kind,
                license_id=row.id,
                product_id=row.product_id,
                object_id=object_id,
                data=json_text(data),
                actor=call.principal.key_id,
                created_at=call.now,
            )
            for (row, data), object_id in zip(happened, ids, strict=True)
        ],
        batch_size=500,
    )
