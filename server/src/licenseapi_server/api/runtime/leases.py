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


class _Lease:
    """What is held of one plan, what the last second spent of it, and how much to fetch next."""

    __slots__ = ("block", "held", "renewal", "spent")

    def __init__(self) -> None:
        self.held = 0
        self.spent = 0
        self.block = MIN_BLOCK
        self.renewal: asyncio.Task[None] | None = None


class Leases:
    """What this process holds of each plan."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._leases: dict[Counter, _Lease] = {}

    def take(self, counter: Counter, maximum: int, *, is_taken: bool) -> bool:
        """Take one from memory, unless it has been taken, and have more fetched when little
        is left. False when the database has to be asked.
        """
        if maximum <= MARGIN:
            return is_taken
        lease = self._leases.get(counter)
        if lease is None:
            lease = self._leases[counter] = _Lease()
        if lease.held <= lease.block // 2 and lease.renewal is None:
            renewal = self._renew(counter, lease, maximum)
            lease.renewal = asyncio.get_running_loop().create_task(renewal)
        if is_taken or not lease.held:
            return is_taken
        lease.held -= 1
        lease.spent += 1
        return True

    def holds(self, counter: Counter) -> bool:
        """Whether the next request can be taken from memory."""
        lease = self._leases.get(counter)
        return lease is not None and lease.held > 0

    def put_back(self, counter: Counter) -> bool:
        """Keep one that was taken and not used, if this plan is spent from memory."""
        lease = self._leases.get(counter)
        if lease is None:
            return False
        lease.held += 1
        return True

    def drain(self) -> dict[Counter, int]:
        """What is held beyond what the last second spent, to be given back to the database.

        Whoever asks again a second later, with nothing spent since, gets the rest.
        """
        unneeded = {}
        for counter, lease in list(self._leases.items()):
            kept = min(lease.held, lease.spent)
            if lease.held > kept:
                unneeded[counter] = lease.held - kept
            lease.held = kept
            lease.block = max(MIN_BLOCK, min(MAX_BLOCK, 2 * lease.spent))
            lease.spent = 0
            if not kept and lease.renewal is None:
                del self._leases[counter]
        return unneeded

    async def stop(self) -> None:
        """Let what is being fetched arrive; from now on nothing is worth keeping."""
        leases = list(self._leases.values())
        renewals = [lease.renewal for lease in leases if lease.renewal is not None]
        await asyncio.gather(*renewals, return_exceptions=True)
        for lease in leases:
            lease.spent = 0

    async def _renew(self, counter: Counter, lease: _Lease, maximum: int) -> None:
        block = lease.block
        try:
            if await self._store.lease_quota(counter, block, maximum - MARGIN):
                lease.held += block
                # A burst within the second must not have to ask for many small blocks.
                lease.block = min(MAX_BLOCK, 2 * block)
        except self._store.unavailable as error:
            # The requests themselves ask the database next, and answer for it.
            logger.warning("no requests could be leased: %s", type(error).__name__)
        finally:
            lease.renewal = None
