"""licenses.validate, by key, by id and by token: may this software run?"""

from typing import Annotated

import msgspec

from licenseapi_server.api.call import Answer, AnyCall, Call, NoBody, NoQuery
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.api.runtime.license_view import (
    ValidatedLicense,
    entitlements_at,
    required_by,
    view_license,
)
from licenseapi_server.api.runtime.rows import LicenseLookup, LicenseRow
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.problems import Problem, field_problem
from licenseapi_server.domain.tokens import Token
from licenseapi_server.domain.verdict import (
    Facts,
    GrantedEntitlement,
    Verdict,
    decide,
    next_boundary,
)

Presented = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Codes = Annotated[list[Code], msgspec.Meta(min_length=1, max_length=100)]
Nonce = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ValidateById(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a validation may present. `dry_run` changes nothing, not even the last-used time."""

    product: Presented | None = None
    policy: Presented | None = None
    entitlements: Codes | None = None
    nonce: Nonce | None = None
    dry_run: bool = False


class Validate(ValidateById, forbid_unknown_fields=True, kw_only=True):
    """What a validation may present, with the license by its key."""

    key: Presented | None = None


class ValidateQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The parameters of GET validate."""

    key: Presented | None = None
    product: Presented | None = None
    policy: Presented | None = None
    entitlements: Annotated[list[Code], msgspec.Meta(max_length=100)] | None = msgspec.field(
        name="entitlements[]", default=None
    )
    nonce: Nonce | None = None
    dry_run: bool = False


class Warning(msgspec.Struct, frozen=True):  # noqa: A001 - the field's word in the answer
    """Something that does not change the answer, and that the vendor may want to know."""

    code: str
    detail: str


class ValidationEntitlement(msgspec.Struct, frozen=True):
    """A feature that the license carries now."""

    code: str
    expires_at: str | None


class Validation(msgspec.Struct, kw_only=True):
    """The answer: one `valid`, one `code`."""

    object: str = "validation"
    valid: bool
    code: str
    detail: str
    warnings: list[Warning]
    license: ValidatedLicense | None
    activation: None = None
    entitlements: list[ValidationEntitlement]
    nonce: str | None
    validated_at: str
    next_check_at: str | None
    permit: None = None


def lookup_key(text: str, deployment: Deployment) -> LicenseLookup:
    """How a presented key is found: own keys under their folded text, others as they are."""
    return LicenseLookup(key=text.strip(), digest=deployment.license_keys.digest)


def find_by_key(
    body: Validate | NoBody | None,
    query: ValidateQuery | NoQuery,
    _ids: tuple[str, ...],
    token: Token | None,
    deployment: Deployment,
) -> LicenseLookup | None:
    """The license of the token, or else of the key presented."""
    if token is not None:
        return LicenseLookup(license_id=token.license_id)
    key = getattr(body or query, "key", None)
    return None if key is None else lookup_key(key, deployment)


def find_by_id(
    _body: ValidateById | None,
    _query: NoQuery,
    ids: tuple[str, ...],
    _token: Token | None,
    _deployment: Deployment,
) -> LicenseLookup:
    """The license that the path names."""
    return LicenseLookup(license_id=ids[-1])


def validate(call: Call[Validate, NoQuery]) -> Answer:
    """Answer for the key in the body, or for the license of the token."""
    return _validate(call, call.body, call.body.key)


def validate_by_query(call: Call[None, ValidateQuery]) -> Answer:
    """The same for a key in the query, or for the license of the token."""
    query = call.query
    presented = ValidateById(
        product=query.product,
        policy=query.policy,
        entitlements=query.entitlements,
        nonce=query.nonce,
        dry_run=query.dry_run,
    )
    return _validate(call, presented, query.key)


def validate_by_id(call: Call[ValidateById, NoQuery]) -> Answer:
    """Answer for a license by its id; one that does not exist is a 404."""
    row: LicenseRow | None = call.subject
    bound = call.principal.license_id
    if row is None or (bound and bound != row.id) or not _is_visible(call, row):
        raise Problem("not_found")
    return _answer(call, call.body, row)


def _validate(call: AnyCall, presented: ValidateById, key: str | None) -> Answer:
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
    if bytes(row.key_digest) not in lookup_key(key, call.deployment).digests():
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


def _answer(call: AnyCall, presented: ValidateById, row: LicenseRow | None) -> Answer:
    now = call.now
    entitlements = entitlements_at(row, now) if row is not None else ()
    facts = _facts(row, presented, entitlements, now)
    verdict = decide(facts)
    boundary = next_boundary(facts, entitlements) if row is not None else None
    license_view = None if row is None else view_license(row, now, call.principal)
    body = _render(verdict, presented, license_view, entitlements, (now, boundary))
    return Answer(body, license_id="" if row is None else row.id, code=verdict.code)


def _facts(
    row: LicenseRow | None,
    presented: ValidateById,
    entitlements: tuple[GrantedEntitlement, ...],
    now: int,
) -> Facts:
    if row is None:
        return Facts(now=now, is_found=False)
    wanted = presented.entitlements
    return Facts(
        now=now,
        revoked_at=row.revoked_at,
        customer_banned_at=row.customer_banned_at,
        suspended_at=row.suspended_at,
        starts_at=row.starts_at,
        expires_at=row.expires_at,
        grace_period=row.policy.grace_period,
        expiration_strategy=row.policy.expiration_strategy,
        requires=required_by(row),
        product_id=row.product_id,
        product_code=row.policy.product_code,
        policy_id=row.policy_id,
        entitlements=frozenset(item.code for item in entitlements) if wanted else frozenset(),
        wanted_product=presented.product,
        wanted_policy=presented.policy,
        wanted_entitlements=None if wanted is None else tuple(wanted),
    )


def _render(
    verdict: Verdict,
    presented: ValidateById,
    license_view: ValidatedLicense | None,
    entitlements: tuple[GrantedEntitlement, ...],
    times: tuple[int, int | None],
) -> Validation:
    return Validation(
        valid=verdict.is_valid,
        code=verdict.code,
        detail=verdict.detail,
        warnings=[],
        license=license_view,
        entitlements=[
            ValidationEntitlement(item.code, optional_instant(item.expires_at))
            for item in entitlements
        ],
        nonce=presented.nonce,
        validated_at=render_instant(times[0]),
        next_check_at=optional_instant(times[1]),
    )
