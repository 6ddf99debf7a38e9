"""What may be a second late: log lines, denials, last-used times, counts of unlimited plans.

Bounded: when the database cannot take them, the newest log lines are dropped and counted,
never a request refused. Times and counts are one entry per key, license or account.
"""

import asyncio
import logging
from typing import Any

from licenseapi_server.api.runtime import seat_sql, sql
from licenseapi_server.api.runtime.denials import Denials, render_rows
from licenseapi_server.api.runtime.quota_blocks import QuotaBlocks
from licenseapi_server.api.runtime.rows import Counter
from licenseapi_server.domain.instants import SECOND

logger = logging.getLogger("licenseapi.telemetry")
LOG_CAPACITY = 100_000
LOG_SECONDS = 0.25
FACTS_SECONDS = 1.0
# Last-used times are exact to the minute: a busy key is not written each second.
COALESCED = 60 * SECOND
WRITTEN_CAPACITY = 100_000
EXPOSED_CAPACITY = 1_000


class Buffers:
    """The telemetry of one process, on its way to the database."""

    def __init__(self, store: Any, blocks: QuotaBlocks) -> None:
        self._store = store
        self._blocks = blocks
        self._lines: list[tuple[Any, ...]] = []
        self.dropped_lines = 0
        self.denials = Denials()
        self._keys: dict[str, tuple[int, str]] = {}
        self._secrets: dict[str, int] = {}
        self._licenses: dict[str, int] = {}
        self._seats: dict[str, int] = {}
        self._written_at: dict[str, int] = {}
        self._counts: dict[Counter, int] = {}
        self._exposed: dict[bytes, int] = {}
        self._pins: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to flush."""
        self._tasks = [
            asyncio.create_task(self._repeat(self.flush_log, LOG_SECONDS)),
            asyncio.create_task(self._repeat(self.flush_facts, FACTS_SECONDS)),
            asyncio.create_task(self._repeat(self.flush_denials, FACTS_SECONDS)),
        ]

    async def stop(self) -> None:
        """Flush what is left."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._blocks.stop()
        for flush in (self.flush_log, self.flush_facts, self.flush_denials):
            try:
                await flush()
            except Exception:
                logger.exception("telemetry is lost at shutdown")

    async def _repeat(self, flush: Any, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await flush()
            except Exception:
                # Telemetry never refuses a request: it stays in the buffer and is tried again.
                logger.exception("telemetry could not be written")

    def add_line(self, line: tuple[Any, ...]) -> None:
        """Keep one line of the request log."""
        if len(self._lines) < LOG_CAPACITY:
            self._lines.append(line)
        else:
            self.dropped_lines += 1

    def touch_key(self, key_id: str, secret_id: str, at: int, ip: str) -> None:
        """Remember when and from where a key was used."""
        if at - self._written_at.get(secret_id or key_id, 0) < COALESCED:
            return
        self._keys[key_id] = (at, ip)
        if secret_id:
            self._secrets[secret_id] = at

    def touch_license(self, license_id: str, at: int, last_at: int | None) -> None:
        """Remember when a license was validated, unless it stands in its row to the minute."""
        if last_at is None or at - last_at >= COALESCED:
            self._licenses[license_id] = at

    def touch_seat(self, activation_id: str, at: int) -> None:
        """Remember that a machine was seen to live."""
        self._seats[activation_id] = at

    def count_request(self, counter: Counter, amount: int = 1) -> None:
        """Count a request of a plan without a limit, or take the count back."""
        self._counts[counter] = self._counts.get(counter, 0) + amount

    def flag_exposed(self, digest: bytes, at: int) -> None:
        """Remember that a key was shown where others see it; beyond a bound, not any more."""
        if len(self._exposed) < EXPOSED_CAPACITY:
            self._exposed[digest] = at

    def pin_version(self, account_id: str, version: str) -> None:
        """Remember the API version of an account's first call."""
        self._pins[account_id] = version

    def _note_written(self, keys: dict[str, tuple[int, str]], secrets: dict[str, int]) -> None:
        if len(self._written_at) > WRITTEN_CAPACITY:
            self._written_at.clear()
        self._written_at.update({key_id: at for key_id, (at, _) in keys.items()})
        self._written_at.update(secrets)

    async def flush_log(self) -> None:
        """Write the log lines; keep them when that fails."""
        if not self._lines:
            return
        lines, self._lines = self._lines, []
        try:
            await self._store.write_log(lines)
        except BaseException:
            self._lines = (lines + self._lines)[:LOG_CAPACITY]
            raise

    async def flush_denials(self) -> None:
        """Write what has been denied; keep it when that fails."""
        tallies = self.denials.drain()
        if not tallies:
            return
        try:
            await self._store.write_denials(render_rows(tallies))
        except BaseException:
            self.denials.give_back(tallies)
            raise

    async def flush_facts(self) -> None:
        """Write times and counts; keep the counts when that fails."""
        counts, self._counts = self._counts, {}
        for counter, unspent in self._blocks.drain().items():
            counts[counter] = counts.get(counter, 0) - unspent
        keys, self._keys = self._keys, {}
        secrets, self._secrets = self._secrets, {}
        self._note_written(keys, secrets)
        licenses, self._licenses = self._licenses, {}
        seats, self._seats = self._seats, {}
        pins, self._pins = self._pins, {}
        exposed, self._exposed = self._exposed, {}
        batches = [
            (sql.COUNT_REQUESTS, [(*name, count) for name, count in sorted(counts.items())]),
            (sql.TOUCH_KEY, [(at, ip, key) for key, (at, ip) in sorted(keys.items())]),
            (sql.TOUCH_SECRET, [(at, secret) for secret, at in sorted(secrets.items())]),
            (sql.TOUCH_LICENSE, [(at, name) for name, at in sorted(licenses.items())]),
            (seat_sql.SEE_ACTIVATION, [(at, name) for name, at in sorted(seats.items())]),
            (sql.FLAG_EXPOSED, [(at, digest) for digest, at in sorted(exposed.items())]),
            (sql.PIN_VERSION, [(version, name) for name, version in sorted(pins.items())]),
        ]
        work = [batch for batch in batches if batch[1]]
        if not work:
            return
        try:
            await self._store.write_batch(work)
        except BaseException:
            for name, count in counts.items():
                self._counts[name] = self._counts.get(name, 0) + count
            raise
