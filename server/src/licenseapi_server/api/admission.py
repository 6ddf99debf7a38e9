"""From a request to a call that may be made: who asks, what for, and whether the limits allow it.

Whoever is not known makes us read and parse as little as possible: only a small body, where
it names the license that is loaded together with the credential in one round trip.
"""

import asyncio
from concurrent.futures import Executor
from typing import Any

import msgspec

from licenseapi_server.api.authentication import (
    URL_PARAMETER,
    Authenticator,
    Credential,
    check_scope,
)
from licenseapi_server.api.call import AnyCall, Asked, Call, NoBody
from licenseapi_server.api.cors import Cors
from licenseapi_server.api.parsing import LARGE_BODY, parse_body, parse_query, read_query
from licenseapi_server.api.principal import Principal
from licenseapi_server.api.quota import Quota, QuotaUse
from licenseapi_server.api.rate_limits import RateLimits
from licenseapi_server.api.registry import Route
from licenseapi_server.api.request import Request, read_body
from licenseapi_server.api.response import API_VERSION
from licenseapi_server.api.runtime.buffers import Buffers
from licenseapi_server.api.runtime.key_ring import KeyRing
from licenseapi_server.api.runtime.rows import KeyRow, Loaded
from licenseapi_server.api.runtime.store import Store
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.problems import Problem, field_problem

SMALL_BODY = 16 * 1024
MAX_VERSION_DIGITS = 18
Pairs = list[tuple[str, str]]


class Content(msgspec.Struct):
    """Body and query as the route wants them, or what is wrong with them."""

    raw: bytes = b""
    body: Any = None
    query: Any = None
    flaw: Problem | None = None


class Admitted(msgspec.Struct):
    """A call that may be made, its body as it came, and what it took from the plan so far."""

    call: AnyCall
    raw: bytes
    use: QuotaUse
    credential: Credential | None = None


