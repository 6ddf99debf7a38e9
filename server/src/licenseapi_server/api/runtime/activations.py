"""activations.create, heartbeat, deactivate: a license takes a seat on a machine."""

from typing import Annotated

import msgspec
from msgspec import Meta

from licenseapi_server.api.call import Answer, AnyCall, Asked, Call, NoQuery
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.api.runtime import seats
from licenseapi_server.api.runtime.denials import Concerned
from licenseapi_server.api.runtime.locked_license import change_license
from licenseapi_server.api.runtime.rows import LicenseLookup, LicenseRow
from licenseapi_server.api.runtime.seat_rows import Arrival, SeatRow
from licenseapi_server.api.runtime.validate import lookup_key
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.problems import Problem, field_problem
from licenseapi_server.domain.scope_rules import PRODUCT_MISMATCH

MAX_COUNT = (1 << 53) - 1
Text = Annotated[str, Meta(min_length=1, max_length=512)]
Fingerprint = Annotated[str, Meta(min_length=1, max_length=512)]
LicenseId = Annotated[str, Meta(min_length=1, max_length=64)]
Words = Annotated[str, Meta(min_length=1, max_length=200)]
Size = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
ComponentName = Annotated[str, Meta(min_length=1, max_length=64)]
Components = Annotated[dict[ComponentName, Text], Meta(min_length=1, max_length=20)]
MetadataName = Annotated[str, Meta(min_length=1, max_length=64)]
Metadata = Annotated[dict[MetadataName, Annotated[str, Meta(max_length=512)]], Meta(max_length=20)]


