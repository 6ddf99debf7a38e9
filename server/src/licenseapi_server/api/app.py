"""The API as an ASGI application: match → authenticate → limit → parse → handle → render → log.

One dispatcher for every endpoint. A handler never sees a header; the dispatcher never
knows a rule.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from types import CoroutineType
from typing import Any

from licenseapi_server.api import idempotency
from licenseapi_server.api.authentication import (
    URL_PARAMETER,
    Authenticator,
    Credential,
    check_scope,
)
from licenseapi_server.api.call import AnyCall, Call, NoBody
from licenseapi_server.api.cors import Cors
from licenseapi_server.api.exposure import Exposure
from licenseapi_server.api.management import execution
from licenseapi_server.api.management.execution import Rendered
from licenseapi_server.api.parsing import parse_body, parse_query, read_query
from licenseapi_server.api.principal import Principal
from licenseapi_server.api.quota import Quota, QuotaUse
from licenseapi_server.api.rate_limits import RateLimits
from licenseapi_server.api.registry import Route, Router
from licenseapi_server.api.rendering import JSON, PROBLEM_JSON, render_problem
from licenseapi_server.api.request import Request, is_known, read_body
from licenseapi_server.api.response import (
    API_VERSION,
    RESPOND,
    add_headers,
    describe_content,
    encode_headers,
    render_head,
)
from licenseapi_server.api.routes import ROUTES
from licenseapi_server.api.runtime.buffers import Buffers
from licenseapi_server.api.runtime.key_ring import KeyRing
from licenseapi_server.api.runtime.leases import Leases
from licenseapi_server.api.runtime.rows import KeyRow, Loaded
from licenseapi_server.api.runtime.store import Store
from licenseapi_server.api.transport import Transport
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.problems import Problem, field_problem

logger = logging.getLogger("licenseapi.api")
# A 204 has no length (RFC 9110, section 8.6), and that of a 304 would be the document's.
WITHOUT_CONTENT = frozenset({204, 304})
REPLAYED = ((b"idempotent-replayed", b"true"),)


class Api:
    """Everything under /v1/."""

    def __init__(self, deployment: Deployment, store: Store) -> None:
        settings = deployment.settings
        self.deployment = deployment
        self.store = store
        leases = Leases(store)
        self.buffers = Buffers(store, leases)
        self.key_ring = KeyRing(deployment, store)
        self.transport = Transport(settings)
        self._router = Router(ROUTES)
        self._authenticator = Authenticator(deployment, self.key_ring)
        self._rate_limits = RateLimits(deployment)
        self._quota = Quota(deployment, store, self.buffers, leases)
        self._cors = Cors()
        self._base_url = settings.public_url
        self._threads = ThreadPoolExecutor(settings.management_threads, "management")
        self._exposure = Exposure(deployment, store, self.transport, self._router)
        self.status_counts: dict[int, int] = {}

    async def close(self) -> None:
        """Finish background writes; flush; close the store."""
        await self._exposure.finish()
        await self.buffers.stop()
        self._threads.shutdown()
        await self.store.close()

    async def __call__(self, scope: dict[str, Any], receive: Any) -> None:
        """Answer one request. Never raises: every failure has its answer."""
        now = time.time_ns() // 1000
        request: Request | None = None
        try:
            request = Request(scope, now)
            rendered = await self._answer(request, receive)
            status, body, kind = rendered.status, rendered.body, JSON
            extra = rendered.headers
            request.code = rendered.code
            request.license_id = rendered.license_id or request.license_id
            request.is_replay = rendered.is_replay
            if status == 200 and extra and is_known(request, extra):  # noqa: PLR2004 - OK
                status, body = 304, b""
        except Problem as problem:
            request = request or Request({**scope, "headers": []}, now)
            request.code, request.reason = problem.code, problem.reason
            status, kind = problem.type.status, PROBLEM_JSON
            body = render_problem(problem, request.id, request.shown_path, self._base_url)
            extra = tuple(problem.headers.items())
        content = b"" if status in WITHOUT_CONTENT else describe_content(kind, len(body))
        head = self._render_head(request, content, extra)
        await scope["extensions"][RESPOND](status, head, body)
        self.status_counts[status] = self.status_counts.get(status, 0) + 1
        self.buffers.add_line(request.log_line(status, time.time_ns() // 1000))

    def _render_head(
        self, request: Request, content: bytes, extra: tuple[tuple[str, str], ...]
    ) -> bytes:
        is_secure = self.transport.is_secure(request.scheme, request.peer, request.headers)
        head = render_head(content, request.id, is_secure=is_secure)
        if request.rate_headers:
            head = add_headers(head, request.rate_headers)
        if request.is_replay:
            head = add_headers(head, REPLAYED)
        if b"origin" in request.headers:
            head = add_headers(head, self._cors.headers(request))
        return add_headers(head, encode_headers(extra)) if extra else head

    async def _answer(self, request: Request, receive: Any) -> Rendered:
        try:
            route = self._match(request)
            if route is None:
                return self._cors.preflight(request)
            return await self._dispatch(request, route, receive)
        except Problem as problem:
            if problem.type.status == 401:  # noqa: PLR2004 - Unauthorized
                throttled = self._rate_limits.count_failure(request.address, request.now)
                if throttled is not None and problem.code != "authentication_required":
                    throttled.reason = problem.reason
                    raise throttled from problem
            raise
        except TimeoutError as error:
            raise Problem("request_timeout") from error
        except self.store.unavailable as error:
            logger.warning("database is unavailable: %s", type(error).__name__)
            headers = {"Retry-After": execution.RETRY_SECONDS}
            raise Problem("unavailable", headers=headers, reason=type(error).__name__) from error
        except Exception as error:
            logger.exception("request %s failed", request.id)
            raise Problem("internal_error", reason=type(error).__name__) from error

    def _match(self, request: Request) -> Route | None:
        request.address = self.transport.client_address(request.peer, request.headers)
        self._exposure.check(request)
        routes, request.ids = self._router.find(request.path)
        if not routes:
            raise Problem("route_not_found")
        method = "GET" if request.method == "HEAD" and "GET" in routes else request.method
        route = routes.get(method)
        if route is None:
            if request.method == "OPTIONS" and self._cors.is_preflight(request, routes):
                request.route = next(iter(routes.values()))
                return None
            allowed = ", ".join(sorted({*routes, *({"HEAD"} if "GET" in routes else set())}))
            raise Problem("method_not_allowed", headers={"Allow": allowed})
        request.route = route
        if "\0" in request.path:
            # No id has one, and PostgreSQL would refuse it as text.
            raise Problem("not_found")
        asked = request.headers.get(b"licenseapi-version")
        if asked is not None and asked != API_VERSION.encode():
            raise Problem("unsupported_version")
        return route

    async def _dispatch(self, request: Request, route: Route, receive: Any) -> Rendered:
        if route.is_public:
            call = Call(None, self.deployment, request.now, request.ids, None, None)  # type: ignore[arg-type]
            call.store = self.store
            return await self._handle_runtime(route, call)
        pairs = read_query(request.query) if request.query else []
        credential = await self._read_credential(request, route, pairs)
        content, body, query, flaw = await self._read_content(request, route, pairs, receive)
        subject = None
        if route.find_subject is not None and flaw is None:
            subject = route.find_subject(
                body, query, request.ids, credential.token, self.deployment
            )
        asked = None
        if subject is not None and self.store.takes_quota_while_loading:
            asked = self._quota.ask(route, credential.lookup, request.now)
        loaded = await self.store.load(credential.lookup, subject, asked)
        use = QuotaUse(is_taken=bool(loaded.is_quota_taken))
        try:
            principal = self._admit(request, route, credential, loaded)
            if flaw is not None:
                raise flaw
            expected_version = self._expected_version(request)
        except Problem:
            if loaded.key is not None:
                await self._quota.give_back(
                    loaded.key.account_id, loaded.key.mode, use, request.now
                )
            raise
        call = Call(
            principal,
            self.deployment,
            request.now,
            request.ids,
            body,
            query,
            expected_version,
            loaded.license,
            self.store,
            self.key_ring,
            request.path,
        )
        if route.is_runtime:
            if asked is not None:
                self._quota.note_account(credential.lookup, principal)
            return await self._run_runtime(route, call, use)
        return await self._run_management(request, route, call, content)

    def _read_credential(
        self, request: Request, route: Route, pairs: list[tuple[str, str]]
    ) -> Awaitable[Credential]:
        keys = [value for name, value in pairs if name == URL_PARAMETER] if pairs else []
        if keys:
            pairs[:] = [pair for pair in pairs if pair[0] != URL_PARAMETER]
        if len(keys) > 1:
            raise Problem("multiple_credentials")
        if keys and not route.allows_key_in_url:
            raise Problem("credential_in_url", reason="api_key parameter")
        authorization = request.header(b"authorization")
        return self._authenticator.read(
            authorization, keys[0] if keys else None, route, request.now
        )

    async def _read_content(
        self, request: Request, route: Route, pairs: list[tuple[str, str]], receive: Any
    ) -> tuple[bytes, Any, Any, Problem | None]:
        """Body and query; what is wrong with them is kept until the caller is known."""
        content = b""
        try:
            subject = request.header(b"license-key")
            if subject is not None and route.takes_license_key_header:
                pairs.append(("key", subject))
            query = parse_query(pairs, route.query)
            if request.method in {"GET", "HEAD"}:
                return content, None, query, None
            content = await read_body(receive, route.max_body)
            return content, self._parse_body(request, route, content), query, None
        except Problem as flaw:
            return content, None, None, flaw

    @staticmethod
    def _parse_body(request: Request, route: Route, content: bytes) -> Any:
        if not content:
            if route.body is NoBody or route.method == "DELETE":
                return NoBody()
            content = b"{}"
        else:
            kind = request.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
            if kind != b"application/json":
                raise Problem("unsupported_media_type")
        return parse_body(content, route.body)

    def _admit(
        self, request: Request, route: Route, credential: Credential, loaded: Loaded
    ) -> Principal:
        key = loaded.key
        try:
            principal = self._authenticator.admit(credential, key, request.address, request.now)
        except Problem:
            # The account is known, so that even this refusal is in its own log.
            request.principal = _shadow(key, credential) if key is not None else None
            raise
        request.principal = principal
        self._cors.check(request, route, key)
        check_scope(principal, route)
        request.rate_headers = self._rate_limits.take(principal, request.now)
        if principal.credential_type == "publishable":
            subject = loaded.license.id if loaded.license else ""
            self._rate_limits.take_client(request.address, subject, request.now)
        if key is not None:
            self.buffers.touch_key(key.key_id, key.secret_id, request.now, request.address)
            if key.api_version is None:
                self.buffers.pin_version(key.account_id, API_VERSION)
        return principal

    async def _run_runtime(self, route: Route, call: AnyCall, use: QuotaUse) -> Rendered:
        if route.is_counted and not self._quota.take_from_memory(call.principal, use, call.now):
            await self._quota.take(route, call.principal, use, call.now)
        try:
            rendered = await self._handle_runtime(route, call)
        except Problem as problem:
            if problem.type.is_uncounted:
                await self._quota.refund(call.principal, use, call.now)
            raise
        except Exception:
            await self._quota.refund(call.principal, use, call.now)
            raise
        if call.principal.credential_type == "publishable" and not rendered.license_id:
            # Anyone can extract this key: guessing must not burn the vendor's month.
            await self._quota.refund(call.principal, use, call.now)
        if rendered.code and call.subject is not None and not _is_dry(call):
            self.buffers.touch_license(call.subject.id, call.now, call.subject.last_validated_at)
        return rendered

    async def _handle_runtime(self, route: Route, call: AnyCall) -> Rendered:
        result = route.handler(call)
        if type(result) is CoroutineType:
            result = await result
        return execution.render(execution.as_answer(result, route))

    async def _run_management(
        self, request: Request, route: Route, call: AnyCall, content: bytes
    ) -> Rendered:
        replayed = self._idempotent(request, route, call, content)
        loop = asyncio.get_running_loop()
        use = QuotaUse()

        def take_quota() -> None:
            asyncio.run_coroutine_threadsafe(
                self._quota.take(route, call.principal, use, call.now), loop
            ).result()

        try:
            rendered = await loop.run_in_executor(
                self._threads, execution.run, route, call, replayed, take_quota
            )
        except Problem as problem:
            if problem.type.is_uncounted:
                await self._quota.refund(call.principal, use, call.now)
            raise
        except Exception:
            await self._quota.refund(call.principal, use, call.now)
            raise
        if rendered.is_replay:
            await self._quota.refund(call.principal, use, call.now)
        return rendered

    def _idempotent(
        self, request: Request, route: Route, call: AnyCall, content: bytes
    ) -> idempotency.IdempotentRequest | None:
        header = request.header(b"idempotency-key")
        if not route.takes_idempotency_key:
            return None
        if header is None:
            if route.needs_idempotency_key:
                message = "This operation adds time: send an `Idempotency-Key`, so that a repeat adds none."
                raise field_problem("/Idempotency-Key", message, code="required")
            return None
        key = idempotency.read_key(header)
        asked = request.query + b"\0" + content
        scope, digest = idempotency.identify(
            key, call.principal, request.method, request.path, asked
        )
        return idempotency.IdempotentRequest(key, scope, digest, route.secret_members, request.now)

    @staticmethod
    def _expected_version(request: Request) -> int | None:
        value = request.header(b"if-match")
        if value is None or value.strip() == "*":
            return None
        text = value.strip().removeprefix("W/").strip('"')
        if not text.isascii() or not text.isdigit() or len(text) > 18:  # noqa: PLR2004 - int64
            message = 'must be the `version` of the object in quotes, like "3"'
            raise field_problem("/If-Match", f"`If-Match` {message}.")
        return int(text)


def _shadow(key: KeyRow, credential: Credential) -> Principal:
    """Whose request it is, for the log, before it is known whether it may be."""
    return Principal(
        credential_type="token" if credential.token else key.type,
        account_id=key.account_id,
        mode=key.mode,
        plan=key.plan,
        key_id=key.key_id,
        secret_id="",
        scopes=frozenset(),
        product_ids=(),
        gen=0,
        key_expires_at=None,
        max_token_ttl_seconds=0,
        token_id=credential.token.jti if credential.token else "",
    )


def _is_dry(call: AnyCall) -> bool:
    return bool(getattr(call.body or call.query, "dry_run", False))
