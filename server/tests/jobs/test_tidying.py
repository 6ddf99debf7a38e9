"""Tidying up: what is kept, and for how long after its end; on both engines."""

import time

from harness.cast import make_vendor
from harness.server import Server
from security.tidying_run import run_tidying

DAY = 86_400_000_000
PATH = "/v1/leases"


def test_leases_are_deleted_ninety_days_after_their_end(server: Server) -> None:
    """One that is borrowed for a year stays as long as it lives, and the events stay anyway."""
    acme = make_vendor(server, floating=True, max_borrow="P2Y")
    ask = {"license_key": acme.key}
    short = acme.api.make(PATH, **ask, fingerprint="m1")["id"]
    year = 365 * 86_400
    borrowed = acme.api.make(PATH, **ask, fingerprint="m2", borrow_seconds=year)["id"]
    now = time.time_ns() // 1000

    def kept() -> set[str]:
        return {lease["id"] for lease in acme.api.get(PATH).json()["data"]}

    assert run_tidying(server, now + 90 * DAY) == 0
    assert kept() == {short, borrowed}
    assert run_tidying(server, now + 91 * DAY) == 0
    assert kept() == {borrowed}
    assert acme.api.post(f"{PATH}/{short}/renew", json={}).status_code == 404
    assert run_tidying(server, now + 454 * DAY) == 0
    assert kept() == {borrowed}
    assert run_tidying(server, now + 456 * DAY) == 0
    assert kept() == set()
    events = acme.api.get("/v1/events").json()["data"]
    assert {event["object_id"] for event in events} >= {short, borrowed}
