"""licenses.validate, by key, by id and by token: may this software run?"""

from collections.abc import Coroutine
from typing import Any, TypeAlias

import msgspec

from licenseapi_server.api.call import Answer, AnyCall, Asked, Call, NoQuery
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.api.runtime.lease_rows import read_facts
from licenseapi_server.api.runtime.license_view import (
    ValidatedLicense,
    entitlements_at,
    required_by,
    view_license,
)
from licenseapi_server.api.runtime.locked_license import (
    change_license,
    read_license,
    start_clock,
)
from licenseapi_server.api.runtime.permits import PermitAsked, sign_permit
from licenseapi_server.api.runtime.presented_users import asked_user, presented_user
from licenseapi_server.api.runtime.recognition import recognize_machine
from licenseapi_server.api.runtime.rows import LicenseLookup, LicenseRow, subject_of
from licenseapi_server.api.runtime.seat_rows import (
    LicenseSeats,
    Scene,
    SeatRow,
    component_digests,
)
from licenseapi_server.api.runtime.use import count_use, may_exceed
from licenseapi_server.api.runtime.validation_fields import (
    FINGERPRINT_CHANGED,
    OVER_LIMIT,
    Validate,
    ValidateById,
    ValidateQuery,
    Validation,
)
from licenseapi_server.api.runtime.validation_view import render_validation, show_seat
from licenseapi_server.api.runtime.work import Work
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.activations import seen_every
from licenseapi_server.domain.clocks import WAITING_BASES, is_waiting
from licenseapi_server.domain.facts import (
    Facts,
    GrantedEntitlement,
    MachineFacts,
    UseFacts,
    Verdict,
)
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.limit_rules import find_excess
from licenseapi_server.domain.machine_digests import digest_fingerprint
from licenseapi_server.domain.machine_rules import NOT_ACTIVATED
from licenseapi_server.domain.may import decide_may
from licenseapi_server.domain.problems import Problem, field_problem
from licenseapi_server.domain.verdict import decide, next_boundary

FIRST_VALIDATION = frozenset({"first_validation"})
# At once, or, where a license's clock has to be started first, in a moment.
Answered: TypeAlias = Answer | Coroutine[Any, Any, Answer]


def lookup_key(text: str, deployment: Deployment) -> LicenseLookup:
    """How a presented key is found: own keys under their folded text, others as they are."""
    return LicenseLookup(key=text.strip(), digest=deployment.license_keys.digest)


def find_by_key(asked: Asked) -> LicenseLookup | None:
    """The license of the token, or else of the key presented."""
    if asked.token is not None:
        return _with_more(subject_of(asked.token), asked)
    key = getattr(asked.body or asked.query, "key", None)
    return None if key is None else _with_more(lookup_key(key, asked.deployment), asked)


def find_by_id(asked: Asked) -> LicenseLookup:
    """The license that the path names."""
    activation_id = asked.token.activation_id if asked.token is not None else ""
    lookup = LicenseLookup(license_id=asked.ids[-1], activation_id=activation_id)
    return _with_more(lookup, asked)


def _with_more(lookup: LicenseLookup, asked: Asked) -> LicenseLookup:
    """What is read with the license: the machine's activation, the lease, the version's date,
    the user.
    """
    presented = asked.body or asked.query
    fingerprint = getattr(presented, "fingerprint", None)
    version = getattr(presented, "version", None)
    lease_id = getattr(presented, "lease_id", None)
    user = asked_user(asked)
    if fingerprint is None and version is None and lease_id is None and user is None:
        return lookup
    digest = None if fingerprint is None else digest_fingerprint(fingerprint)
    return msgspec.structs.replace(
        lookup, fingerprint=digest, version=version, lease_id=lease_id, user=user
    )


def validate(call: Call[Validate, NoQuery]) -> Answered:
    """Answer for the key in the body, or for the license of the token."""
    return _validate(call, call.body, call.body.key)


def validate_by_query(call: Call[None, ValidateQuery]) -> Answered:
    """The same for a key in the query, or for the license of the token."""
    query = call.query
    presented = ValidateById(
        product=query.product,
        policy=query.policy,
        entitlements=query.entitlements,
        fingerprint=query.fingerprint,
        lease_id=query.lease_id,
        version=query.version,
        user=query.user,
        nonce=query.nonce,
        dry_run=query.dry_run,
        include=query.include,
    )
    return _validate(call, presented, query.key)


def validate_by_id(call: Call[ValidateById, NoQuery]) -> Answered:
    """Answer for a license by its id; one that does not exist is a 404."""
    row: LicenseRow | None = call.subject
    bound = call.principal.license_id
    if row is None or (bound and bound != row.id) or not _is_visible(call, row):
        raise Problem("not_found")
    return _answer(call, call.body, row)


