"""leases.acquire, renew, release: a floating license is used for a while, at one place of many."""

from typing import Annotated

import msgspec
from msgspec import Meta

from licenseapi_server.api.call import Answer, AnyCall, Call, NoQuery
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.api.runtime import leasing, presenting
from licenseapi_server.api.runtime.activations import Fingerprint, LicenseId, Text
from licenseapi_server.api.runtime.going_on import go_on
from licenseapi_server.api.runtime.lease_rows import Claim, LeaseRow
from licenseapi_server.api.runtime.locked_license import change_license
from licenseapi_server.api.runtime.presented_users import user_of_machine
from licenseapi_server.api.runtime.validation_fields import Code
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.leases import MAX_TTL_SECONDS, MIN_TTL_SECONDS, Holder
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.quotas import is_early

MAX_BORROW_SECONDS = 100 * 366 * 86_400
Slot = Annotated[str, Meta(min_length=1, max_length=128)]
Seconds = Annotated[int, Meta(ge=MIN_TTL_SECONDS, le=MAX_TTL_SECONDS)]
BorrowSeconds = Annotated[int, Meta(ge=MIN_TTL_SECONDS, le=MAX_BORROW_SECONDS)]


class NewLease(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A process that asks for a seat. The license: by key, by id, or that of the token."""

    license_key: Text | None = None
    license_id: LicenseId | None = None
    product: Text | None = None
    fingerprint: Fingerprint
    process_id: Slot | None = None
    user: Text | None = None
    entitlement: Code | None = None
    ttl_seconds: Seconds | None = None
    borrow_seconds: BorrowSeconds | None = None


class LeaseRenewal(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which machine goes on. An app has to say; a server need not."""

    license_key: Text | None = None
    fingerprint: Fingerprint | None = None
    ttl_seconds: Seconds | None = None


class LeaseRelease(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which machine is done. An app has to say; a server need not, and may force it."""

    license_key: Text | None = None
    fingerprint: Fingerprint | None = None
    force: bool = False


class Lease(msgspec.Struct, kw_only=True):
    """One use of a floating license, as it stands now."""

    id: str
    object: str = "lease"
    license_id: str
    product_id: str
    fingerprint: str
    process_id: str | None
    user: str | None
    user_id: str | None
    entitlement: str | None
    ttl_seconds: int
    is_borrowed: bool
    acquired_at: str
    renewed_at: str
    expires_at: str
    ended_at: str | None
    ended_reason: str | None
    version: int


async def acquire(call: Call[NewLease, NoQuery]) -> Answer:
    """Take a seat for a while; the same process again keeps the one it has."""
    body = call.body
    license_ = presenting.read_subject(call, needs_product=False)
    presenting.machine_of(call)
    presenting.refuse_ended(call)
    claim = Claim(
        holder=Holder(
            fingerprint=body.fingerprint, process_id=body.process_id, user=user_of_machine(call)
        ),
        entitlement=body.entitlement or "",
        ttl_seconds=body.ttl_seconds,
        borrow_seconds=body.borrow_seconds,
    )
    row, is_new = await change_license(
        call, license_.id, lambda scene: leasing.acquire(scene, claim)
    )
    return Answer(render(row, row.renewed_at), 201 if is_new else 200, license_id=license_.id)


async def renew(call: Call[LeaseRenewal, NoQuery]) -> Answer:
    """Go on; a renewal that comes sooner than it need costs a request of the plan."""
    row = await _own(call)
    presenting.refuse_ended(call)
    ttl, early = call.body.ttl_seconds, is_early(row.renewed_at, row.ttl_seconds, call.now)
    renewed = await go_on(
        call, row.license_id, lambda scene: leasing.renew(scene, row.id, ttl), is_early=early
    )
    return Answer(render(renewed, renewed.renewed_at), license_id=row.license_id)


async def release(call: Call[LeaseRelease, NoQuery]) -> Answer:
    """Give the seat back. A repeat changes nothing."""
    row = await _own(call)
    is_forced = call.body.force
    if is_forced and call.principal.is_client:
        raise Problem("credential_not_allowed", "Only the vendor's server may use `force`.")
    is_of_machine = call.body.fingerprint is not None and not is_forced
    reason = "released" if is_of_machine else "forced"
    ended, now = await change_license(
        call,
        row.license_id,
        lambda scene: leasing.release(scene, row.id, reason, is_forced=is_forced),
    )
    return Answer(render(ended, now), license_id=row.license_id)


async def _own(call: AnyCall) -> LeaseRow:
    """The lease of the path, if it is the caller's to speak for. Raises Problem."""
    principal = call.principal
    found = await call.store.find_lease((call.id, principal.account_id, principal.mode))
    return presenting.own(call, LeaseRow(*found) if found else None)


def render(row: LeaseRow, now: int) -> Lease:
    """A lease's row as the API shows it."""
    reason = row.find_end(now)
    return Lease(
        id=row.id,
        license_id=row.license_id,
        product_id=row.product_id,
        fingerprint=row.fingerprint,
        process_id=row.process_id,
        user=row.user_name,
        user_id=row.user_id,
        entitlement=row.entitlement or None,
        ttl_seconds=row.ttl_seconds,
        is_borrowed=row.borrowed_until is not None,
        acquired_at=render_instant(row.acquired_at),
        renewed_at=render_instant(row.renewed_at),
        expires_at=render_instant(row.expires_at),
        ended_at=None if reason is None else optional_instant(row.ended_at or row.expires_at),
        ended_reason=reason,
        version=row.version,
    )
