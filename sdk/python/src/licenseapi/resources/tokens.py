"""Tokens: short-lived credentials for a vendor's apps, minted on the vendor's server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import ApiObject
from licenseapi.params import (
    RequestOptions,
)
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Required, Unpack


class NewToken(RequestOptions, total=False):
    """A token for one license, named by id or by key."""

    license_id: str
    license_key: str
    activation_id: str
    user: str
    scopes: Sequence[str]
    ttl_seconds: int
    audience: str
    claims: Mapping[str, object]


class TokenText(RequestOptions, total=False):
    """A token to ask about."""

    token: Required[str]


class RevokeToken(RequestOptions, total=False):
    """A token to end, by its text or by its `token_id`."""

    token: str
    token_id: str


class Tokens(Resource):
    """The methods of tokens. Only secret and restricted keys may call them."""

    def create(self, **fields: Unpack[NewToken]) -> Token:
        """Mint a token: never more than the key itself may do, nor for longer."""
        return self._run(Call("tokens.create", Token.read, fields=fields))

    def introspect(self, **fields: Unpack[TokenText]) -> Introspection:
        """Say whether a token of this account holds right now (RFC 7662)."""
        return self._run(Call("tokens.introspect", Introspection.read, fields=fields))

    def revoke(self, **fields: Unpack[RevokeToken]) -> TokenRevocation:
        """End a token at once. One that no longer holds is answered alike (RFC 7009)."""
        return self._run(Call("tokens.revoke", TokenRevocation.read, fields=fields))


class AsyncTokens(AsyncResource):
    """The methods of tokens. Only secret and restricted keys may call them."""

    async def create(self, **fields: Unpack[NewToken]) -> Token:
        """Mint a token: never more than the key itself may do, nor for longer."""
        return await self._run(Call("tokens.create", Token.read, fields=fields))

    async def introspect(self, **fields: Unpack[TokenText]) -> Introspection:
        """Say whether a token of this account holds right now (RFC 7662)."""
        return await self._run(Call("tokens.introspect", Introspection.read, fields=fields))

    async def revoke(self, **fields: Unpack[RevokeToken]) -> TokenRevocation:
        """End a token at once. One that no longer holds is answered alike (RFC 7009)."""
        return await self._run(Call("tokens.revoke", TokenRevocation.read, fields=fields))


class Token(ApiObject, kind="token", promised={"access_token": str}):
    """An access token (RFC 6749, section 5.1). `expires_in` is in seconds."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    token_id: str

    create = on_default_client(Tokens, Tokens.create)
    introspect = on_default_client(Tokens, Tokens.introspect)
    revoke = on_default_client(Tokens, Tokens.revoke)


class Introspection(ApiObject, promised={"active": bool}):
    """What holds of a token. One that is not `active` says nothing more."""

    active: bool
    scope: str | None = None
    client_id: str | None = None
    sub: str | None = None
    iss: str | None = None
    jti: str | None = None
    iat: int | None = None
    exp: int | None = None
    token_type: str | None = None
    license_id: str | None = None
    mode: str | None = None


class TokenRevocation(ApiObject, kind="token_revocation", promised={"revoked": bool}):
    """The token is refused from now on."""

    revoked: bool