def _validate(call: AnyCall, presented: ValidateById, key: str | None) -> Answered:
    principal = call.principal
    if principal.credential_type == "token":
        _check_same_license(call, key)
        return _answer(call, presented, call.subject)
    if key is None:
        message = "`key` is required: it names the license to validate."
        raise field_problem("/key", message, code="required")
    if principal.credential_type == "publishable":
        _check_product_named(call, presented)
    row: LicenseRow | None = call.subject
    return _answer(call, presented, row if row is not None and _is_visible(call, row) else None)


def _check_same_license(call: AnyCall, key: str | None) -> None:
    """A token speaks for one license: another one in the request does not exist for it."""
    row: LicenseRow | None = call.subject
    if row is None:
        raise Problem("not_found")
    if key is None:
        return
    if not row.has_key(lookup_key(key, call.deployment).digests(), call.now):
        raise Problem("not_found")


def _check_product_named(call: AnyCall, presented: ValidateById) -> None:
    """A publishable key that is bound to no product has to say which one it asks about,
    else a key copied out of one app would answer for every product of the vendor.
    """
    if not call.principal.product_ids and presented.product is None:
        message = "`product` is required with a publishable key that is bound to no product."
        raise field_problem("/product", message, code="required")


def _is_visible(call: AnyCall, row: LicenseRow) -> bool:
    return call.principal.may_use_product(row.product_id)


def _answer(
    call: AnyCall,
    presented: ValidateById,
    row: LicenseRow | None,
    use: UseFacts | None = None,
) -> Answered:
    now = call.now
    entitlements = entitlements_at(row, now) if row is not None else ()
    seat = None if call.seat is None or row is None else SeatRow(*call.seat)
    machine = None if row is None else _machine(call, row, presented, seat)
    if row is None:
        facts = Facts(now=now, is_found=call.is_key_replaced, is_key_replaced=call.is_key_replaced)
    else:
        facts = _facts(row, presented, entitlements, (call, machine))
        if presented.lease_id is not None:
            lease = read_facts(call.lease, _fingerprint(call, presented, seat))
            facts = msgspec.structs.replace(facts, lease=lease)
        facts = facts if use is None else msgspec.structs.replace(facts, use=use)
    verdict = decide(facts)
    if row is not None and use is None and verdict.is_valid and may_exceed(row):
        return _answer_within_limits(call, presented, row)
    if row is not None and row.clock_started_at is None and _starts_clock(verdict, presented, row):
        return _answer_with_clock(call, presented, row, use)
    boundary = next_boundary(facts, entitlements) if row is not None else None
    license_view = None if row is None else view_license(row, now, call.principal)
    next_check_at = _render_boundary(boundary, row, license_view)
    times = (render_instant(now), next_check_at)
    body = render_validation(verdict, presented.nonce, license_view, entitlements, times=times)
    if use is not None and find_excess(use, 0) is not None:
        body.warnings.append(OVER_LIMIT)
    if machine is not None and seat is not None and machine.is_of_token:
        show_seat(body, machine, seat, now)
        interval = seen_every(machine.rules.dormant_after)
        if body.activation is not None and now - seat.last_seen_at >= interval:
            call.seen_seat = seat.id
    answer = Answer(
        body,
        license_id="" if row is None else row.id,
        code=verdict.code,
        is_denial=not verdict.is_valid,
    )
    if row is not None and machine is not None and _may_have_moved(verdict, machine):
        return _with_recognition(call, answer, row.id, machine)
    if row is None or not _wants_permit(presented) or not verdict.is_valid:
        return answer
    return _with_permit(call, answer, row, (facts, boundary))


def _may_have_moved(verdict: Verdict, machine: MachineFacts) -> bool:
    """Whether it is worth looking for the machine under another fingerprint."""
    return verdict.code == NOT_ACTIVATED.code and machine.components is not None


async def _with_recognition(
    call: AnyCall, answer: Answer, license_id: str, machine: MachineFacts
) -> Answer:
    """The same answer, with a warning when the machine is known by its components."""
    is_known = await call.store.read(recognize_machine(license_id, machine, call.now))
    if is_known:
        answer.body.warnings.append(FINGERPRINT_CHANGED)
    return answer


def _wants_permit(presented: ValidateById) -> bool:
    """A dry run hands out nothing."""
    return presented.include is not None and not presented.dry_run


async def _with_permit(
    call: AnyCall, answer: Answer, row: LicenseRow, scene: tuple[Facts, int | None]
) -> Answer:
    """The same answer, signed for the time when nobody can ask."""
    body: Validation = answer.body
    facts, boundary = scene
    bound = None
    if body.activation is not None and call.seat is not None:
        bound = (body.activation.id, bytes(SeatRow(*call.seat).fingerprint_digest))
    asked = PermitAsked(facts, body.code, body.nonce, boundary, bound)
    body.permit = await sign_permit(call, row, asked)
    return answer


