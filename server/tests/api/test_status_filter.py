"""The filter by status against the domain's own computation, for licenses of every kind."""

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

STATUSES = [
    "revoked",
    "banned",
    "suspended",
    "pending",
    "grace",
    "expired",
    "expiring",
    "inactive",
    "active",
]
SCATTER = Path(__file__).with_name("scatter_licenses.py")
LICENSES = 120


@pytest.fixture(scope="module")
def scattered(server: Server) -> Vendor:
    """A vendor whose licenses lie on both sides of every boundary."""
    acme = make_vendor(server, grace_period="P10D")
    acme.api.make("/v1/customers", name="Jo")
    template = {"policy_id": acme.policy["id"]}
    acme.api.make("/v1/licenses/batch", count=LICENSES, template=template)
    done = subprocess.run(
        [sys.executable, str(SCATTER), acme.account.account_id],
        env=server.environ(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return acme


def _pages(vendor: Vendor, limit: int, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        after = {"starting_after": cursor} if cursor else {}
        page = vendor.api.get("/v1/licenses", params={"limit": limit, **after, **parameters}).json()
        found += page["data"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            return found


def test_each_status_lists_exactly_the_licenses_that_have_it(scattered: Vendor) -> None:
    everything = _pages(scattered, 100)
    assert len(everything) == LICENSES + 1
    seen = {row["status"] for row in everything}
    assert seen == set(STATUSES)
    for status in STATUSES:
        expected = [row["id"] for row in everything if row["status"] == status]
        limit = random.Random(status).randrange(1, 9)
        assert [row["id"] for row in _pages(scattered, limit, status=status)] == expected
