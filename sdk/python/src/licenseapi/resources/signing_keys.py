"""Signing keys and the public key sets that others verify our tokens with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import (
    Instant,
    RequestOptions,
    WriteOptions,
)
from licenseapi.resources.resource import AsyncResource, Resource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page


KeyUse = Literal["token", "file", "permit", "revocations", "key", "root"]


class SigningKeyList(RequestOptions, total=False):
    """Filters of the list."""

    use: KeyUse


class Rotate(WriteOptions, total=False):
    """Whose successor to make: without `use`, that of the key which signs tokens.

    `takes_over_at` is when a new root takes over: your apps have to have it by then.
    """

    use: KeyUse
    takes_over_at: Instant


class SigningKeys(Resource):
    """The methods of signing keys."""

    def list(self, **query: Unpack[SigningKeyList]) -> Page[SigningKey]:
        """List the signing keys; there are never many."""
        return self._list("signing_keys.list", SigningKey.read, query)

    def retrieve(self, key_id: str, /, **options: Unpack[RequestOptions]) -> SigningKey:
        """Show a signing key."""
        return self._run(Call("signing_keys.get", SigningKey.read, (key_id,), options))

    def rotate(self, **fields: Unpack[Rotate]) -> SigningKey:
        """Make the next key of a kind; `signs_from` says when it takes over."""
        return self._run(Call("signing_keys.rotate", SigningKey.read, fields=fields))


class AsyncSigningKeys(AsyncResource):
    """The methods of signing keys."""

    def list(self, **query: Unpack[SigningKeyList]) -> AsyncList[SigningKey]:
        """List the signing keys; there are never many."""
        return self._list("signing_keys.list", SigningKey.read, query)

    async def retrieve(self, key_id: str, /, **options: Unpack[RequestOptions]) -> SigningKey:
        """Show a signing key."""
        return await self._run(Call("signing_keys.get", SigningKey.read, (key_id,), options))

    async def rotate(self, **fields: Unpack[Rotate]) -> SigningKey:
        """Make the next key of a kind; `signs_from` says when it takes over."""
        return await self._run(Call("signing_keys.rotate", SigningKey.read, fields=fields))


class KeySets(Resource):
    """The public key sets. They need no API key."""

    def live(self, account_id: str, /, **options: Unpack[RequestOptions]) -> KeySet:
        """The keys of an account's live tokens."""
        return self._run(Call("jwks.live", KeySet.read, (account_id,), options))

    def test(self, account_id: str, /, **options: Unpack[RequestOptions]) -> KeySet:
        """The keys of an account's test tokens: never those of live ones."""
        return self._run(Call("jwks.test", KeySet.read, (account_id,), options))


class AsyncKeySets(AsyncResource):
    """The public key sets. They need no API key."""

    async def live(self, account_id: str, /, **options: Unpack[RequestOptions]) -> KeySet:
        """The keys of an account's live tokens."""
        return await self._run(Call("jwks.live", KeySet.read, (account_id,), options))

    async def test(self, account_id: str, /, **options: Unpack[RequestOptions]) -> KeySet:
        """The keys of an account's test tokens: never those of live ones."""
        return await self._run(Call("jwks.test", KeySet.read, (account_id,), options))


class SigningKey(ApiObject, kind="signing_key", promised=RESOURCE):
    """A signing key; only its public half can be read anywhere."""

    id: str
    mode: str
    use: str
    state: str
    public_jwk: Mapping[str, str]
    signs_from: str
    signs_until: str | None
    published_until: str | None
    created_at: str


class KeySet(ApiObject, promised={"keys": list}):
    """A JWK Set (RFC 7517)."""

    keys: Sequence[Mapping[str, str]]
