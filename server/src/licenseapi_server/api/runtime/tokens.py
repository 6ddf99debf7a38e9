"""tokens.create, introspect, revoke: short-lived credentials for a vendor's apps."""

import os
import time
from typing import Annotated, Any

import msgspec

from licenseapi_server.api.call import Answer, AnyCall, Asked, Call, NoQuery
from licenseapi_server.api.runtime.locked_license import refuse_unless
from licenseapi_server.api.runtime.presented_users import refuse_banned
from licenseapi_server.api.runtime.rows import LicenseLookup, LicenseRow, Loaded, lookup_of
from licenseapi_server.api.runtime.seat_rows import SeatRow
from licenseapi_server.api.runtime.validate import lookup_key
from licenseapi_server.domain.activations import find_end, is_live
from licenseapi_server.domain.ids import make_id
from licenseapi_server.domain.instants import SECOND
from licenseapi_server.domain.may import latest_end
from licenseapi_server.domain.problems import FieldError, Problem, field_problem, fields_problem
from licenseapi_server.domain.scopes import CLIENT_TOKEN_SCOPES, GRANTABLE_SCOPES
from licenseapi_server.domain.tokens import (
    LEEWAY_SECONDS,
    MAX_TOKEN_CHARACTERS,
    MAX_TTL_SECONDS,
    Token,
    TokenRefusedError,
    issuer_of,
    sign_token,
)

MIN_TTL_SECONDS = 60
DEFAULT_TTL_SECONDS = 900
MAX_EXTRA_CLAIMS_BYTES = 2048
NEVER_MINTED = frozenset({"tokens:mint"})

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
LicenseId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
ActivationId = LicenseId
ScopeName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Ttl = Annotated[int, msgspec.Meta(ge=MIN_TTL_SECONDS, le=MAX_TTL_SECONDS)]


