"""The API as an ASGI application: match → authenticate → limit → parse → handle → render → log.

One dispatcher for every endpoint. A handler never sees a header; the dispatcher never
knows a rule.
"""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import CoroutineType
from typing import Any

from licenseapi_server.api import idempotency
from licenseapi_server.api.admission import Gate
from licenseapi_server.api.call import AnyCall, Call
from licenseapi_server.api.cors import Cors
from licenseapi_server.api.exposure import Exposure
from licenseapi_server.api.management import execution
from licenseapi_server.api.management.execution import Rendered
from licenseapi_server.api.quota import Quota, QuotaUse
from licenseapi_server.api.redaction import redact_path
from licenseapi_server.api.registry import Route, Router
from licenseapi_server.api.rendering import JSON, PROBLEM_JSON, render_problem
from licenseapi_server.api.request import Request, has_document
from licenseapi_server.api.response import (
    API_VERSION,
    RESPOND,
    STREAM,
    add_headers,
    describe_content,
    encode_headers,
    render_head,
)
from licenseapi_server.api.routes import ROUTES
from licenseapi_server.api.runtime.buffers import Buffers
from licenseapi_server.api.runtime.denials import code_of
from licenseapi_server.api.runtime.key_ring import KeyRing
from licenseapi_server.api.runtime.quota_blocks import QuotaBlocks
from licenseapi_server.api.runtime.store import Store
from licenseapi_server.api.signed_bodies import read_signed_body
from licenseapi_server.api.streaming import Part, Stream, send_stream
from licenseapi_server.api.transport import Transport
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.ids import make_id
from licenseapi_server.domain.problems import Problem, field_problem
from licenseapi_server.entropy import id_entropy

logger = logging.getLogger("licenseapi.api")
# A 204 has no length (RFC 9110, section 8.6), and that of a 304 would be the document's.
WITHOUT_CONTENT = frozenset({204, 304})
# The code in the log of an answer that broke off after its head: the status was sent before.
INCOMPLETE = "incomplete"
REPLAYED = ((b"idempotent-replayed", b"true"),)


