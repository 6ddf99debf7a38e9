"""The ASGI application of one worker: API, reference page, probes, dashboard."""

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
from typing import Any

from licenseapi_server.api.request import Request
from licenseapi_server.domain.problems import Problem
from licenseapi_server.settings import Settings, load_settings
from licenseapi_server.struct_types import learn_structs

# With the default of 5 ms, one busy thread (a page, a job) makes each of the event loop's
# microsecond reads wait for its turn: measured 123,000 reads a second falling to 447.
SWITCH_INTERVAL = 0.0002
COLLECTOR_THRESHOLDS = (50_000, 20, 50)


def _start_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "licenseapi_server.django_settings")
    import django

    django.setup()
    # A line for every path that a stranger tries, with whatever secret stands in it.
    logging.getLogger("django.request").setLevel(logging.ERROR)


class Application:
    """Hands each request to the part that answers it."""

    def __init__(self, settings: Settings) -> None:
        _start_django()
        from licenseapi_server import parts

        self._parts = parts.make_parts(settings)
        self.public_url = settings.public_url
        self.stalled_seconds = settings.stalled_seconds

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """ASGI entry."""
        if scope["type"] == "http":
            parts = self._parts
            if scope["path"].startswith("/v1/") and scope["path"] != "/v1/openapi.json":
                await parts.api(scope, receive)
            else:
                await parts.answer_other(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    def note_refusal(self, request: Request, problem: Problem) -> None:
        """Log what the connection refused before it became a request."""
        self._parts.api.log_refusal(request, problem)

    async def _lifespan(self, receive: Any, send: Any) -> None:
        """Open at start, flush at the end: every worker does both."""
        await receive()
        try:
            await self._parts.start()
        except Exception as error:  # noqa: BLE001 - told to the server, which exits
            await send({"type": "lifespan.startup.failed", "message": f"{error}"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.shield(self._parts.stop())
        await send({"type": "lifespan.shutdown.complete"})


def _end_with_parent() -> None:
    """A worker whose parent is gone would keep the port, and serve old code for good."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def create_app() -> Application:
    """The factory that each worker calls."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    _end_with_parent()
    application = Application(load_settings())
    learn_structs()
    # What is loaded now stays: the collector need not walk it again for every few requests.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    return application
