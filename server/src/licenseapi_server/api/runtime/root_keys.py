"""The roots that a vendor embeds in apps: what every document's key statement leads back to."""

import hashlib

import msgspec

from licenseapi_server.api.call import Answer, AnyCall
from licenseapi_server.api.rendering import encode, optional_instant
from licenseapi_server.api.runtime.signing_rows import times_of
from licenseapi_server.domain.ids import is_id
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.signing_keys import compute_state, is_published


class RootKey(msgspec.Struct, kw_only=True):
    """A root. `public_key` is what apps embed."""

    id: str
    object: str = "root_key"
    mode: str
    public_key: str
    state: str
    signs_from: str
    signs_until: str | None


class RootKeys(msgspec.Struct, kw_only=True):
    """The roots of an account and mode, newest first."""

    object: str = "list"
    url: str
    has_more: bool = False
    next_cursor: None = None
    data: list[RootKey]


async def live(call: AnyCall) -> Answer:
    """The roots of live documents."""
    return await _roots(call, "live")


async def test(call: AnyCall) -> Answer:
    """The roots of test documents: never those of live ones."""
    return await _roots(call, "test")


async def _roots(call: AnyCall, mode: str) -> Answer:
    if not is_id(call.id, "acct"):
        raise Problem("not_found")
    rows = await call.key_ring.documents.list_roots((call.id, mode), call.now)
    data = [
        RootKey(
            id=row.kid,
            mode=row.mode,
            public_key=msgspec.json.decode(row.public_jwk)["x"],
            state=compute_state(times_of(row), call.now),
            signs_from=render_instant(row.signs_from),
            signs_until=optional_instant(row.signs_until),
        )
        for row in rows
        if is_published(times_of(row), call.now)
    ]
    if not data:
        raise Problem("not_found")
    roots = RootKeys(url=call.path, data=data)
    digest = hashlib.sha256(encode(roots)).hexdigest()[:32]
    max_age = call.deployment.settings.jwks_max_age_seconds
    headers = (("Cache-Control", f"public, max-age={max_age}"), ("ETag", f'"{digest}"'))
    return Answer(roots, headers=headers)
