"""licenses.check_out: a license goes offline, as a signed file for one machine or for any."""

import os
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from licenseapi_server.api.call import Answer, AnyCall, Asked, Call, NoQuery
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.api.runtime import file_sql, seat_sql
from licenseapi_server.api.runtime.document_keys import DocumentSigner
from licenseapi_server.api.runtime.license_view import entitlements_at, limits_of, required_by
from licenseapi_server.api.runtime.locked_license import (
    change_license,
    read_license,
    record,
    refuse_unless,
    start_clock,
)
from licenseapi_server.api.runtime.presenting import check_presented, lookup_named, machine_of
from licenseapi_server.api.runtime.rows import LicenseLookup, LicenseRow
from licenseapi_server.api.runtime.seat_rows import LicenseSeats, Scene, SeatRow
from licenseapi_server.api.runtime.work import Work
from licenseapi_server.domain.activations import is_live
from licenseapi_server.domain.clocks import WAITING_BASES
from licenseapi_server.domain.ids import make_id
from licenseapi_server.domain.instants import SECOND, render_instant
from licenseapi_server.domain.key_pairs import encode_bytes
from licenseapi_server.domain.lease_rules import LEASE_REQUIRED
from licenseapi_server.domain.license_files import FILE_TYPE, FileTerms, armor, plan_file
from licenseapi_server.domain.license_rules import EXPIRED
from licenseapi_server.domain.license_state import compute_ends_at
from licenseapi_server.domain.machine_digests import digest_fingerprint
from licenseapi_server.domain.machine_rules import FINGERPRINT_REQUIRED, NOT_ACTIVATED
from licenseapi_server.domain.may import latest_end
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.signed_documents import sign_document
from licenseapi_server.domain.tokens import issuer_of

MIN_TTL_SECONDS, MAX_TTL_SECONDS = 60, 3_155_760_000
Text = Annotated[str, Meta(min_length=1, max_length=512)]


