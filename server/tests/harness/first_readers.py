"""A worker as it starts, whose first deliveries come all at once; in many copies.

Prints how many of the copies died.
"""

import json
import os
import sys
import threading
import time

from licenseapi_server.asgi import create_app
from licenseapi_server.domain.billing_readers import read_delivery

from harness.billing import stripe_event, stripe_subscription

COPIES, READERS = 30, 16


def read_at_once() -> None:
    """The first thing that this process reads, on many threads."""
    now = int(time.time())
    said = stripe_subscription("active", now - 60, now + 3_600)
    content = json.dumps(stripe_event("customer.subscription.updated", said, now)).encode()
    barrier = threading.Barrier(READERS)

    def read() -> None:
        barrier.wait(30)
        read_delivery("stripe", content, now * 1_000_000)

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def is_dead() -> bool:
    """Whether a copy of this process does not survive it."""
    pid = os.fork()
    if pid == 0:
        read_at_once()
        os._exit(0)
    return os.waitpid(pid, 0)[1] != 0


if __name__ == "__main__":
    create_app()
    sys.stdout.write(f"{sum(is_dead() for _ in range(COPIES))}\n")
