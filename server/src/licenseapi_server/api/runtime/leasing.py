"""What is done to the leases of a locked license, as steps that run on either engine.

The order is that of seats: read the rules, look, decide (domain), write. What has run out is
not ended by anyone: it stops counting by itself.
"""

import os
from collections.abc import Generator
from typing import Any

import msgspec

from licenseapi_server.api.runtime import lease_sql, seat_sql
from licenseapi_server.api.runtime.lease_rows import Claim, LeaseRow
from licenseapi_server.api.runtime.locked_license import (
    read_license,
    record,
    refuse_unless,
    start_clock,
)
from licenseapi_server.api.runtime.presented_users import find_user
from licenseapi_server.api.runtime.seat_rows import LicenseSeats, Scene, SeatRow
from licenseapi_server.api.runtime.seats import denial
from licenseapi_server.api.runtime.work import Ask, Work
from licenseapi_server.domain.activations import is_live
from licenseapi_server.domain.clocks import WAITING_BASES
from licenseapi_server.domain.ids import make_id
from licenseapi_server.domain.instants import SECOND, render_instant
from licenseapi_server.domain.leases import (
    REVIVABLE,
    LeaseRules,
    SeatsTaken,
    choose_ttl,
    decide_seat,
    earliest,
    longest_borrow,
)
from licenseapi_server.domain.machine_rules import NOT_ACTIVATED
from licenseapi_server.domain.may import latest_end
from licenseapi_server.domain.problems import Problem, field_problem
from licenseapi_server.domain.scope_rules import ENTITLEMENTS_MISSING

Steps = Generator[Ask, list[Any], None]


class Terms(msgspec.Struct, frozen=True):
    """Under which a lease is given: the rules, and when the license or the feature ends."""

    license: LicenseSeats
    rules: LeaseRules
    feature_ends_at: int | None


def acquire(scene: Scene, claim: Claim) -> Work[tuple[LeaseRow, bool]]:
    """A seat for the holder, and whether it was not theirs before. Raises Problem."""
    terms = yield from _read_terms(scene, claim.entitlement)
    yield from _refuse_unless_activated(scene, terms.license, claim.holder.fingerprint_digest)
    if terms.rules.leasing == "per_user" and claim.holder.user is None:
        message = "`user` is required: the policy counts the users of this license."
        raise field_problem("/user", message, code="required")
    user_id = yield from _find_user(scene, terms.license, claim.holder.user)
    claim = msgspec.structs.replace(
        claim, holder=msgspec.structs.replace(claim.holder, user_id=user_id)
    )
    borrowed_until = _borrow(scene, terms.rules, claim)
    named = (scene.license_id, claim.holder.digest, scene.now, claim.entitlement)
    found = yield (lease_sql.LEASE_OF_HOLDER, named)
    known = LeaseRow(*found[0]) if found else None
    leasing = terms.rules.leasing
    if known is None or known.holder.seat(leasing) != claim.holder.seat(leasing):
        yield from _refuse_unless_free(scene, terms.rules, claim, known.id if known else "")
    if known is None:
        lease_id = yield from _insert(scene, terms, claim, borrowed_until)
    else:
        lease_id = known.id
        yield from _extend(scene, terms, claim, (known, borrowed_until))
    row = yield from _read_lease(scene, lease_id)
    return row, known is None


def renew(scene: Scene, lease_id: str, ttl_seconds: int | None) -> Work[LeaseRow]:
    """Let the use go on; one that has run out begins again if there is a free seat."""
    row = yield from _read_lease(scene, lease_id)
    terms = yield from _read_terms(scene, row.entitlement)
    yield from _refuse_unless_activated(scene, terms.license, row.holder.fingerprint_digest)
    user_id = yield from _find_holding_user(scene, terms.license, row)
    claim = Claim(
        holder=msgspec.structs.replace(row.holder, user_id=user_id),
        entitlement=row.entitlement,
        ttl_seconds=ttl_seconds or row.ttl_seconds,
    )
    reason = row.find_end(scene.now)
    if reason is not None:
        yield from _refuse_unless_revivable(scene, row, reason)
        yield from _refuse_unless_free(scene, terms.rules, claim, row.id)
    yield from _extend(scene, terms, claim, (row, None))
    return (yield from _read_lease(scene, lease_id))


