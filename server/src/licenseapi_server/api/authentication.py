"""From a request to a Principal: read the credential, look at its facts, decide.

Any failure gives one of four 401 bodies; what exactly was wrong goes into the log only.
"""

import base64
import binascii
import hashlib
from functools import lru_cache

import msgspec

from licenseapi_server.api.principal import Principal
from licenseapi_server.api.registry import Route
from licenseapi_server.api.runtime.key_ring import KeyRing
from licenseapi_server.api.runtime.rows import KeyRow, SecretLookup, TokenLookup, lookup_of
from licenseapi_server.api.transport import Network, is_within, parse_address, parse_networks
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.api_keys import parse_api_key
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.scopes import URL_SCOPES, effective_scopes
from licenseapi_server.domain.tokens import Token, TokenRefusedError

REALM = 'Bearer realm="licenseapi"'
URL_PARAMETER = "api_key"
MAX_KNOWN = 10_000


class Credential(msgspec.Struct, frozen=True):
    """What was presented, well formed; and by what the database knows it."""

    lookup: SecretLookup | TokenLookup
    token: Token | None = None
    is_in_url: bool = False


def refused(reason: str, code: str = "authentication_failed") -> Problem:
    """The 401 for a credential that was presented and does not hold."""
    headers = {"WWW-Authenticate": f'{REALM}, error="invalid_token"'}
    return Problem(code, headers=headers, reason=reason)


def absent() -> Problem:
    """The 401 for no credential at all."""
    return Problem("authentication_required", headers={"WWW-Authenticate": REALM})


def _from_basic(value: str) -> str:
    """The key as user name, with an empty password (RFC 7617)."""
    try:
        user, separator, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise refused("basic credentials are not base64") from error
    if not separator or password:
        raise refused("basic credentials carry a password")
    return user


def read_authorization(header: str) -> str:
    """The credential of an Authorization header. Raises Problem."""
    scheme, _, value = header.partition(" ")
    value = value.strip()
    scheme = scheme.lower()
    if scheme == "bearer" and value:
        return value
    if scheme == "basic" and value:
        return _from_basic(value)
    raise refused("authorization scheme is neither Bearer nor Basic")


class Authenticator:
    """Authenticates requests; holds no decision longer than one request."""

    def __init__(self, deployment: Deployment, key_ring: KeyRing) -> None:
        self._deployment = deployment
        self._key_ring = key_ring
        self._base_url = deployment.settings.public_url
        # How well-formed headers are found in the database: arithmetic, no decision.
        self._known: dict[bytes, Credential] = {}

    def read(
        self, authorization: str | None, url_key: str | None, route: Route
    ) -> Credential | str:
        """The credential of the request, or the text of a token, which is still to be verified.
        Shape, checksum, size and signature refuse before the database is asked. Raises Problem.
        """
        if url_key is not None:
            if authorization is not None:
                raise Problem("multiple_credentials")
            return self._from_url(url_key, route)
        if authorization is None:
            raise absent()
        # Looked up by a digest: no secret stays in memory for this.
        name = hashlib.sha256(authorization.encode()).digest()
        known = self._known.get(name)
        if known is not None:
            return known
        text = read_authorization(authorization)
        if not text.startswith("lapi_"):
            return text
        credential = self._from_key(text)
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[name] = credential
        return credential

    def _from_key(self, text: str, *, is_in_url: bool = False) -> Credential:
        key = parse_api_key(text)
        if key is None:
            raise refused("key has a wrong shape or checksum")
        digest = self._deployment.api_keys.digest(text)
        return Credential(SecretLookup(digest), is_in_url=is_in_url)

    def _from_url(self, text: str, route: Route) -> Credential:
        key = parse_api_key(text)
        if key is None:
            raise refused("key in the URL has a wrong shape or checksum")
        if not route.allows_key_in_url or key.key_type == "secret":
            raise Problem("credential_in_url", reason="key in the URL")
        return self._from_key(text, is_in_url=True)

    async def verify(self, text: str, now: int) -> Credential:
        """The credential that a token is, if its signature holds. Raises Problem."""
        try:
            token = await self._key_ring.verify(text, self._base_url, now)
        except TokenRefusedError as error:
            raise refused(str(error)) from error
        return Credential(lookup_of(token), token)

    def admit(
        self, credential: Credential, key: KeyRow | None, address: str, now: int
    ) -> Principal:
        """The caller, by the facts as they are now. Raises Problem."""
        if key is None:
            raise refused("no such key")
        if key.revoked_at is not None:
            raise self._ended(credential, "key_revoked")
        if not key.is_account_enabled:
            raise refused("account is disabled")
        ends_at = key.ends_at
        if ends_at is not None and now >= ends_at:
            raise self._ended(credential, "key_expired")
        if credential.token is not None:
            return self._token_principal(credential.token, key)
        if key.allowed_ips and not is_within(parse_address(address), _networks(key.allowed_ips)):
            raise refused("address is not on the key's list")
        holder = key.holder
        if credential.is_in_url and key.type == "restricted" and not holder.scopes <= URL_SCOPES:
            raise Problem("credential_in_url", reason="key in the URL may do too much")
        return holder

    @staticmethod
    def _ended(credential: Credential, code: str) -> Problem:
        # Whoever knows the secret may learn that it ended; whoever holds a token may not.
        return refused(code) if credential.token else refused(code, code)

    @staticmethod
    def _token_principal(token: Token, key: KeyRow) -> Principal:
        if key.mode != token.mode:
            raise refused("key is of another mode")
        if token.gen != key.gen:
            raise refused("key has been rolled, narrowed or revoked since")
        if key.is_token_denied:
            raise refused("token has been revoked")
        if not key.is_signing_key_live:
            raise refused("signing key has been revoked")
        scopes = frozenset(token.scopes) & effective_scopes(key.type, key.scopes)
        return key.become("portal" if token.customer_id else "token", scopes, token)


def check_scope(principal: Principal, route: Route) -> None:
    """Raise Problem unless this kind of credential with these scopes may call the route."""
    if principal.credential_type not in route.credentials:
        raise Problem("credential_not_allowed")
    if route.scope and route.scope not in principal.scopes:
        raise Problem(
            "insufficient_scope",
            f"The credential lacks the scope {route.scope}.",
            missing_scopes=[route.scope],
        )


@lru_cache(maxsize=1024)
def _networks(allowed_ips: str) -> tuple[Network, ...]:
    return parse_networks(tuple(allowed_ips.split()))