class Gate:
    """Admits requests, or raises the Problem that says why not."""

    def __init__(
        self,
        deployment: Deployment,
        store: Store,
        *,
        quota: Quota,
        buffers: Buffers,
        ring: KeyRing,
        threads: Executor,
    ) -> None:
        self._deployment = deployment
        self._store = store
        self._ring = ring
        self._threads = threads
        self._quota = quota
        self._buffers = buffers
        self._authenticator = Authenticator(deployment, ring)
        self._rate_limits = RateLimits(deployment)
        self._cors = Cors()

    async def admit(self, request: Request, route: Route, receive: Any) -> Admitted:
        """The call's caller, content and license. Raises Problem."""
        pairs = read_query(request.query) if request.query else []
        credential = self._read_credential(request, route, pairs)
        if isinstance(credential, str):
            credential = await self._authenticator.verify(credential, request.now)
        if route.find_subject is not None and _is_small(request):
            content = await self._read_content(request, route, pairs, receive)
            return await self._admit_with_subject(request, route, credential, content)
        loaded = await self._store.load(credential.lookup, None, None)
        principal = self._identify(request, credential, loaded)
        if route.find_subject is None:
            self._limit(request, route, principal, loaded)
        content = await self._read_content(request, route, pairs, receive)
        if content.flaw is not None:
            raise content.flaw
        if route.find_subject is not None:
            return await self._admit_with_subject(request, route, credential, content)
        call = self._make_call(request, principal, content)
        return Admitted(call, content.raw, QuotaUse(), credential)

    async def readmit(self, request: Request, route: Route, admitted: Admitted, now: int) -> None:
        """Raise Problem when a caller who was admitted would not be any more."""
        if admitted.credential is None:
            return
        loaded = await self._store.load(admitted.credential.lookup, None, None)
        principal = self._authenticator.admit(admitted.credential, loaded.key, request.address, now)
        check_scope(principal, route)
        before = admitted.call.principal
        if (principal.scopes, principal.product_ids) != (before.scopes, before.product_ids):
            raise Problem("insufficient_scope", reason="key has been changed since")

    async def read_anonymous(self, request: Request, route: Route, receive: Any) -> Content:
        """What a stranger sends to a public route that takes a body. Raises Problem."""
        self._rate_limits.take_stranger(request.address, request.now)
        content = await self._read_content(request, route, read_query(request.query), receive)
        if content.flaw is not None:
            raise content.flaw
        return content

    def count_failure(self, request: Request) -> Problem | None:
        """Count a failed authentication; the 429 to give once there are too many."""
        return self._rate_limits.count_failure(request.address, request.now)

    async def _admit_with_subject(
        self, request: Request, route: Route, credential: Credential, content: Content
    ) -> Admitted:
        """Load the license with the credential: one round trip, the plan's unit included."""
        subject = asked = None
        if route.find_subject is not None and content.flaw is None:
            ids, token = request.ids, credential.token
            asked_for = Asked(content.body, content.query, ids, token, self._deployment)
            subject = route.find_subject(asked_for)
        if subject is not None and self._store.takes_quota_while_loading:
            asked = self._quota.ask(route, credential.lookup, request.now)
        loaded = await self._store.load(credential.lookup, subject, asked)
        use = QuotaUse(is_taken=bool(loaded.is_quota_taken))
        try:
            principal = self._identify(request, credential, loaded)
            self._limit(request, route, principal, loaded)
            if content.flaw is not None:
                raise content.flaw
            call = self._make_call(request, principal, content)
        except Problem:
            if loaded.key is not None:
                owner = (loaded.key.account_id, loaded.key.mode)
                await self._quota.give_back(*owner, use, request.now)
            raise
        if asked is not None:
            self._quota.note_account(credential.lookup, principal)
        license_ = loaded.license
        if subject is None or license_ is None or not subject.is_replaced(license_, request.now):
            call.subject, call.seat, call.lease = license_, loaded.seat, loaded.lease
            call.user = loaded.user
            call.released_at = loaded.released_at
        else:
            # No call finds a license by a key that has been replaced; validate says so.
            call.is_key_replaced = principal.may_use_product(license_.product_id)
            # For the vendor's eyes only.
            call.denied_license = license_ if call.is_key_replaced else None
        return Admitted(call, content.raw, use)

    def _make_call(self, request: Request, principal: Principal, content: Content) -> AnyCall:
        return Call(
            principal,
            self._deployment,
            request.now,
            request.ids,
            content.body,
            content.query,
            _expected_version(request),
            None,
            self._store,
            self._ring,
            request.path,
            request.address,
        )

    def _read_credential(self, request: Request, route: Route, pairs: Pairs) -> Credential | str:
        authorization = request.header(b"authorization")
        if not pairs:
            return self._authenticator.read(authorization, None, route)
        keys = [value for name, value in pairs if name == URL_PARAMETER]
        pairs[:] = [pair for pair in pairs if pair[0] != URL_PARAMETER]
        if len(keys) > 1:
            raise Problem("multiple_credentials")
        if keys and not route.allows_key_in_url:
            raise Problem("credential_in_url", reason="api_key parameter")
        return self._authenticator.read(authorization, keys[0] if keys else None, route)

    async def _read_content(
        self, request: Request, route: Route, pairs: Pairs, receive: Any
    ) -> Content:
        """Body and query; what is wrong with them is kept until the caller is known."""
        raw = b""
        try:
            subject = request.header(b"license-key")
            if subject is not None and route.takes_license_key_header:
                pairs.append(("key", subject))
            query = parse_query(pairs, route.query)
            if request.method in {"GET", "HEAD"}:
                return Content(raw, None, query)
            whole = request.take_body(route.max_body)
            raw = await read_body(receive, route.max_body) if whole is None else whole
            if len(raw) <= LARGE_BODY:
                return Content(raw, _parse_body(request, route, raw), query)
            # Everyone else's requests are answered in the meantime.
            loop = asyncio.get_running_loop()
            body = await loop.run_in_executor(self._threads, _parse_body, request, route, raw)
            return Content(raw, body, query)
        except Problem as flaw:
            return Content(raw, flaw=flaw)

    def _identify(self, request: Request, credential: Credential, loaded: Loaded) -> Principal:
        """Who asks, by the facts as they are now."""
        key = loaded.key
        try:
            principal = self._authenticator.admit(credential, key, request.address, request.now)
        except Problem:
            # The account is known, so that even this refusal is in its own log.
            request.principal = _shadow(key, credential) if key is not None else None
            raise
        request.principal = principal
        return principal

    def _limit(self, request: Request, route: Route, principal: Principal, loaded: Loaded) -> None:
        """Whether they may ask this, from there, now."""
        key = loaded.key
        if b"origin" in request.headers:
            self._cors.check(request, route, key)
        check_scope(principal, route)
        if principal.credential_type == "portal":
            # Customers take nothing of what the vendor's own servers may ask.
            self._rate_limits.take_client(request.address, "", request.now)
            return
        request.rate_lines = self._rate_limits.take(principal, request.now)
        if principal.credential_type == "publishable":
            subject = loaded.license.id if loaded.license else ""
            self._rate_limits.take_client(request.address, subject, request.now)
        if key is not None:
            self._buffers.touch_key(key.key_id, key.secret_id, request.now, request.address)
            if key.api_version is None:
                self._buffers.pin_version(key.account_id, API_VERSION)


def _is_small(request: Request) -> bool:
    """Whether the body is surely small: a chunked one may turn out to be anything."""
    is_chunked = b"transfer-encoding" in request.headers
    return not is_chunked and request.length <= SMALL_BODY


def _parse_body(request: Request, route: Route, raw: bytes) -> Any:
    if not raw:
        if route.body is NoBody or route.method == "DELETE":
            return NoBody()
        return parse_body(b"{}", route.body)
    kind = request.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if route.read_body is not None and kind.decode("latin-1") in route.accepts:
        return route.read_body(kind, raw)
    if kind != b"application/json":
        raise Problem("unsupported_media_type")
    return parse_body(raw, route.body)


def _expected_version(request: Request) -> int | None:
    value = request.header(b"if-match")
    if value is None or value.strip() == "*":
        return None
    text = value.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > MAX_VERSION_DIGITS:
        message = 'must be the `version` of the object in quotes, like "3"'
        raise field_problem("/If-Match", f"`If-Match` {message}.")
    return int(text)


def _shadow(key: KeyRow, credential: Credential) -> Principal:
    """Whose request it is, for the log, before it is known whether it may be."""
    return Principal(
        credential_type=key.type if not credential.token or key.type == "portal" else "token",
        account_id=key.account_id,
        mode=key.mode,
        plan=key.plan,
        key_id=key.key_id,
        secret_id="",
        scopes=frozenset(),
        product_ids=(),
        allowed_ips=(),
        gen=0,
        key_expires_at=None,
        max_token_ttl_seconds=0,
        expiring_window_days=0,
        token_id=credential.token.jti if credential.token else "",
    )