def release(
    scene: Scene, lease_id: str, reason: str, *, is_forced: bool
) -> Work[tuple[LeaseRow, int]]:
    """Give the seat back, and when it was. A borrow keeps it, unless the vendor forces its end."""
    row = yield from _read_lease(scene, lease_id)
    if row.find_end(scene.now) is not None:
        return row, scene.now
    if row.is_borrowed(scene.now) and not is_forced:
        until = render_instant(row.borrowed_until or row.expires_at)
        detail = (
            f"The lease is borrowed until {until}: it may be in use offline, so its seat comes "
            "back then. The vendor can end it before, with `force`."
        )
        raise Problem("invalid_state", detail)
    yield (lease_sql.END_LEASE, (scene.now, reason, lease_id))
    yield record(scene, "lease.ended", lease_id, {"reason": reason})
    row = yield from _read_lease(scene, lease_id)
    return row, scene.now


def _read_terms(scene: Scene, entitlement: str) -> Work[Terms]:
    """The license as it may be leased now, or one of its features. Raises Problem."""
    license_ = yield from read_license(scene)
    refuse_unless("lease", license_.facts(scene.now))
    feature = license_.find_feature(entitlement, scene.now) if entitlement else None
    if entitlement and feature is None:
        detail = f"The license lacks: {entitlement}."
        raise Problem("license_refused", detail, license_code=ENTITLEMENTS_MISSING.code)
    rules = license_.lease_rules(feature)
    if not rules.is_floating and rules.max_feature_leases is None:
        detail = "The policy of this license is not floating: activate the machine instead."
        raise Problem("invalid_state", detail)
    return Terms(license_, rules, None if feature is None else feature.expires_at)


def _find_user(scene: Scene, license_: LicenseSeats, user: str | None) -> Work[str | None]:
    """The license's user; where it names nobody, any name is one. Raises Problem."""
    if not license_.user_count:
        return None
    return (yield from find_user(scene, user))


def _find_holding_user(scene: Scene, license_: LicenseSeats, row: LeaseRow) -> Work[str | None]:
    """The same of a lease that goes on: whoever has been banned, or taken off, does not.

    Leased while the license named nobody, the name is looked up now.
    """
    if row.user_id is not None:
        return (yield from find_user(scene, row.user_id))
    return (yield from _find_user(scene, license_, row.user_name))


def _refuse_unless_activated(scene: Scene, license_: LicenseSeats, digest: bytes) -> Steps:
    """Raise Problem on a machine without an activation, where the policy asks for one: else it
    would take a seat away from those that can be validated.
    """
    if not license_.asks_for_machine:
        return
    rows = yield (seat_sql.SEAT_BY_FINGERPRINT, (scene.license_id, digest))
    if not rows or not is_live(SeatRow(*rows[0]).as_seat(), license_.rules(), scene.now):
        raise Problem("license_refused", NOT_ACTIVATED.detail, license_code=NOT_ACTIVATED.code)


def _borrow(scene: Scene, rules: LeaseRules, claim: Claim) -> int | None:
    """Until when the lease is to be borrowed; None for an ordinary one. Raises Problem."""
    if claim.borrow_seconds is None:
        return None
    latest = longest_borrow(rules, scene.now)
    if latest is None:
        message = "The policy of this license allows no borrowing."
        raise field_problem("/borrow_seconds", message)
    until = scene.now + claim.borrow_seconds * SECOND
    if until > latest:
        longest = (latest - scene.now) // SECOND
        message = f"`borrow_seconds` may be at most {longest}: `max_borrow` of the policy."
        raise field_problem("/borrow_seconds", message)
    return until


def _refuse_unless_free(scene: Scene, rules: LeaseRules, claim: Claim, own: str) -> Steps:
    """Raise Problem when there is no seat for the holder, with the seconds until one may be."""
    seat = claim.holder.seat(rules.leasing)
    place = (scene.license_id, scene.now)
    rows = yield (lease_sql.SEATS_LEASED, (rules.leasing, seat, claim.entitlement, *place, own))
    others, seated, feature_others, feature_seated = rows[0]
    license_taken = SeatsTaken(others=others, is_seated=seated > 0)
    feature_taken = SeatsTaken(others=feature_others, is_seated=feature_seated > 0)
    denied = decide_seat(rules, license_taken, feature_taken)
    if denied is None:
        return
    of_feature = claim.entitlement if denied.is_of_feature else ""
    freed = yield (lease_sql.SEATS_FREE_AT, (rules.leasing, *place, of_feature))
    # So many have to come back before one is free: more than one where the limit was lowered.
    needed = (denied.count or 0) - (denied.limit or 0) + 1
    retry_at = freed[needed - 1][0] if needed <= len(freed) else None
    raise denial(msgspec.structs.replace(denied, retry_at=retry_at), scene.now)


