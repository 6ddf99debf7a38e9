"""The lock that every writer of a SQLite file takes, in every thread and process.

SQLite's own lock makes waiters poll; `flock` queues them in the kernel. It also keeps two
connections from checkpointing at once, which corrupts WAL databases before SQLite 3.51.3.
"""

import fcntl
import os
from types import TracebackType
from typing import Self


class WriteLock:
    """An exclusive lock for one database file, with a descriptor of its own.

    Each holder needs its own instance: `flock` belongs to the open file description.
    The kernel releases it when the process dies.
    """

    def __init__(self, database_path: str) -> None:
        self._path = f"{database_path}.lock"
        self._descriptor: int | None = None
        self._is_held = False

    def acquire(self) -> None:
        """Wait for the lock and take it."""
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        self._is_held = True

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._is_held and self._descriptor is not None:
            self._is_held = False
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Release the lock and its descriptor."""
        self.release()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        """Take the lock."""
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give it back."""
        self.release()
