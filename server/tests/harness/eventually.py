"""Waiting for what is written a moment later: bounded, and without guessing how long."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
SECONDS = 10.0


def eventually(ask: Callable[[], T], is_so: Callable[[T], bool]) -> T:
    """The first answer for which `is_so` holds; fails after ten seconds with the last one."""
    deadline = time.monotonic() + SECONDS
    pause = threading.Event()
    while True:
        answer = ask()
        if is_so(answer):
            return answer
        assert time.monotonic() < deadline, f"still {answer!r}"
        pause.wait(0.02)
