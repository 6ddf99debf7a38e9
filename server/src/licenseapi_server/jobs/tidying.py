"""Tidying up: what has ended is deleted. If it stops for a day, no answer is wrong."""

import asyncio
import logging
import time
from collections.abc import Callable

from django.db import close_old_connections, transaction

from licenseapi_server.accounts.models import DeniedToken, IdempotencyRecord
from licenseapi_server.audit.models import RequestLogEntry
from licenseapi_server.database_router import TelemetryRouter
from licenseapi_server.domain.instants import DAY, HOUR
from licenseapi_server.settings import Settings

logger = logging.getLogger("licenseapi.jobs")
INTERVAL_SECONDS = 600
CHUNK = 1_000
IDEMPOTENCY_KEPT = 25 * HOUR


def _delete(rows: Callable[[], "object"], alias: str) -> None:
    """In small transactions, so that nobody waits long for the write lock."""
    while True:
        with transaction.atomic(using=alias):
            chunk = list(rows()[:CHUNK])  # type: ignore[index]
            if chunk:
                chunk[0].__class__._default_manager.filter(  # noqa: SLF001
                    pk__in=[row.pk for row in chunk]
                ).delete()
        if len(chunk) < CHUNK:
            return


def _delete_old_lines(kept_from: int, alias: str) -> None:
    """From the oldest on, until a line is young enough: no index on the time is needed."""
    while True:
        with transaction.atomic(using=alias):
            oldest = RequestLogEntry.objects.order_by("pk").values_list("pk", "created_at")[:CHUNK]
            old = [row for row, created_at in oldest if created_at < kept_from]
            RequestLogEntry.objects.filter(pk__in=old).delete()
        if len(old) < CHUNK:
            return


def tidy(settings: Settings, now: int) -> None:
    """Delete ended denials, old idempotent answers and old log lines."""
    log_alias = TelemetryRouter().db_for_write(RequestLogEntry)
    kept_from = now - settings.request_log_days * DAY
    _delete(lambda: DeniedToken.objects.filter(expires_at__lt=now), "default")
    _delete(
        lambda: IdempotencyRecord.objects.filter(created_at__lt=now - IDEMPOTENCY_KEPT), "default"
    )
    _delete_old_lines(kept_from, log_alias)


class Tidying:
    """Runs `tidy` now and then, on a thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._repeat())

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            try:
                await asyncio.to_thread(self._run)
            except Exception:
                logger.exception("tidying up failed; it is tried again later")

    def _run(self) -> None:
        close_old_connections()
        try:
            tidy(self._settings, time.time_ns() // 1000)
        finally:
            close_old_connections()