class NewToken(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A token for one license, named by id or by key, or for one of its machines."""

    license_id: LicenseId | None = None
    license_key: Text | None = None
    activation_id: ActivationId | None = None
    user: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    scopes: Annotated[list[ScopeName], msgspec.Meta(min_length=1, max_length=50)] | None = None
    ttl_seconds: Ttl | None = None
    audience: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None = None
    claims: dict[Annotated[str, msgspec.Meta(min_length=1, max_length=64)], Any] | None = None


class AccessToken(msgspec.Struct, kw_only=True):
    """The answer, in the members of RFC 6749, section 5.1."""

    object: str = "token"
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a scheme's name
    expires_in: int
    scope: str
    token_id: str


class TokenText(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A token to ask about."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=8192)]


class RevokeToken(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A token to end, by its text or by its `token_id`."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=8192)] | None = None
    token_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None


class Introspection(msgspec.Struct, kw_only=True, omit_defaults=True):
    """RFC 7662, section 2.2. Anything that is not active says nothing more."""

    active: bool
    scope: str | msgspec.UnsetType = msgspec.UNSET
    client_id: str | msgspec.UnsetType = msgspec.UNSET
    sub: str | msgspec.UnsetType = msgspec.UNSET
    iss: str | msgspec.UnsetType = msgspec.UNSET
    jti: str | msgspec.UnsetType = msgspec.UNSET
    iat: int | msgspec.UnsetType = msgspec.UNSET
    exp: int | msgspec.UnsetType = msgspec.UNSET
    token_type: str | msgspec.UnsetType = msgspec.UNSET
    license_id: str | msgspec.UnsetType = msgspec.UNSET
    mode: str | msgspec.UnsetType = msgspec.UNSET


class RevokedToken(msgspec.Struct, kw_only=True):
    """The token is refused from now on, on every node."""

    object: str = "token_revocation"
    revoked: bool = True


def find_subject(asked: Asked) -> LicenseLookup | None:
    """The license that the token is to be for."""
    body = asked.body
    if body.activation_id is not None:
        return LicenseLookup(activation_id=body.activation_id, user=body.user)
    if body.license_id is not None:
        return LicenseLookup(license_id=body.license_id, user=body.user)
    if not body.license_key:
        return None
    found = lookup_key(body.license_key, asked.deployment)
    return msgspec.structs.replace(found, user=body.user)


async def create(call: Call[NewToken, NoQuery]) -> Answer:
    """Mint a token: never more than the key itself may do, nor for longer."""
    _check_named_once(call.body)
    row: LicenseRow | None = call.subject
    if row is None or not call.principal.may_use_product(row.product_id):
        raise Problem("not_found")
    _check_machine(call, row)
    scopes = _granted_scopes(call)
    refuse_unless("mint", row.facts(call.now))
    refuse_banned(call)
    ttl = _clamp_ttl(call, row)
    claims = _claims(call, row, scopes, ttl)
    kid, key = await call.key_ring.find_signer(
        call.principal.account_id, call.principal.mode, call.now
    )
    text = sign_token(claims, key, kid)
    if len(text) > MAX_TOKEN_CHARACTERS:
        message = f"The token would be longer than {MAX_TOKEN_CHARACTERS} characters: shorten it."
        raise field_problem("/claims", message)
    token = AccessToken(
        access_token=text,
        expires_in=ttl,
        scope=claims["scope"],
        token_id=claims["jti"],
    )
    return Answer(token, 201, license_id=row.id)


async def introspect(call: Call[TokenText, NoQuery]) -> Introspection:
    """Say whether a token of this account holds right now."""
    token = await _find_own(call, call.body.token)
    if token is None or not await _still_holds(call, token):
        return Introspection(active=False)
    return Introspection(
        active=True,
        scope=" ".join(token.scopes),
        client_id=token.key_id,
        sub=token.subject,
        iss=issuer_of(call.deployment.settings.public_url, token.account_id, token.mode),
        jti=token.jti,
        iat=token.issued_at // SECOND,
        exp=token.expires_at // SECOND,
        token_type="Bearer",  # noqa: S106 - a scheme's name
        license_id=token.license_id or msgspec.UNSET,
        mode=token.mode,
    )


async def revoke(call: Call[RevokeToken, NoQuery]) -> RevokedToken:
    """End a token. One that is not (any more) valid is answered alike (RFC 7009)."""
    body = call.body
    if (body.token is None) == (body.token_id is None):
        message = "Send either `token` or `token_id`."
        raise field_problem("/token", message, code="required")
    if body.token_id is not None and call.principal.product_ids:
        message = "The calling key is bound to products: send the token itself."
        raise field_problem("/token_id", message, code="beyond_own")
    jti, expires_at = body.token_id, call.now + (MAX_TTL_SECONDS + LEEWAY_SECONDS) * SECOND
    if body.token is not None:
        token = await _find_own(call, body.token)
        jti = token.jti if token else None
    if jti is not None:
        owner = (call.principal.account_id, call.principal.mode)
        await call.store.deny_token(owner, jti, expires_at)
    return RevokedToken()


async def _find_own(call: AnyCall, text: str) -> Token | None:
    try:
        token = await call.key_ring.verify(text, call.deployment.settings.public_url, call.now)
    except TokenRefusedError:
        return None
    own = (call.principal.account_id, call.principal.mode)
    is_own = (token.account_id, token.mode) == own
    return token if is_own and call.principal.may_use_product(token.product_id) else None


def _check_machine(call: Call[NewToken, NoQuery], row: LicenseRow) -> None:
    """The activation that the token is to be bound to lives, and is the named license's."""
    body = call.body
    if body.activation_id is None:
        return
    is_named = body.license_id in (None, row.id)
    if body.license_key is not None:
        digests = lookup_key(body.license_key, call.deployment).digests()
        is_named = is_named and row.has_key(digests, call.now)
    if call.seat is None or not is_named:
        raise Problem("not_found")
    seat, rules = SeatRow(*call.seat), row.seat_rules()
    if is_live(seat.as_seat(), rules, call.now):
        return
    reason = seat.ended_reason or find_end(seat.as_seat(), rules, call.now)
    detail = f"The activation has ended ({reason}): activate the machine anew."
    raise Problem("invalid_state", detail, ended_reason=reason)


def _check_named_once(body: NewToken) -> None:
    names = (body.license_id, body.license_key)
    is_by_machine = body.activation_id is not None and names == (None, None)
    if (body.license_id is None) == (body.license_key is None) and not is_by_machine:
        message = "Send either `license_id` or `license_key`."
        raise field_problem("/license_id", message, code="required")
    if body.claims and len(msgspec.json.encode(body.claims)) > MAX_EXTRA_CLAIMS_BYTES:
        message = f"`claims` must be at most {MAX_EXTRA_CLAIMS_BYTES} bytes of JSON."
        raise field_problem("/claims", message)


def _granted_scopes(call: Call[NewToken, NoQuery]) -> tuple[str, ...]:
    """The key's scopes ∩ those asked; nothing that could mint further credentials."""
    mintable = call.principal.scopes & GRANTABLE_SCOPES - NEVER_MINTED
    asked = call.body.scopes
    if asked is None:
        return tuple(scope for scope in CLIENT_TOKEN_SCOPES if scope in mintable)
    errors = [
        FieldError(f"/scopes/{place}", "invalid_value", f"{scope!r} is not a scope.")
        for place, scope in enumerate(asked)
        if scope not in GRANTABLE_SCOPES
    ]
    if errors:
        raise fields_problem(errors)
    return tuple(sorted({scope for scope in asked if scope in mintable}))


def _clamp_ttl(call: Call[NewToken, NoQuery], row: LicenseRow) -> int:
    """Seconds: what was asked, but not beyond the key's, the account's or the license's end."""
    principal = call.principal
    ends = [principal.key_expires_at, latest_end(row.facts(call.now))]
    rest = [(end - call.now) // SECOND for end in ends if end is not None]
    asked = call.body.ttl_seconds or DEFAULT_TTL_SECONDS
    return max(1, min(asked, principal.max_token_ttl_seconds, *rest))


def _claims(
    call: Call[NewToken, NoQuery], row: LicenseRow, scopes: tuple[str, ...], ttl: int
) -> dict[str, Any]:
    principal, body = call.principal, call.body
    base_url = call.deployment.settings.public_url
    issued = call.now // SECOND
    claims: dict[str, Any] = {
        "iss": issuer_of(base_url, principal.account_id, principal.mode),
        "aud": [base_url, body.audience] if body.audience else base_url,
        "sub": body.activation_id or row.id,
        "license": row.id,
        "product": row.product_id,
        "client_id": principal.key_id,
        "mode": principal.mode,
        "scope": " ".join(scopes) or "none",
        "iat": issued,
        "nbf": issued,
        "exp": issued + ttl,
        "jti": make_id("tok", time.time_ns() // 1000, os.urandom(10)),
        "gen": principal.gen,
    }
    if body.user is not None:
        claims["user"] = body.user
    if body.claims:
        claims["ext"] = body.claims
    return claims


async def _still_holds(call: AnyCall, token: Token) -> bool:
    loaded: Loaded = await call.store.load(lookup_of(token), None, None)
    key = loaded.key
    return (
        key is not None
        and key.revoked_at is None
        and key.is_account_enabled
        and (key.expires_at is None or call.now < key.expires_at)
        and key.gen == token.gen
        and not key.is_token_denied
        and bool(key.is_signing_key_live)
    )
