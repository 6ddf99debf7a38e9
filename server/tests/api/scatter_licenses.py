"""Gives an account's licenses times on both sides of every boundary of the status.

Run by test_status_filter.py beside the server: through the API no license can be made to
have been revoked, banned and expired at chosen times in the past.
"""

import os
import random
import sys
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "licenseapi_server.django_settings"

import django

django.setup()

from django.db import transaction
from licenseapi_server.domain.instants import DAY
from licenseapi_server.licensing.models import Customer, License

EXPIRIES = (None, None, -40, -11, -9, -1, 1, 6, 8, 29, 31, 400)
STARTS = (None, None, None, -5, 5)
LAST_USES = (None, -400, -100, -80, -1)


@transaction.atomic
def main() -> None:
    """Scatter them, the same way each time."""
    chance = random.Random(11)
    now = time.time_ns() // 1000
    account_id = sys.argv[1]
    customer = Customer.objects.get(account_id=account_id)
    Customer.objects.filter(id=customer.id).update(banned_at=now - DAY)

    def at(days: tuple[int | None, ...]) -> int | None:
        chosen = chance.choice(days)
        return None if chosen is None else now + chosen * DAY

    for row in License.objects.filter(account_id=account_id).order_by("id"):
        License.objects.filter(id=row.id).update(
            expires_at=at(EXPIRIES),
            starts_at=at(STARTS),
            last_validated_at=at(LAST_USES),
            created_at=now - chance.choice((1, 200)) * DAY,
            suspended_at=at((*[None] * 8, -1)),
            revoked_at=at((*[None] * 8, -1)),
            customer_id=chance.choice((*[None] * 8, customer.id)),
        )


if __name__ == "__main__":
    main()
