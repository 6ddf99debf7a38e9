"""API keys: create, change, roll, revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import (
    ChangeOptions,
    Instant,
    ListParams,
    RequestOptions,
    WriteOptions,
)
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Required, Unpack

    from licenseapi.paging import AsyncList, Page


class NewApiKey(WriteOptions, total=False):
    """A key of the mode of the calling key, and with no more than that one has.

    A restricted key needs `scopes`; a publishable one has its own.
    """

    name: Required[str]
    type: Literal["restricted", "publishable"]
    scopes: Sequence[str]
    product_ids: Sequence[str]
    expires_at: Instant | None
    allowed_ips: Sequence[str]


class ApiKeyChange(ChangeOptions, total=False):
    """What may change of a key. Taking something away ends the tokens that it has minted."""

    name: str
    scopes: Sequence[str]
    product_ids: Sequence[str]
    expires_at: Instant | None
    allowed_ips: Sequence[str]


class RollApiKey(ChangeOptions, total=False):
    """How long the old secret works on beside the new one: 0 to 7 days, 1 day by default."""

    overlap_seconds: int


class RevokeApiKey(ChangeOptions, total=False):
    """Whether the keys that this one has made are revoked, too."""

    revoke_children: bool


class ApiKeys(Resource):
    """The methods of API keys."""

    def create(self, **fields: Unpack[NewApiKey]) -> APIKey:
        """Create a key. Its `secret` is in this answer and nowhere else."""
        return self._run(Call("api_keys.create", APIKey.read, fields=fields))

    def retrieve(self, key_id: str, /, **options: Unpack[RequestOptions]) -> APIKey:
        """Show a key, without its secret."""
        return self._run(Call("api_keys.get", APIKey.read, (key_id,), options))

    def update(self, key_id: str, /, **fields: Unpack[ApiKeyChange]) -> APIKey:
        """Change what is named; None clears it."""
        return self._run(Call("api_keys.update", APIKey.read, (key_id,), fields))

    def roll(self, key_id: str, /, **fields: Unpack[RollApiKey]) -> APIKey:
        """Give the key a new `secret`; the old one works until the overlap ends."""
        return self._run(Call("api_keys.roll", APIKey.read, (key_id,), fields))

    def revoke(self, key_id: str, /, **fields: Unpack[RevokeApiKey]) -> APIKey:
        """End the key at once, with the tokens that it minted."""
        return self._run(Call("api_keys.revoke", APIKey.read, (key_id,), fields))

    def list(self, **query: Unpack[ListParams]) -> Page[APIKey]:
        """List keys, newest first, without their secrets."""
        return self._list("api_keys.list", APIKey.read, query)


class AsyncApiKeys(AsyncResource):
    """The methods of API keys."""

    async def create(self, **fields: Unpack[NewApiKey]) -> APIKey:
        """Create a key. Its `secret` is in this answer and nowhere else."""
        return await self._run(Call("api_keys.create", APIKey.read, fields=fields))

    async def retrieve(self, key_id: str, /, **options: Unpack[RequestOptions]) -> APIKey:
        """Show a key, without its secret."""
        return await self._run(Call("api_keys.get", APIKey.read, (key_id,), options))

    async def update(self, key_id: str, /, **fields: Unpack[ApiKeyChange]) -> APIKey:
        """Change what is named; None clears it."""
        return await self._run(Call("api_keys.update", APIKey.read, (key_id,), fields))

    async def roll(self, key_id: str, /, **fields: Unpack[RollApiKey]) -> APIKey:
        """Give the key a new `secret`; the old one works until the overlap ends."""
        return await self._run(Call("api_keys.roll", APIKey.read, (key_id,), fields))

    async def revoke(self, key_id: str, /, **fields: Unpack[RevokeApiKey]) -> APIKey:
        """End the key at once, with the tokens that it minted."""
        return await self._run(Call("api_keys.revoke", APIKey.read, (key_id,), fields))

    def list(self, **query: Unpack[ListParams]) -> AsyncList[APIKey]:
        """List keys, newest first, without their secrets."""
        return self._list("api_keys.list", APIKey.read, query)


class KeySecret(ApiObject):
    """One secret of a key, as far as it can still be shown."""

    id: str
    hint: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None


class APIKey(ApiObject, kind="api_key", promised=RESOURCE):
    """A key. `secret` is there once: when the key is created and when it is rolled."""

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {"secrets": KeySecret}

    id: str
    mode: str
    type: str
    name: str
    hint: str
    secret: str | None = None
    scopes: Sequence[str]
    product_ids: Sequence[str]
    allowed_ips: Sequence[str]
    expires_at: str | None
    revoked_at: str | None
    exposed_at: str | None
    created_by_key: str | None
    last_used_at: str | None
    last_ip: str | None
    secrets: Sequence[KeySecret]
    created_at: str
    updated_at: str
    version: int

    create = on_default_client(ApiKeys, ApiKeys.create)
    retrieve = on_default_client(ApiKeys, ApiKeys.retrieve)
    update = on_default_client(ApiKeys, ApiKeys.update)
    roll = on_default_client(ApiKeys, ApiKeys.roll)
    revoke = on_default_client(ApiKeys, ApiKeys.revoke)
    list = on_default_client(ApiKeys, ApiKeys.list)
