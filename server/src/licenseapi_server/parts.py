"""The parts of one worker, put together: store, API, pages, jobs."""

import asyncio
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application
from django.db.migrations.loader import MigrationLoader

from licenseapi_server.api.app import Api
from licenseapi_server.api.bridge import Visit
from licenseapi_server.api.openapi import render_openapi
from licenseapi_server.api.probes import Probes, Reply
from licenseapi_server.api.reference.pages import ReferencePages
from licenseapi_server.api.request import announced_length, read_body
from licenseapi_server.api.response import HSTS
from licenseapi_server.api.routes import ROUTES
from licenseapi_server.api.runtime.store_postgres import PostgresStore
from licenseapi_server.api.runtime.store_sqlite import SqliteStore
from licenseapi_server.dashboard import portal_pages
from licenseapi_server.dashboard.middleware import POLICY
from licenseapi_server.deployment import make_deployment
from licenseapi_server.domain.problems import Problem
from licenseapi_server.jobs.registry import KINDS
from licenseapi_server.jobs.worker import Worker
from licenseapi_server.settings import Settings

PAGE_THREADS = 4
MAX_FORM = 1 << 20
HTML = b"text/html; charset=utf-8"
JSON = b"application/json"
TEXT = b"text/plain"
TOO_LARGE = b"The form is too large or too slow.\n"
CSP = (
    b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'"
)


class Parts:
    """Everything that one worker runs."""

    def __init__(self, settings: Settings) -> None:
        deployment = make_deployment(settings)
        store = (
            PostgresStore(settings, deployment.plans)
            if settings.is_postgres
            else SqliteStore(settings)
        )
        self.api = Api(deployment, store)
        self._settings = settings
        self._probes = Probes(self.api, _known_migrations())
        self._openapi = render_openapi(ROUTES, settings.public_url)
        self._pages = ReferencePages(ROUTES, settings.public_url)
        wsgi: Any = get_wsgi_application()
        self._dashboard: Any = WSGIMiddleware(wsgi, workers=PAGE_THREADS)
        self._worker = Worker(deployment, KINDS) if "jobs" in settings.roles else None

    async def start(self) -> None:
        """Open the store; begin to flush and to do jobs."""
        await self.api.store.open()
        self.api.buffers.start()
        if self._worker is not None:
            self._worker.start()

    async def stop(self) -> None:
        """Flush and close."""
        if self._worker is not None:
            await asyncio.to_thread(self._worker.stop)
        await self.api.close()

    async def answer_other(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Whatever is not the API."""
        path = scope["path"]
        headers = dict(scope["headers"])
        send = self._with_common_headers(scope, headers, send)
        if path in Probes.PATHS:
            await _reply(send, scope, await self._probes.reply(path, headers))
            return
        try:
            self.api.check_exposure(scope)
        except Problem as problem:
            text = f"{problem.type.title}.\n".encode()
            await _reply(send, scope, (problem.type.status, TEXT, text))
            return
        if path == "/v1/openapi.json":
            await _reply(send, scope, (200, JSON, self._openapi))
        elif path == "/docs" or path.startswith("/docs/"):
            page = self._pages.find(path)
            status = 200 if page else 404
            await _reply(send, scope, (status, HTML, page or b"No such page."))
        elif path.startswith("/portal/"):
            await self._to_portal(scope, receive, send, headers)
        elif "dashboard" in self._settings.roles:
            await self._to_dashboard(scope, receive, send, headers)
        else:
            await _reply(send, scope, (404, TEXT, b"Not found.\n"))

    async def _to_portal(
        self, scope: dict[str, Any], receive: Any, send: Any, headers: dict[bytes, bytes]
    ) -> None:
        """The customer portal: with every role, for mailed links lead here."""
        place = portal_pages.find_place(scope["path"])
        method = scope["method"]
        if place is None or method not in {"GET", "HEAD", "POST"}:
            await _reply(send, scope, (404, TEXT, b"Not found.\n"))
        elif method != "POST":
            page = portal_pages.show(place, scope["query_string"])
            await _reply_page(send, scope, page)
        else:
            form = await _read_form(receive, headers)
            if form is None:
                await _reply_page(send, scope, portal_pages.Page(TOO_LARGE, 413))
                return
            visit = Visit(self.api, scope)
            await _reply_page(send, scope, await portal_pages.act(place, visit, form))

    def _with_common_headers(
        self, scope: dict[str, Any], headers: dict[bytes, bytes], send: Any
    ) -> Any:
        """Every answer has a request id; over TLS it asks to stay there."""
        peer = scope["client"][0] if scope["client"] else ""
        common = [(b"request-id", self.api.make_request_id().encode())]
        if self.api.transport.look(scope["scheme"], peer, headers).is_secure:
            common.append(HSTS)

        async def send_with_them(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *common]}
            await send(message)

        return send_with_them

    async def _to_dashboard(
        self, scope: dict[str, Any], receive: Any, send: Any, headers: dict[bytes, bytes]
    ) -> None:
        """Give Django a request that has arrived whole: a trickling body would hold a thread.

        Header names with `_` are dropped: WSGI cannot tell them from those with `-`.
        """
        body = await _read_form(receive, headers)
        if body is None:
            await _reply(send, scope, (413, TEXT, TOO_LARGE))
            return
        peer = scope["client"][0] if scope["client"] else ""
        safe = [pair for pair in scope["headers"] if b"_" not in pair[0]]
        arrival = self.api.transport.look(scope["scheme"], peer, headers)
        whole = {
            **scope,
            "headers": safe,
            "client": (arrival.address, 0),
            "scheme": "https" if arrival.is_secure else "http",
        }
        messages = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_whole() -> dict[str, Any]:
            if messages:
                return messages.pop()
            await asyncio.Event().wait()
            return {"type": "http.disconnect"}

        await self._dashboard(whole, receive_whole, send)


async def _read_form(receive: Any, headers: dict[bytes, bytes]) -> bytes | None:
    """The whole form; None when it is too large, or never ends."""
    if announced_length(headers) > MAX_FORM:
        return None
    try:
        return await read_body(receive, MAX_FORM)
    except Problem:
        return None


async def _reply_page(send: Any, scope: dict[str, Any], page: portal_pages.Page) -> None:
    headers = [
        (b"content-type", HTML),
        (b"content-length", b"%d" % len(page.body)),
        # The page's forms hold what opens the portal.
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"content-security-policy", POLICY.encode()),
    ]
    await send({"type": "http.response.start", "status": page.status, "headers": headers})
    content = b"" if scope["method"] == "HEAD" else page.body
    await send({"type": "http.response.body", "body": content})


async def _reply(send: Any, scope: dict[str, Any], reply: Reply) -> None:
    is_read = scope["method"] in {"GET", "HEAD"}
    status, kind, body = reply if is_read else (405, TEXT, b"Method not allowed.\n")
    headers = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"content-security-policy", CSP),
    ]
    if not is_read:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    content = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": content})


def _known_migrations() -> frozenset[tuple[str, str]]:
    """Those of this version. A database may have newer ones: a rolling upgrade."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def make_parts(settings: Settings) -> Parts:
    """The parts of a worker with these settings. Raises SettingError."""
    return Parts(settings)