class Api:
    """Everything under /v1/."""

    def __init__(self, deployment: Deployment, store: Store) -> None:
        settings = deployment.settings
        self.deployment = deployment
        self.store = store
        blocks = QuotaBlocks(store)
        self.buffers = Buffers(store, blocks)
        self.key_ring = KeyRing(deployment, store)
        self.transport = Transport(settings)
        self._router = Router(ROUTES)
        self._quota = Quota(deployment, store, self.buffers, blocks)
        self._threads = ThreadPoolExecutor(settings.management_threads, "management")
        self._gate = Gate(
            deployment,
            store,
            quota=self._quota,
            buffers=self.buffers,
            ring=self.key_ring,
            threads=self._threads,
        )
        self._cors = Cors()
        self._base_url = settings.public_url
        self._exposure = Exposure(deployment, self.buffers, self._router)
        self.status_counts: dict[int, int] = {}

    async def close(self) -> None:
        """Finish background writes; flush; close the store."""
        await self.buffers.stop()
        self._threads.shutdown()
        await self.store.close()

    @staticmethod
    def make_request_id() -> str:
        """For answers outside the API: they have one too."""
        return make_id("req", time.time_ns() // 1000, id_entropy.take())

    def log_refusal(self, request: Request, problem: Problem) -> None:
        """Log what was refused before it became a request."""
        request.code = problem.code
        self.status_counts[problem.type.status] = self.status_counts.get(problem.type.status, 0) + 1
        finished = time.time_ns() // 1000
        self.buffers.add_line(request.log_line(problem.type.status, finished, ""))

    def check_exposure(self, scope: dict[str, Any]) -> None:
        """Raise Problem for a request outside the API that carries a key where others see it."""
        request = Request(scope, time.time_ns() // 1000)
        request.note_arrival(self.transport, scope)
        try:
            self._exposure.check(request)
        except Problem as problem:
            if problem.code == "credential_in_url":
                self._exposure.flag(request)
            raise

    async def __call__(self, scope: dict[str, Any], receive: Any) -> None:
        """Answer one request: every failure has its answer, and its line in the log."""
        now = time.time_ns() // 1000
        request = Request(scope, now)
        request.note_arrival(self.transport, scope)
        stream: Stream | None = None
        try:
            rendered = await self._answer(request, receive)
            stream = rendered.stream
            status, body, kind = rendered.status, rendered.body, JSON
            extra = rendered.headers
            request.code = rendered.code
            request.license_id = rendered.license_id or request.license_id
            request.is_replay = rendered.is_replay
            if status == 200 and extra and has_document(request, extra):  # noqa: PLR2004 - OK
                status, body = 304, b""
        except Problem as problem:
            request.code, request.reason = problem.code, problem.reason
            status, kind = problem.type.status, PROBLEM_JSON
            body = render_problem(problem, request.id, request.path, self._base_url)
            extra = tuple(problem.headers.items())
        try:
            if stream is not None:
                head = self._render_head(request, b"content-type: %b\r\n" % stream.kind, extra)
                await self._send_stream(request, stream, scope["extensions"][STREAM](), head)
            else:
                content = b"" if status in WITHOUT_CONTENT else describe_content(kind, len(body))
                head = self._render_head(request, content, extra)
                await scope["extensions"][RESPOND](status, head, body)
        finally:
            # Even an answer that nobody received has happened.
            self.status_counts[status] = self.status_counts.get(status, 0) + 1
            shown = request.path
            if request.route is None or request.ids:
                shown = redact_path(shown, self._router.words)
            self.buffers.add_line(request.log_line(status, time.time_ns() // 1000, shown))

    async def _send_stream(
        self, request: Request, stream: Stream, outgoing: Any, head: bytes
    ) -> None:
        """Send a long answer. What became of it is only known, and logged, at its end."""
        loop = asyncio.get_running_loop()

        async def read(cursor: str) -> Part:
            return await loop.run_in_executor(self._threads, execution.read_part, stream, cursor)

        request.code, request.reason = INCOMPLETE, "the server has stopped"
        reason = await send_stream(outgoing, stream, head, read)
        request.code, request.reason = (INCOMPLETE, reason) if reason else ("", "")

    def _render_head(
        self, request: Request, content: bytes, extra: tuple[tuple[str, str], ...]
    ) -> bytes:
        head = render_head(content, request.id, is_secure=request.is_secure)
        head += request.rate_lines
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
            if problem.code == "credential_in_url":
                self._exposure.flag(request)
            if problem.type.status == 401:  # noqa: PLR2004 - Unauthorized
                throttled = self._gate.count_failure(request)
                if throttled is not None and problem.code != "authentication_required":
                    throttled.reason = problem.reason
                    raise throttled from problem
            raise
        except self.store.unavailable as error:
            logger.warning("database is unavailable: %s", type(error).__name__)
            headers = {"Retry-After": execution.RETRY_SECONDS}
            raise Problem("unavailable", headers=headers, reason=type(error).__name__) from error
        except Exception as error:
            logger.exception("request %s failed", request.id)
            raise Problem("internal_error", reason=type(error).__name__) from error

    def _match(self, request: Request) -> Route | None:
        self._exposure.check(request)
        if request.repeated == "Authorization":
            raise Problem("multiple_credentials")
        if request.repeated:
            message = f"The header `{request.repeated}` stands more than once."
            raise field_problem(f"/{request.repeated}", message, code="duplicate")
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
            call: AnyCall = Call(None, self.deployment, request.now, request.ids, None, None)  # type: ignore[arg-type]
            call.store, call.key_ring, call.path = self.store, self.key_ring, request.path
            if route.is_signed:
                call.body = await read_signed_body(request, route, receive)
                return await self._run_signed(request, route, call)
            if route.takes_body:
                content = await self._gate.read_anonymous(request, route, receive)
                call.body, call.query = content.body, content.query
            return await _handle(route, call)
        admitted = await self._gate.admit(request, route, receive)
        if route.is_runtime:
            return await self._run_runtime(route, admitted.call, admitted.use)
        admitted.call.request_id = request.id
        rendered = await self._run_management(request, route, admitted.call, admitted.raw)
        if rendered.stream is not None:
            readmit = self._gate.readmit
            rendered.stream.readmit = lambda: readmit(
                request, route, admitted, time.time_ns() // 1000
            )
        return rendered

    async def _run_runtime(self, route: Route, call: AnyCall, use: QuotaUse) -> Rendered:
        if route.is_counted and not self._quota.take_from_memory(call.principal, use, call.now):
            await self._quota.take(route, call.principal, use, call.now)
        if not route.is_counted:
            call.count = partial(self._quota.take_one, call.principal, use, call.now)
        try:
            rendered = await _handle(route, call)
        except Problem as problem:
            self._note_denial(route, call, code_of(problem))
            is_guess = call.principal.credential_type == "publishable" and call.subject is None
            if problem.type.is_uncounted or is_guess:
                await self._quota.refund(call.principal, use, call.now)
            raise
        except Exception:
            await self._quota.refund(call.principal, use, call.now)
            raise
        if call.principal.credential_type == "publishable" and not rendered.license_id:
            # Anyone can extract this key: guessing must not burn the vendor's month.
            await self._quota.refund(call.principal, use, call.now)
        if rendered.is_denial and not _is_dry(call):
            self._note_denial(route, call, rendered.code)
        if rendered.code and call.subject is not None and not _is_dry(call):
            self.buffers.touch_license(call.subject.id, call.now, call.subject.last_validated_at)
            if call.seen_seat:
                self.buffers.touch_seat(call.seen_seat, call.now)
        return rendered

    def _note_denial(self, route: Route, call: AnyCall, code: str) -> None:
        if code:
            self.buffers.denials.note(call, route.name, code)

    async def _run_signed(self, request: Request, route: Route, call: AnyCall) -> Rendered:
        """No plan pays for it: the sender is not the vendor, and cannot be told to stop."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(
                self._threads, execution.run, route, call, None, lambda: None
            )
        finally:
            # In the vendor's own log as soon as it is known to be the vendor's.
            request.principal = call.principal

    async def _run_management(
        self, request: Request, route: Route, call: AnyCall, content: bytes
    ) -> Rendered:
        replayed = self._idempotent(request, route, call, content)
        loop = asyncio.get_running_loop()
        use = QuotaUse()

        def take_quota() -> None:
            asyncio.run_coroutine_threadsafe(
                self._quota.take(route.rules(call.body), call.principal, use, call.now), loop
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
            if route.rules(call.body).needs_idempotency_key:
                message = "This operation adds time: send an `Idempotency-Key`, so that a repeat adds none."
                raise field_problem("/Idempotency-Key", message, code="required")
            return None
        key = idempotency.read_key(header)
        # What the credential may do is part of the question: narrowed, it gets no old answer.
        reach = (*call.principal.product_ids, *sorted(call.principal.scopes))
        if_match = request.headers.get(b"if-match", b"")
        asked = b"\0".join((request.query, if_match, " ".join(reach).encode(), content))
        scope, digest = idempotency.identify(
            key, call.principal, request.method, request.path, asked
        )
        return idempotency.IdempotentRequest(key, scope, digest, route.secret_members, request.now)


async def _handle(route: Route, call: AnyCall) -> Rendered:
    result = route.handler(call)
    if type(result) is CoroutineType:
        result = await result
    return execution.render(execution.as_answer(result, route))


def _is_dry(call: AnyCall) -> bool:
    return bool(getattr(call.body or call.query, "dry_run", False))
