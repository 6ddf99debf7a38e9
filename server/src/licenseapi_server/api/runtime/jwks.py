"""The public key sets that others verify our tokens with (RFC 7517)."""

import hashlib

import msgspec

from licenseapi_server.api.call import Answer, AnyCall
from licenseapi_server.api.runtime.signing_rows import times_of
from licenseapi_server.domain.ids import is_id
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.signing_keys import is_published


class JsonWebKey(msgspec.Struct, kw_only=True):
    """One public key. Exactly these members: never a private one."""

    kty: str
    crv: str
    x: str
    y: str
    kid: str
    use: str = "sig"
    alg: str = "ES256"


class KeySet(msgspec.Struct):
    """A JWK Set."""

    keys: list[JsonWebKey]


async def live(call: AnyCall) -> Answer:
    """The keys of live tokens."""
    return await _key_set(call, "live")


async def test(call: AnyCall) -> Answer:
    """The keys of test tokens: never those of live ones."""
    return await _key_set(call, "test")


async def _key_set(call: AnyCall, mode: str) -> Answer:
    if not is_id(call.id, "acct"):
        raise Problem("not_found")
    rows = await call.store.list_signing_keys((call.id, mode))
    keys = [
        msgspec.json.decode(row.public_jwk, type=JsonWebKey)
        for row in rows
        if is_published(times_of(row), call.now)
    ]
    if not keys:
        raise Problem("not_found")
    key_set = KeySet(keys)
    digest = hashlib.sha256(msgspec.json.encode(key_set)).hexdigest()[:32]
    max_age = call.deployment.settings.jwks_max_age_seconds
    headers = (("Cache-Control", f"public, max-age={max_age}"), ("ETag", f'"{digest}"'))
    return Answer(key_set, headers=headers)