class NewActivation(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A machine that asks for a seat. The license: by key, by id, or that of the token."""

    license_key: Text | None = None
    license_id: LicenseId | None = None
    product: Text | None = None
    fingerprint: Fingerprint
    components: Components | None = None
    name: Words | None = None
    hostname: Words | None = None
    platform: Words | None = None
    cores: Size | None = None
    memory_bytes: Size | None = None
    disk_bytes: Size | None = None
    metadata: Metadata | None = None


class SignOfLife(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which machine speaks. An app has to say; a server need not."""

    license_key: Text | None = None
    fingerprint: Fingerprint | None = None


class Activation(msgspec.Struct, kw_only=True):
    """A license bound to one machine, as it stands now."""

    id: str
    object: str = "activation"
    license_id: str
    product_id: str
    fingerprint: str
    components: dict[str, str]
    name: str | None
    hostname: str | None
    platform: str | None
    ip: str
    cores: int
    memory_bytes: int
    disk_bytes: int
    is_non_production: bool
    activated_at: str
    last_seen_at: str
    heartbeat_at: str | None
    ended_at: str | None
    ended_reason: str | None
    metadata: dict[str, str]
    created_at: str
    version: int


def find_license(asked: Asked) -> LicenseLookup | None:
    """The license of the token, or else the one that the body names."""
    if asked.token is None and asked.body.license_id is not None:
        return LicenseLookup(license_id=asked.body.license_id)
    return find_presented(asked)


def find_presented(asked: Asked) -> LicenseLookup | None:
    """The license of the token, or of the key that an app presents."""
    if asked.token is not None:
        return LicenseLookup(license_id=asked.token.license_id)
    key = getattr(asked.body, "license_key", None)
    return lookup_key(key, asked.deployment) if key else None


async def create(call: Call[NewActivation, NoQuery]) -> Answer:
    """Give the machine a seat; the same machine again gets the same one."""
    body, license_ = call.body, _subject(call)
    metadata = None if body.metadata is None else msgspec.json.encode(body.metadata).decode()
    arrival = Arrival(
        fingerprint=body.fingerprint,
        components=body.components or {},
        name=body.name,
        hostname=body.hostname,
        platform=body.platform,
        ip=call.address,
        cores=body.cores,
        memory_bytes=body.memory_bytes,
        disk_bytes=body.disk_bytes,
        metadata=metadata,
    )
    row, is_new = await change_license(
        call, license_.id, lambda scene: seats.activate(scene, arrival)
    )
    return Answer(render(row), 201 if is_new else 200, license_id=license_.id)


async def heartbeat(call: Call[SignOfLife, NoQuery]) -> Answer:
    """Say that the machine lives."""
    row = await _own(call)
    beaten = await change_license(call, row.license_id, lambda scene: seats.beat(scene, row.id))
    return Answer(render(beaten), license_id=row.license_id)


async def deactivate(call: Call[SignOfLife, NoQuery]) -> Answer:
    """Give the seat up. A repeat changes nothing."""
    row = await _own(call)
    is_forced = not call.principal.is_client
    ended = await change_license(
        call, row.license_id, lambda scene: seats.deactivate(scene, row.id, is_forced=is_forced)
    )
    return Answer(render(ended), license_id=row.license_id)


def _subject(call: Call[NewActivation, NoQuery]) -> LicenseRow:
    """The license that the machine is to run under."""
    body, token = call.body, call.principal.license_id
    if not token and (body.license_id is None) == (body.license_key is None):
        message = "Send either `license_key` or `license_id`."
        raise field_problem("/license_key", message, code="required")
    if call.principal.credential_type == "publishable" and body.license_key is None:
        message = "`license_key` is required with a publishable key."
        raise field_problem("/license_key", message, code="required")
    row: LicenseRow | None = call.subject
    if row is None or not call.principal.may_use_product(row.product_id):
        raise Problem("not_found")
    if token and not _names(call, row):
        raise Problem("not_found")
    _check_product(call, row)
    return row


def _check_product(call: Call[NewActivation, NoQuery], row: LicenseRow) -> None:
    """The product that the app says it is, which an unbound publishable key has to say."""
    wanted, principal = call.body.product, call.principal
    if wanted is None and principal.credential_type == "publishable" and not principal.product_ids:
        message = "`product` is required with a publishable key that is bound to no product."
        raise field_problem("/product", message, code="required")
    if wanted is not None and wanted not in (row.product_id, row.policy.product_code):
        raise Problem(
            "license_refused", PRODUCT_MISMATCH.detail, license_code=PRODUCT_MISMATCH.code
        )


def _names(call: Call[NewActivation, NoQuery], row: LicenseRow) -> bool:
    """Whether what the body says of the license beside a token is true."""
    body = call.body
    if body.license_id is not None and body.license_id != row.id:
        return False
    if body.license_key is None:
        return True
    return row.has_key(lookup_key(body.license_key, call.deployment).digests(), call.now)


async def _own(call: Call[SignOfLife, NoQuery]) -> SeatRow:
    """The activation of the path, if it is the caller's to speak for. Raises Problem."""
    principal = call.principal
    found = await call.store.find_activation((call.id, principal.account_id, principal.mode))
    row = SeatRow(*found) if found else None
    if row is None or not principal.may_use_product(row.product_id):
        raise Problem("not_found")
    call.denied_license = Concerned(row.license_id, row.product_id, row.fingerprint)
    body, license_ = call.body, call.subject
    if principal.is_client and body.fingerprint is None:
        message = "`fingerprint` is required: an app speaks for its own machine."
        raise field_problem("/fingerprint", message, code="required")
    if principal.credential_type == "publishable" and body.license_key is None:
        message = "`license_key` is required with a publishable key."
        raise field_problem("/license_key", message, code="required")
    is_named = principal.is_client or body.license_key is not None
    if is_named and (license_ is None or license_.id != row.license_id):
        raise Problem("not_found")
    if is_named and body.license_key is not None:
        _check_key(call, license_, body.license_key)
    if body.fingerprint not in (None, row.fingerprint):
        raise Problem("not_found")
    return row


def _check_key(call: AnyCall, license_: LicenseRow, key: str) -> None:
    """Raise Problem unless this is the license's key: a token names a license as well."""
    if not license_.has_key(lookup_key(key, call.deployment).digests(), call.now):
        raise Problem("not_found")


def render(row: SeatRow) -> Activation:
    """An activation's row as the API shows it."""
    return Activation(
        id=row.id,
        license_id=row.license_id,
        product_id=row.product_id,
        fingerprint=row.fingerprint,
        components=msgspec.json.decode(row.components),
        name=row.name,
        hostname=row.hostname,
        platform=row.platform,
        ip=row.ip,
        cores=row.cores,
        memory_bytes=row.memory_bytes,
        disk_bytes=row.disk_bytes,
        is_non_production=bool(row.is_non_production),
        activated_at=render_instant(row.activated_at),
        last_seen_at=render_instant(row.last_seen_at),
        heartbeat_at=optional_instant(row.heartbeat_at),
        ended_at=optional_instant(row.ended_at),
        ended_reason=row.ended_reason,
        metadata=msgspec.json.decode(row.metadata),
        created_at=render_instant(row.created_at),
        version=row.version,
    )
