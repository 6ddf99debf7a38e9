"""Our own form of deliveries, for shops and billing systems that we do not know.

NOTE wire format: members may be added, none renamed; unknown ones are left alone.
"""

from typing import get_args

import msgspec

from licenseapi_server.domain.billing import (
    BillingFact,
    Delivery,
    Kind,
    Read,
    UnreadableError,
    make_delivery,
)
from licenseapi_server.domain.billing_texts import (
    ExternalId,
    TypeName,
    decode,
    from_text,
    get_time,
)

TYPES: tuple[Kind, ...] = tuple(kind for kind in get_args(Kind) if kind != "payment")


class _Event(msgspec.Struct):
    id: ExternalId
    type: TypeName
    occurred_at: str
    subscription_id: ExternalId | None = None
    period_end: str | None = None
    plan: ExternalId | None = None


def read(content: bytes) -> Delivery:
    """The delivery. Raises UnreadableError."""
    event = decode(content, _Event)
    occurred_at = get_time(event.occurred_at)
    kind = next((each for each in TYPES if each == event.type), None)
    found: Read = "unknown_type"
    if kind is not None:
        if event.subscription_id is None:
            message = f"`subscription_id` is required of the type `{kind}`"
            raise UnreadableError(message)
        found = BillingFact(
            kind=kind,
            subject=event.subscription_id,
            occurred_at=occurred_at,
            period_end=from_text(event.period_end),
            plans=() if event.plan is None else (event.plan,),
        )
    return make_delivery(event.id, event.type, found, is_test=None)
