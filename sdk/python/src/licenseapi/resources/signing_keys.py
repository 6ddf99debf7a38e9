"""Signing keys and the public key sets that others verify our tokens with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import (
    RequestOptions,
    WriteOptions,
)
from licenseapi.resources.resource import AsyncResource, Resource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page


class SigningKeys(Resource):
    """The methods of signing keys."""

    def list(self, **options: Unpack[RequestOptions]) -> Page[SigningKey]:
        """List the signing keys; there are never many."""
        return self._list("signing_keys.list", SigningKey.read, options)

    def retrieve(self, key_id: str, /, **options: Unpack[RequestOptions]) -> SigningKey:
        """Show a signing key."""
        return self._run(Call("signing_keys.get", SigningKey.read, (key_id,), options))

    def rotate(self, **options: Unpack[WriteOptions]) -> SigningKey:
        """Make the next key. It takes over when every cache has it."""
        return self._run(Call("signing_keys.rotate", SigningKey.read, fields=options))


class AsyncSigningKeys(AsyncResource):
    """The methods of signing keys."""

    def list(self, **options: Unpack[RequestOptions]) -> AsyncList[SigningKey]:
        """List the signing keys; there are never many."""
        return self._list("signing_keys.list", SigningKey.read, options)

    async def retrieve(self, key_id: str, /, **options: Unpack[RequestOptions]) -> SigningKey:
        """Show a signing key."""
        return await self._run(Call("signing_keys.get", SigningKey.read, (key_id,), options))

    async def rotate(self, **options: Unpack[WriteOptions]) -> SigningKey:
        """Make the next key. It takes over when every cache has it."""
        return await self._run(Call("signing_keys.rotate", SigningKey.read, fields=options))


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