def _awaited_bases(presented: ValidateById) -> frozenset[str]:
    """Which waiting clocks a valid answer starts: a permit, like any span, starts them all."""
    return WAITING_BASES if _wants_permit(presented) else FIRST_VALIDATION


async def _answer_within_limits(call: AnyCall, presented: ValidateById, row: LicenseRow) -> Answer:
    """Count what is in use, where a limit may be exceeded; then answer."""
    use = await call.store.read(count_use(row, call.now))
    answer = _answer(call, presented, row, use)
    return answer if isinstance(answer, Answer) else await answer


def _starts_clock(verdict: Verdict, presented: ValidateById, row: LicenseRow) -> bool:
    """Whether this is the valid answer that the license's time has waited for."""
    basis, duration = row.policy.expiration_basis, row.policy.duration
    if not verdict.is_valid or presented.dry_run or basis not in _awaited_bases(presented):
        return False
    return is_waiting(row.clock_started_at, basis, duration)


async def _answer_with_clock(
    call: AnyCall, presented: ValidateById, row: LicenseRow, use: UseFacts | None
) -> Answer:
    """Start the clock, durably; then answer for the license as it stands by then."""
    bases = _awaited_bases(presented)
    locked = await change_license(call, row.id, lambda scene: _start_clock(scene, bases))
    begun = msgspec.structs.replace(
        row,
        starts_at=locked.starts_at,
        expires_at=locked.expires_at,
        suspended_at=locked.suspended_at,
        revoked_at=locked.revoked_at,
        customer_banned_at=locked.customer_banned_at,
        clock_started_at=locked.clock_started_at or call.now,
    )
    answer = _answer(call, presented, begun, use)
    return answer if isinstance(answer, Answer) else await answer


def _start_clock(scene: Scene, bases: frozenset[str]) -> Work[LicenseSeats]:
    license_ = yield from read_license(scene)
    if decide_may("permit", license_.facts(scene.now)):
        yield from start_clock(scene, license_, *bases)
        license_ = yield from read_license(scene)
    return license_


def _render_boundary(
    boundary: int | None, row: LicenseRow | None, license_view: ValidatedLicense | None
) -> str | None:
    """The next boundary as text: mostly the expiry, which is rendered already."""
    if row is not None and license_view is not None and boundary == row.expires_at:
        return license_view.expires_at
    return optional_instant(boundary)


def _facts(
    row: LicenseRow,
    presented: ValidateById,
    entitlements: tuple[GrantedEntitlement, ...],
    scene: tuple[AnyCall, MachineFacts | None],
) -> Facts:
    call, machine = scene
    wanted = presented.entitlements
    return Facts(
        now=call.now,
        revoked_at=row.revoked_at,
        customer_banned_at=row.customer_banned_at,
        suspended_at=row.suspended_at,
        starts_at=row.starts_at,
        expires_at=row.expires_at,
        grace_period=row.policy.grace_period,
        expiration_strategy=row.policy.expiration_strategy,
        check_in_due_at=row.check_in_due_at,
        maintenance_ends_at=row.maintenance_ends_at,
        requires=required_by(row),
        product_id=row.product_id,
        product_code=row.policy.product_code,
        policy_id=row.policy_id,
        entitlements=frozenset(item.code for item in entitlements) if wanted else frozenset(),
        wanted_product=presented.product,
        wanted_policy=presented.policy,
        wanted_entitlements=None if wanted is None else tuple(wanted),
        wanted_version=presented.version,
        version_released_at=call.released_at,
        machine=machine,
        user=presented_user(call, presented.user),
    )


def _fingerprint(call: AnyCall, presented: ValidateById, seat: SeatRow | None) -> str | None:
    """The machine presented, or else the one that the token speaks for."""
    if presented.fingerprint is None and call.principal.activation_id and seat is not None:
        return seat.fingerprint
    return presented.fingerprint


def _machine(
    call: AnyCall, row: LicenseRow, presented: ValidateById, seat: SeatRow | None
) -> MachineFacts | None:
    """What was presented of a machine, by the token too, and what is known of it."""
    fingerprint, is_bound = presented.fingerprint, bool(call.principal.activation_id)
    if fingerprint is None and not is_bound:
        if presented.components is not None:
            message = "`fingerprint` is required with `components`."
            raise field_problem("/fingerprint", message, code="required")
        return None
    components = presented.components
    is_other = is_bound and seat is not None and fingerprint not in (None, seat.fingerprint)
    return MachineFacts(
        rules=row.seat_rules(),
        seat=None if seat is None else seat.as_seat(component_digests(seat.named_components())),
        ended_reason=None if seat is None else seat.ended_reason,
        components=None if components is None else component_digests(components),
        is_of_token=not is_other,
    )
