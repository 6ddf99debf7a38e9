"""What may happen to a license: the closed list of event types."""

EVENT_TYPES: tuple[str, ...] = (
    "activation.created",
    "activation.revived",
    "activation.moved",
    "activation.ended",
)
