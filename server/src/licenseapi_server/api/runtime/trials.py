"""One trial of a product for each machine, however many licenses are issued for it."""

from collections.abc import Generator
from typing import Any

from licenseapi_server.api.runtime import seat_sql
from licenseapi_server.api.runtime.seat_rows import LicenseSeats, Scene
from licenseapi_server.api.runtime.work import Ask
from licenseapi_server.domain.problems import Problem


def use_trial(
    scene: Scene, license_: LicenseSeats, keyed_fingerprint: bytes
) -> Generator[Ask, list[Any], None]:
    """Let the machine use its one trial for this license. Raises Problem when it has had one.

    Two licenses at once: the unique index lets one in, and the other waits for it, reads its
    license, and is refused.
    """
    if not license_.is_trial_once:
        return
    owner = (scene.account_id, scene.mode, license_.product_id, keyed_fingerprint)
    yield (seat_sql.USE_TRIAL, (*owner, scene.license_id, scene.now))
    used = yield (seat_sql.TRIAL_OF_MACHINE, owner)
    if used[0][0] != scene.license_id:
        raise Problem("trial_already_used")
