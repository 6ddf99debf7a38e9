"""Probes for load balancers and monitoring: /healthz, /readyz, /metrics."""

import asyncio
import hmac
import time

from django.db import DatabaseError, InterfaceError, connections

from licenseapi_server import __version__
from licenseapi_server.api.app import Api
from licenseapi_server.api.rendering import encode
from licenseapi_server.jobs.queue import measure_backlog

MAX_CLOCK_DRIFT = 1_000_000
TEXT = b"text/plain; version=0.0.4; charset=utf-8"
JSON = b"application/json"

Reply = tuple[int, bytes, bytes]


class Probes:
    """What the outside may ask about the process itself."""

    PATHS = frozenset({"/healthz", "/readyz", "/metrics"})

    def __init__(self, api: Api, migrations: frozenset[tuple[str, str]]) -> None:
        self._api = api
        self._migrations = migrations
        self._started = time.monotonic()

    async def reply(self, path: str, headers: dict[bytes, bytes]) -> Reply:
        """Status, content type and body."""
        if path == "/healthz":
            return 200, JSON, encode({"status": "ok"})
        if path == "/readyz":
            return await self._ready()
        return await self._metrics(headers)

    async def _ready(self) -> Reply:
        """Ready means: the database answers, has all migrations, and its clock agrees."""
        try:
            applied = await self._api.store.applied_migrations()
            clock = await self._api.store.clock()
        except self._api.store.unavailable:
            return 503, JSON, encode({"status": "unavailable", "reason": "database"})
        if not self._migrations <= applied:
            return 503, JSON, encode({"status": "unavailable", "reason": "migrations"})
        if clock is not None and abs(clock - time.time_ns() // 1000) > MAX_CLOCK_DRIFT:
            return 503, JSON, encode({"status": "unavailable", "reason": "clock"})
        return 200, JSON, encode({"status": "ready"})

    async def _metrics(self, headers: dict[bytes, bytes]) -> Reply:
        token = self._api.deployment.settings.metrics_token.encode()
        given = headers.get(b"authorization", b"").removeprefix(b"Bearer ")
        if not token or not hmac.compare_digest(given, token):
            return 404, JSON, encode({"status": "not_found"})
        lines = [
            "# TYPE licenseapi_info gauge",
            f'licenseapi_info{{version="{__version__}"}} 1',
            "# TYPE licenseapi_uptime_seconds gauge",
            f"licenseapi_uptime_seconds {time.monotonic() - self._started:.0f}",
            "# TYPE licenseapi_requests_total counter",
            *(
                f'licenseapi_requests_total{{status="{status}"}} {count}'
                for status, count in sorted(self._api.status_counts.items())
            ),
            "# TYPE licenseapi_dropped_log_lines_total counter",
            f"licenseapi_dropped_log_lines_total {self._api.buffers.dropped_lines}",
            "# TYPE licenseapi_dropped_denials_total counter",
            f"licenseapi_dropped_denials_total {self._api.buffers.denials.dropped}",
            *await asyncio.to_thread(_describe_jobs, time.time_ns() // 1000),
        ]
        return 200, TEXT, ("\n".join(lines) + "\n").encode()


def _describe_jobs(now: int) -> list[str]:
    """The backlog of all nodes together; nothing while the database is away."""
    try:
        backlog = measure_backlog(now)
    except (DatabaseError, InterfaceError):
        return []
    finally:
        connections.close_all()
    return [
        "# TYPE licenseapi_jobs gauge",
        f'licenseapi_jobs{{state="waiting"}} {backlog.waiting}',
        f'licenseapi_jobs{{state="running"}} {backlog.running}',
        f'licenseapi_jobs{{state="dead"}} {backlog.dead}',
        "# TYPE licenseapi_jobs_late_seconds gauge",
        f"licenseapi_jobs_late_seconds {backlog.late_seconds}",
    ]
