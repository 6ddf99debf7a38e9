"""Requests of large limited plans, taken from the database in blocks and spent from memory.

Far from its limit a plan need not be asked for each request. Near it (the last `MARGIN`)
every request is taken singly, so that the limit is exact whatever the workers hold. What
is not spent goes back within a second; a process killed before that has counted at most
`BLOCK` requests too many, never one too few. See docs/decisions/0012.
"""

import asyncio
import logging

from licenseapi_server.api.runtime.rows import Counter
from licenseapi_server.api.runtime.store import Store

logger = logging.getLogger("licenseapi.quota")
BLOCK = 400
LOW = BLOCK // 4
MARGIN = 20_000


class Leases:
    """What this process holds of each plan."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[Counter, int] = {}
        self._renewals: dict[Counter, asyncio.Task[None]] = {}

    def spend(self, counter: Counter, maximum: int) -> bool:
        """Take one from memory, and have more fetched when little is left."""
        held = self._held.get(counter, 0)
        if held <= LOW and maximum > MARGIN and counter not in self._renewals:
            renewal = asyncio.get_running_loop().create_task(self._renew(counter, maximum))
            self._renewals[counter] = renewal
        if not held:
            return False
        self._held[counter] = held - 1
        return True

    def holds(self, counter: Counter) -> bool:
        """Whether the next request can be taken from memory."""
        return counter in self._held

    def put_back(self, counter: Counter) -> bool:
        """Keep one that was taken and not used, if this plan is spent from memory."""
        held = self._held.get(counter)
        if held is None:
            return False
        self._held[counter] = held + 1
        return True

    def drain(self) -> dict[Counter, int]:
        """All that is held, to be given back to the database."""
        held, self._held = self._held, {}
        return {counter: count for counter, count in held.items() if count}

    async def stop(self) -> None:
        """Let what is being fetched arrive, so that it is given back too."""
        await asyncio.gather(*self._renewals.values(), return_exceptions=True)

    async def _renew(self, counter: Counter, maximum: int) -> None:
        try:
            if await self._store.lease_quota(counter, BLOCK, maximum - MARGIN):
                self._held[counter] = self._held.get(counter, 0) + BLOCK
        except self._store.unavailable as error:
            # The requests themselves ask the database next, and answer for it.
            logger.warning("no requests could be leased: %s", type(error).__name__)
        finally:
            del self._renewals[counter]
