"""Random bytes for ids, taken from the system in larger pieces: each call to it costs as
much as the rest of an id. Secrets do not come from here: they ask the system directly.
"""

import os

POOL_BYTES = 5_120
ID_BYTES = 10


class EntropyPool:
    """Hands out each byte once. One per process: workers are started anew, never forked."""

    def __init__(self) -> None:
        self._pool = b""
        self._place = 0

    def take(self) -> bytes:
        """Ten random bytes for an id."""
        place = self._place
        if place >= len(self._pool):
            self._pool = os.urandom(POOL_BYTES)
            place = 0
        self._place = place + ID_BYTES
        return self._pool[place : place + ID_BYTES]


id_entropy = EntropyPool()
