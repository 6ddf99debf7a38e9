"""Which reader takes whose deliveries, and what to make of one that nobody can read."""

import hashlib
from collections.abc import Callable

from licenseapi_server.domain import (
    billing_generic,
    billing_lemon_squeezy,
    billing_paddle,
    billing_stripe,
)
from licenseapi_server.domain.billing import Delivery, Provider, UnreadableError
from licenseapi_server.domain.instants import MINUTE

READERS: dict[Provider, Callable[[bytes], Delivery]] = {
    "stripe": billing_stripe.read,
    "paddle": billing_paddle.read,
    "lemon_squeezy": billing_lemon_squeezy.read,
    "generic": billing_generic.read,
}
MAX_AHEAD = 5 * MINUTE


def read_delivery(provider: Provider, content: bytes, now: int) -> Delivery:
    """The delivery; of a provider that changed its form, one to be kept as unreadable.

    Raises UnreadableError for our own form: its sender can mend it. A provider could only
    repeat the same for days, and then stop calling at all.
    """
    try:
        delivery = READERS[provider](content)
    except UnreadableError:
        if provider == "generic":
            raise
        digest = hashlib.sha256(content).hexdigest()
        return Delivery(event_id=digest, type="unknown", reason="unreadable")
    is_ahead = delivery.fact is not None and delivery.fact.occurred_at > now + MAX_AHEAD
    if is_ahead and provider == "generic":
        # It would be the latest word for as long as the clock was wrong.
        message = "`occurred_at` lies in the future"
        raise UnreadableError(message)
    return delivery
