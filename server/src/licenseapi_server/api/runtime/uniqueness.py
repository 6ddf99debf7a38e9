"""One machine, one license, as far as the policy's `fingerprint_uniqueness` reaches.

Serialized by machine and reach: who comes second sees what the first has committed.
"""

import hashlib
from collections.abc import Generator
from typing import Any

from licenseapi_server.api.runtime import seat_sql
from licenseapi_server.api.runtime.seat_rows import LicenseSeats, Scene, SeatRow
from licenseapi_server.api.runtime.work import Ask, Work
from licenseapi_server.domain.activations import is_live
from licenseapi_server.domain.license_rules import EXPIRED, REVOKED
from licenseapi_server.domain.may import decide_may
from licenseapi_server.domain.problems import Problem

# A machine is free again when its license is over for good: else nobody could buy a new one.
OVER = frozenset({REVOKED.code, EXPIRED.code})


def refuse_elsewhere(
    scene: Scene, license_: LicenseSeats, digest: bytes
) -> Generator[Ask, list[Any], None]:
    """Raise Problem when the machine has a seat on another license within the policy's reach."""
    reach = license_.fingerprint_uniqueness
    if reach == "license":
        return
    policy_id = license_.policy_id if reach == "policy" else ""
    product_id = license_.product_id if reach == "product" else ""
    # The lock is by account, whatever the reach: policies with other reaches meet, too.
    yield (seat_sql.LOCK_FINGERPRINT, (_number(scene.account_id, scene.mode, digest),))
    machine = (scene.account_id, scene.mode, digest, scene.license_id)
    rows = yield (seat_sql.SEATS_ELSEWHERE, (*machine, scene.now, policy_id, product_id))
    for row in (SeatRow(*columns) for columns in rows):
        if (yield from _holds(scene, row)):
            raise Problem("fingerprint_taken")


def _holds(scene: Scene, row: SeatRow) -> Work[bool]:
    """Whether the seat is taken right now, and its license not over."""
    found = yield (seat_sql.SEAT_RULES, (row.license_id,))
    if not found:
        return False
    license_ = LicenseSeats(*found[0])
    verdict = decide_may("heartbeat", license_.facts(scene.now))
    if verdict.code in OVER and not verdict:
        return False
    return row.ended_at is not None or is_live(row.as_seat(), license_.rules(), scene.now)


def _number(account_id: str, mode: str, digest: bytes) -> int:
    """What PostgreSQL locks by: two machines with one number only wait for each other."""
    text = b"\0".join((account_id.encode(), mode.encode(), digest))
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big", signed=True)