def _refuse_unless_revivable(scene: Scene, row: LeaseRow, reason: str) -> Steps:
    """What the vendor has ended stays so, and no holder has two leases of the same."""
    if reason not in REVIVABLE:
        detail = f"The lease has been ended ({reason}): acquire a new one."
        raise Problem("invalid_state", detail, ended_reason=reason)
    named = (scene.license_id, row.holder.digest, scene.now, row.entitlement)
    newer = yield (lease_sql.LEASE_OF_HOLDER, named)
    if newer:
        detail = f"The lease has ended, and its holder has a newer one: {newer[0][0]}."
        raise Problem("invalid_state", detail, ended_reason=reason)


def _insert(scene: Scene, terms: Terms, claim: Claim, borrowed_until: int | None) -> Work[str]:
    lease_id = make_id("lse", scene.now, os.urandom(10))
    ttl = choose_ttl(terms.rules, claim.ttl_seconds)
    ends_at, borrowed_until = yield from _find_ends(scene, terms, (ttl, borrowed_until))
    holder = claim.holder
    yield (
        lease_sql.INSERT_LEASE,
        (
            *(lease_id, scene.account_id, scene.mode, scene.license_id, terms.license.product_id),
            *(
                holder.fingerprint,
                holder.process_id,
                holder.user,
                holder.user_id,
                claim.entitlement,
            ),
            *(holder.digest, holder.fingerprint_digest, holder.user_digest),
            *(ttl, scene.now, ends_at, borrowed_until),
        ),
    )
    told = {"entitlement": claim.entitlement or None, "expires_at": render_instant(ends_at)}
    yield record(scene, "lease.acquired", lease_id, told)
    if borrowed_until is not None:
        yield _record_borrow(scene, lease_id, borrowed_until)
    return lease_id


def _extend(scene: Scene, terms: Terms, claim: Claim, known: tuple[LeaseRow, int | None]) -> Steps:
    """A lease that goes on, or begins again. A borrow ends when it was to end, or later."""
    row, borrowed_until = known
    reason = row.find_end(scene.now)
    kept = row.borrowed_until if row.is_borrowed(scene.now) else None
    until = max(borrowed_until or 0, kept or 0) or None
    ttl = choose_ttl(terms.rules, claim.ttl_seconds)
    ends_at, until = yield from _find_ends(scene, terms, (ttl, until))
    user = claim.holder if claim.holder.user is not None else row.holder
    yield (
        lease_sql.EXTEND_LEASE,
        (
            *(user.user, user.user_id, user.user_digest, ttl),
            *(row.acquired_at if reason is None else scene.now, scene.now),
            *(ends_at, until, row.id),
        ),
    )
    if reason is not None:
        told = {"after": reason, "expires_at": render_instant(ends_at)}
        yield record(scene, "lease.acquired", row.id, told)
    if until is not None and until != kept:
        yield _record_borrow(scene, row.id, until)


def _record_borrow(scene: Scene, lease_id: str, until: int) -> Ask:
    return record(scene, "lease.borrowed", lease_id, {"until": render_instant(until)})


def _find_ends(
    scene: Scene, terms: Terms, asked: tuple[int, int | None]
) -> Work[tuple[int, int | None]]:
    """When the lease ends, and until when it is borrowed: never after the license or feature.

    Handing out a span starts the clock of a license whose time has waited for its first use.
    """
    ttl, borrowed_until = asked
    expires_at = yield from start_clock(scene, terms.license, *sorted(WAITING_BASES))
    facts = msgspec.structs.replace(terms.license.facts(scene.now), expires_at=expires_at)
    bounds = (latest_end(facts), terms.feature_ends_at)
    ends_at = earliest(max(scene.now + ttl * SECOND, borrowed_until or 0), *bounds)
    return ends_at, None if borrowed_until is None else earliest(borrowed_until, *bounds)


def _read_lease(scene: Scene, lease_id: str) -> Work[LeaseRow]:
    found = yield (lease_sql.LEASE_BY_ID, (lease_id, scene.account_id, scene.mode))
    if not found:
        raise Problem("not_found")
    return LeaseRow(*found[0])
