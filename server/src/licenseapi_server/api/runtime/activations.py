"""activations.create, heartbeat, deactivate: a license takes a seat on a machine."""

from typing import Annotated

import msgspec
from msgspec import Meta

from licenseapi_server.api.call import Answer, AnyCall, Call, NoBody, NoQuery
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.api.runtime import seats
from licenseapi_server.api.runtime.going_on import go_on
from licenseapi_server.api.runtime.locked_license import change_license
from licenseapi_server.api.runtime.presented_users import user_of_machine
from licenseapi_server.api.runtime.presenting import machine_of, own, read_subject
from licenseapi_server.api.runtime.seat_rows import Arrival, SeatRow
from licenseapi_server.domain.activations import SeatRules, heartbeat_span
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.quotas import is_early

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
    user: Text | None = None


class SignOfLife(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which machine speaks. An app has to say; a server need not."""

    license_key: Text | None = None
    fingerprint: Fingerprint | None = None


class Deactivation(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which machine is done. An app has to say; a server need not, and may force its seat free."""

    license_key: Text | None = None
    fingerprint: Fingerprint | None = None
    force: bool = False


class EndQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whether the seat is freed although an offline copy still holds it."""

    force: bool = False


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
    user_id: str | None
    cores: int
    memory_bytes: int
    disk_bytes: int
    is_non_production: bool
    activated_at: str
    last_seen_at: str
    heartbeat_at: str | None
    ended_at: str | None
    ended_reason: str | None
    seat_free_at: str | None
    metadata: dict[str, str]
    created_at: str
    version: int


async def create(call: Call[NewActivation, NoQuery]) -> Answer:
    """Give the machine a seat; the same machine again gets the same one."""
    body, license_ = call.body, read_subject(call, needs_product=True)
    machine_of(call)
    metadata = None if body.metadata is None else msgspec.json.encode(body.metadata).decode()
    arrival = Arrival(
        fingerprint=body.fingerprint,
        keyed_fingerprint=call.deployment.license_keys.digest(f"trial\0{body.fingerprint}"),
        components=body.components or {},
        name=body.name,
        hostname=body.hostname,
        platform=body.platform,
        ip=call.address,
        cores=body.cores,
        memory_bytes=body.memory_bytes,
        disk_bytes=body.disk_bytes,
        metadata=metadata,
        user=user_of_machine(call),
    )
    row, is_new = await change_license(
        call, license_.id, lambda scene: seats.activate(scene, arrival)
    )
    return Answer(render(row), 201 if is_new else 200, license_id=license_.id)


async def heartbeat(call: Call[SignOfLife, NoQuery]) -> Answer:
    """Say that the machine lives; more often than need be costs requests of the plan."""
    row = await _own(call)
    span = heartbeat_span(await _read_rules(call, row.license_id))
    early = row.heartbeat_at is not None and is_early(row.heartbeat_at, span, call.now)
    beaten = await go_on(
        call, row.license_id, lambda scene: seats.beat(scene, row.id), is_early=early
    )
    return Answer(render(beaten), license_id=row.license_id)


async def deactivate(call: Call[Deactivation, NoQuery]) -> Answer:
    """Give the seat up. A repeat changes nothing."""
    row = await _own(call)
    is_client = call.principal.is_client
    if call.body.force and is_client:
        raise Problem("credential_not_allowed", "Only the vendor's server may use `force`.")
    return await _end(call, row, is_forced=not is_client, frees_seat=call.body.force)


async def delete(call: Call[NoBody, EndQuery]) -> Answer:
    """The same for servers, by the id alone."""
    row = await _find(call)
    if row is None or not call.principal.may_use_product(row.product_id):
        raise Problem("not_found")
    return await _end(call, row, is_forced=True, frees_seat=call.query.force)


async def _end(call: AnyCall, row: SeatRow, *, is_forced: bool, frees_seat: bool) -> Answer:
    ended = await change_license(
        call,
        row.license_id,
        lambda scene: seats.deactivate(scene, row.id, is_forced=is_forced, frees_seat=frees_seat),
    )
    return Answer(render(ended), license_id=row.license_id)


async def _own(call: AnyCall) -> SeatRow:
    """The activation of the path, if it is the caller's to speak for. Raises Problem."""
    return own(call, await _find(call))


async def _find(call: AnyCall) -> SeatRow | None:
    principal = call.principal
    found = await call.store.find_activation((call.id, principal.account_id, principal.mode))
    return SeatRow(*found) if found else None


async def _read_rules(call: Call[SignOfLife, NoQuery], license_id: str) -> SeatRules:
    """What the policy says; an app presents its license, of which it is known already."""
    if call.subject is not None and call.subject.id == license_id:
        known: SeatRules = call.subject.seat_rules()
        return known
    rules: SeatRules = await call.store.read(seats.read_rules(license_id))
    return rules


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
        user_id=row.user_id,
        cores=row.cores,
        memory_bytes=row.memory_bytes,
        disk_bytes=row.disk_bytes,
        is_non_production=bool(row.is_non_production),
        activated_at=render_instant(row.activated_at),
        last_seen_at=render_instant(row.last_seen_at),
        heartbeat_at=optional_instant(row.heartbeat_at),
        ended_at=optional_instant(row.ended_at),
        ended_reason=row.ended_reason,
        seat_free_at=optional_instant(row.seat_free_at),
        metadata=msgspec.json.decode(row.metadata),
        created_at=render_instant(row.created_at),
        version=row.version,
    )