class CheckOut(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which machine takes the license offline, and for how long it asks."""

    license_key: Text | None = None
    product: Text | None = None
    fingerprint: Text | None = None
    ttl_seconds: Annotated[int, Meta(ge=MIN_TTL_SECONDS, le=MAX_TTL_SECONDS)] | None = None


class LicenseFile(msgspec.Struct, kw_only=True):
    """A license file. Its text, `document`, is in the answer that makes it and nowhere else."""

    id: str
    object: str = "license_file"
    mode: str
    license_id: str
    product_id: str
    activation_id: str | None
    kid: str
    expires_at: str
    superseded_at: str | None
    revoked_at: str | None
    created_at: str
    document: str | UnsetType = UNSET


class Taken(msgspec.Struct, frozen=True):
    """What stands in the database by now: the file's id and end, its license and machine."""

    id: str
    now: int
    expires_at: int
    license: LicenseSeats
    activation_id: str | None


def find_license(asked: Asked) -> LicenseLookup:
    """The license that the path names."""
    return lookup_named(asked)


async def check_out(call: Call[CheckOut, NoQuery]) -> Answer:
    """Give the license a file; the machine's seat stays taken until that ends."""
    row = check_presented(call)
    call.body = msgspec.structs.replace(call.body, fingerprint=machine_of(call))
    owner = (call.principal.account_id, call.principal.mode)
    signer = await call.key_ring.documents.find_signer(owner, "file", call.now)
    taken = await change_license(call, row.id, lambda scene: _take(scene, call.body, row, signer))
    compact = sign_document(
        FILE_TYPE, _claims(call, row, taken), (signer.kid, signer.key), signer.statement
    )
    shown = LicenseFile(
        id=taken.id,
        mode=owner[1],
        license_id=row.id,
        product_id=row.product_id,
        activation_id=taken.activation_id,
        kid=signer.kid,
        expires_at=render_instant(taken.expires_at),
        superseded_at=None,
        revoked_at=None,
        created_at=render_instant(taken.now),
        document=armor(compact),
    )
    return Answer(shown, license_id=row.id)


def _take(scene: Scene, body: CheckOut, row: LicenseRow, signer: DocumentSigner) -> Work[Taken]:
    license_ = yield from read_license(scene)
    _refuse_if_ended(license_, scene.now)
    terms = yield (file_sql.FILE_TERMS, (scene.license_id,))
    is_allowed, max_ttl, max_live_files = terms[0]
    if not is_allowed:
        raise Problem("offline_not_allowed")
    activation_id = yield from _find_machine(scene, body, row, license_)
    named = (scene.license_id, scene.now, activation_id or "-")
    others = yield (file_sql.OTHER_LIVE_FILES, named)
    if max_live_files is not None and others[0][0] >= max_live_files:
        detail = f"The policy allows {max_live_files} license files at a time."
        limit = {"limit": max_live_files, "count": others[0][0]}
        raise Problem("license_file_limit_reached", detail, **limit)
    yield from start_clock(scene, license_, *WAITING_BASES)
    license_ = yield from read_license(scene)
    plan = FileTerms(
        max_ttl=max_ttl,
        ttl_seconds=body.ttl_seconds,
        latest_end=latest_end(license_.facts(scene.now)),
        statement_end=signer.statement_expires_at,
    )
    # To the second, as in the file: nobody is to find two ends.
    expires_at = plan_file(plan, scene.now) // SECOND * SECOND
    taken = Taken(
        make_id("lf", scene.now, os.urandom(10)), scene.now, expires_at, license_, activation_id
    )
    yield from _write(scene, taken, signer.kid)
    return taken


def _refuse_if_ended(license_: LicenseSeats, now: int) -> None:
    """A policy that revokes at its expiry gives no files in the grace after it."""
    refuse_unless("check_out", license_.facts(now))
    expires_at = license_.expires_at
    if license_.expiration_strategy == "revoke" and expires_at is not None and now >= expires_at:
        raise Problem("license_refused", EXPIRED.detail, license_code=EXPIRED.code)


def _find_machine(
    scene: Scene, body: CheckOut, row: LicenseRow, license_: LicenseSeats
) -> Work[str | None]:
    """The living activation of the machine, where there has to be one."""
    required = required_by(row)
    if "lease" in required:
        # A file without a lease would be a seat that nobody counts.
        raise Problem("license_refused", LEASE_REQUIRED.detail, license_code=LEASE_REQUIRED.code)
    if body.fingerprint is None:
        if "fingerprint" in required or "components" in required:
            missing = FINGERPRINT_REQUIRED
            raise Problem("license_refused", missing.detail, license_code=missing.code)
        return None
    found = yield (
        seat_sql.SEAT_BY_FINGERPRINT, (scene.license_id, digest_fingerprint(body.fingerprint))
    )  # fmt: skip
    seat = SeatRow(*found[0]) if found else None
    if seat is None or not is_live(seat.as_seat(), license_.rules(), scene.now):
        raise Problem("license_refused", NOT_ACTIVATED.detail, license_code=NOT_ACTIVATED.code)
    return seat.id


def _write(scene: Scene, taken: Taken, kid: str) -> Work[None]:
    owner = (taken.id, scene.account_id, scene.mode, scene.license_id, taken.license.product_id)
    if taken.activation_id is not None:
        named = (scene.now, scene.license_id, taken.activation_id)
        yield (file_sql.SUPERSEDE_FILES, named)
        yield (file_sql.HOLD_SEAT, (taken.expires_at, taken.activation_id))
    row = (*owner, taken.activation_id, kid, taken.expires_at, scene.now)
    yield (file_sql.INSERT_FILE, row)
    told = {"activation_id": taken.activation_id, "expires_at": render_instant(taken.expires_at)}
    yield record(scene, "license_file.created", taken.id, told)


def _claims(call: AnyCall, row: LicenseRow, taken: Taken) -> dict[str, Any]:
    """What the file says; ends and starts as they stood under the lock."""
    owner = (call.principal.account_id, call.principal.mode)
    license_, fingerprint = taken.license, call.body.fingerprint
    ends_at = compute_ends_at(license_.expires_at, license_.grace_period)
    return {
        "iss": issuer_of(call.deployment.settings.public_url, *owner),
        "jti": taken.id,
        "sub": row.id,
        "product": row.product_id,
        "product_code": row.policy.product_code,
        "mode": owner[1],
        "activation": taken.activation_id,
        "fp": None if fingerprint is None else encode_bytes(digest_fingerprint(fingerprint)),
        "license": {
            "id": row.id,
            "name": row.name,
            "key_hint": row.key_hint,
            "policy_id": row.policy_id,
            "starts_at": optional_instant(license_.starts_at),
            "expires_at": optional_instant(license_.expires_at),
            "ends_at": optional_instant(ends_at),
            "metadata": msgspec.json.decode(row.metadata),
        },
        "limits": msgspec.to_builtins(limits_of(row)),
        "entitlements": [
            {
                "code": item.code,
                "expires_at": None if item.expires_at is None else item.expires_at // SECOND,
            }
            for item in entitlements_at(row, taken.now)
        ],
        "iat": taken.now // SECOND,
        "nbf": taken.now // SECOND,
        "exp": taken.expires_at // SECOND,
    }
