"""Requests of large limited plans, taken from the database in blocks and spent from memory.

Far from its limit a plan need not be asked for each request. Near it (the last `MARGIN`)
every request is taken singly, so that the limit is exact whatever the workers hold. What
is not needed goes back once a second; a process killed before that has counted what it held
too many, never one too few. See docs/decisions/0012.
"""

import asyncio
import logging

from licenseapi_server.api.runtime.rows import Counter
from licenseapi_server.api.runtime.store import Store

logger = logging.getLogger("licenseapi.quota")
# How many at once: twice what the last second spent, within these bounds.
MIN_BLOCK, MAX_BLOCK = 50, 2_000
MARGIN = 20_000


class Leases:
    """What this process holds of each plan."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[Counter, int] = {}
        self._spent: dict[Counter, int] = {}
        self._blocks: dict[Counter, int] = {}
        self._renewals: dict[Counter, asyncio.Task[None]] = {}

    def replenish(self, counter: Counter, maximum: int) -> None:
        """Have more fetched when little is left, for the requests that come next."""
        if (
            self._held.get(counter, 0) <= self._block_of(counter) // 2
            and maximum > MARGIN
            and counter not in self._renewals
        ):
            renewal = asyncio.get_running_loop().create_task(self._renew(counter, maximum))
            self._renewals[counter] = renewal

    def spend(self, counter: Counter) -> bool:
        """Take one from memory; False when the database has to be asked."""
        held = self._held.get(counter, 0)
        if not held:
            return False
        self._held[counter] = held - 1
        self._spent[counter] = self._spent.get(counter, 0) + 1
        return True

    def _block_of(self, counter: Counter) -> int:
        return self._blocks.get(counter, MIN_BLOCK)

    def holds(self, counter: Counter) -> bool:
        """Whether the next request can be taken from memory."""
        return self._held.get(counter, 0) > 0

    def put_back(self, counter: Counter) -> bool:
        """Keep one that was taken and not used, if this plan is spent from memory."""
        held = self._held.get(counter)
        if held is None:
            return False
        self._held[counter] = held + 1
        return True

    def drain(self) -> dict[Counter, int]:
        """What is held beyond what the last second spent, to be given back to the database.

        Whoever asks again a second later, with nothing spent since, gets the rest.
        """
        unneeded = {}
        spent, self._spent = self._spent, {}
        self._blocks = {
            counter: max(MIN_BLOCK, min(MAX_BLOCK, 2 * count)) for counter, count in spent.items()
        }
        for counter, held in list(self._held.items()):
            kept = min(held, spent.get(counter, 0))
            if held > kept:
                unneeded[counter] = held - kept
            if kept:
                self._held[counter] = kept
            else:
                del self._held[counter]
        return unneeded

    async def stop(self) -> None:
        """Let what is being fetched arrive; from now on nothing is worth keeping."""
        await asyncio.gather(*self._renewals.values(), return_exceptions=True)
        self._spent = {}

    async def _renew(self, counter: Counter, maximum: int) -> None:
        block = self._block_of(counter)
        try:
            if await self._store.lease_quota(counter, block, maximum - MARGIN):
                self._held[counter] = self._held.get(counter, 0) + block
                # A burst within the second must not have to ask for many small blocks.
                self._blocks[counter] = min(MAX_BLOCK, 2 * block)
        except self._store.unavailable as error:
            # The requests themselves ask the database next, and answer for it.
            logger.warning("no requests could be leased: %s", type(error).__name__)
        finally:
            del self._renewals[counter]
