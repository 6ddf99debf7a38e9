"""What may happen to a license: the closed list of event types."""

from typing import Literal, get_args

EventType = Literal[
    "license.created",
    "license.updated",
    "license.suspended",
    "license.reinstated",
    "license.revoked",
    "license.renewed",
    "license.extended",
    "license.transferred",
    "license.key_rolled",
    "license.key_exposed",
    "license.clock_started",
    "license.checked_in",
    "license.subscription_linked",
    "license.subscription_updated",
    "license.subscription_unlinked",
    "license.deleted",
    "license_user.created",
    "license_user.updated",
    "license_user.deleted",
    "license_user.banned",
    "license_user.unbanned",
    "activation.created",
    "activation.revived",
    "activation.moved",
    "activation.ended",
    "activation.seat_freed",
    "lease.acquired",
    "lease.borrowed",
    "lease.ended",
    "portal.link_sent",
    "portal.opened",
    "license_file.created",
    "license_file.revoked",
]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
# How a denial is called among the events of a timeline; it is none of them.
DENIED: Literal["license.denied"] = "license.denied"
TimelineType = EventType | Literal["license.denied"]
