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
MIN_BLOCK, MAX_BLOCK = 50, 10_000
MARGIN = 20_000


class _Holding:
    """What is held of one plan, what the last second spent of it, and how much to fetch next."""

    __slots__ = ("block", "held", "refill", "spent")

    def __init__(self) -> None:
        self.held = 0
        self.spent = 0
        self.block = MIN_BLOCK
        self.refill: asyncio.Task[None] | None = None


class QuotaBlocks:
    """What this process holds of each plan."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._holdings: dict[Counter, _Holding] = {}

    def take(self, counter: Counter, maximum: int, *, is_taken: bool) -> bool:
        """Take one from memory, unless it has been taken, and have more fetched when little
        is left. False when the database has to be asked.
        """
        if maximum <= MARGIN:
            return is_taken
        holding = self._holdings.get(counter)
        if holding is None:
            holding = self._holdings[counter] = _Holding()
        if holding.held <= holding.block // 2 and holding.refill is None:
            refill = self._refill(counter, holding, maximum)
            holding.refill = asyncio.get_running_loop().create_task(refill)
        if is_taken or not holding.held:
            return is_taken
        holding.held -= 1
        holding.spent += 1
        return True

    def holds(self, counter: Counter) -> bool:
        """Whether the next request can be taken from memory."""
        holding = self._holdings.get(counter)
        return holding is not None and holding.held > 0

    def put_back(self, counter: Counter) -> bool:
        """Keep one that was taken and not used, if this plan is spent from memory."""
        holding = self._holdings.get(counter)
        if holding is None:
            return False
        holding.held += 1
        return True

    def drain(self) -> dict[Counter, int]:
        """What is held beyond what the last second spent, to be given back to the database.

        Whoever asks again a second later, with nothing spent since, gets the rest.
        """
        unneeded = {}
        for counter, holding in list(self._holdings.items()):
            kept = min(holding.held, holding.spent)
            if holding.held > kept:
                unneeded[counter] = holding.held - kept
            holding.held = kept
            holding.block = max(MIN_BLOCK, min(MAX_BLOCK, 2 * holding.spent))
            holding.spent = 0
            if not kept and holding.refill is None:
                del self._holdings[counter]
        return unneeded

    async def stop(self) -> None:
        """Let what is being fetched arrive; from now on nothing is worth keeping."""
        holdings = list(self._holdings.values())
        refills = [holding.refill for holding in holdings if holding.refill is not None]
        await asyncio.gather(*refills, return_exceptions=True)
        for holding in holdings:
            holding.spent = 0

    async def _refill(self, counter: Counter, holding: _Holding, maximum: int) -> None:
        block = holding.block
        try:
            if await self._store.take_quota_block(counter, block, maximum - MARGIN):
                holding.held += block
                # A burst within the second must not have to ask for many small blocks.
                holding.block = min(MAX_BLOCK, 2 * block)
        except self._store.unavailable as error:
            # The requests themselves ask the database next, and answer for it.
            logger.warning("no block of requests could be taken: %s", type(error).__name__)
        finally:
            holding.refill = None
