"""A license under its lock: read anew, asked what may be done with it, and written about.

The steps that every action on a license shares, whatever it is about.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.runtime import seat_sql
from licenseapi_server.api.runtime.seat_rows import LicenseSeats, Scene
from licenseapi_server.api.runtime.work import Ask, Result, Work
from licenseapi_server.domain.clocks import expiry_from, is_waiting
from licenseapi_server.domain.events import EVENT_TYPES
from licenseapi_server.domain.facts import Facts
from licenseapi_server.domain.ids import make_id
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.may import decide_may
from licenseapi_server.domain.problems import Problem


async def change_license(
    call: AnyCall, license_id: str, act: Callable[[Scene], Work[Result]]
) -> Result:
    """Do something to a license of the caller's account under its lock; durable when it returns."""
    owner = (call.principal.account_id, call.principal.mode)
    actor = call.principal.token_id or call.principal.key_id

    def work(locked: list[Any], now: int) -> Work[Result]:
        if not locked:
            raise Problem("not_found")
        return act(Scene(*owner, license_id, actor, now))

    changed: Result = await call.store.change_license((license_id, *owner), work)
    return changed


def read_license(scene: Scene) -> Work[LicenseSeats]:
    """The license and its policy as they are now. Raises Problem when it is gone."""
    rows = yield (seat_sql.SEAT_RULES, (scene.license_id,))
    if not rows:
        raise Problem("not_found")
    return LicenseSeats(*rows[0])


def refuse_unless(action: str, facts: Facts) -> None:
    """Raise Problem unless the license's state allows the action (domain/may)."""
    verdict = decide_may(action, facts)
    if not verdict:
        raise Problem("license_refused", verdict.detail, license_code=verdict.code)


def start_clock(scene: Scene, license_: LicenseSeats, *bases: str) -> Work[int | None]:
    """Start the license's time if it waits for one of `bases`; its expiry from now on.

    Nothing is done where it runs already. Whoever hands out a span (a lease, a file, a
    permit) starts every clock: `*WAITING_BASES`.
    """
    basis, duration, before = license_.expiration_basis, license_.duration, license_.expires_at
    is_due = basis in bases and is_waiting(license_.clock_started_at, basis, duration)
    if not is_due or duration is None:
        return before
    expires_at = expiry_from(scene.now, starts_at=license_.starts_at, duration=duration)
    if before is not None:
        # Only a test license has an end before its clock has started: it stays within that.
        expires_at = min(before, expires_at)
    started = yield (seat_sql.START_LICENSE_CLOCK, (expires_at, scene.now, scene.license_id))
    if started:
        told = {"basis": basis, "expires_at": render_instant(expires_at)}
        yield record(scene, "license.clock_started", scene.license_id, told)
    return expires_at


def record(scene: Scene, kind: str, object_id: str, data: Mapping[str, Any]) -> Ask:
    """The step that writes an event. Raises ValueError for a type that is not on the list."""
    if kind not in EVENT_TYPES:
        message = f"{kind} is no event type"
        raise ValueError(message)
    text = msgspec.json.encode(data).decode()
    event_id = make_id("evt", scene.now, os.urandom(10))
    owner = (event_id, scene.account_id, scene.mode)
    return seat_sql.INSERT_EVENT, (
        *owner, kind, scene.license_id, object_id, text, scene.actor, scene.now,
    )  # fmt: skip
