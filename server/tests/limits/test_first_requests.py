"""A worker that has just started survives that many ask it at once."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from harness import first_readers
from harness.server import Server


def test_the_first_deliveries_may_come_at_once(make_server: Callable[..., Server]) -> None:
    """A type that two threads meet for the first time used to end the process."""
    server = make_server("sqlite", is_started=False)
    tests = Path(first_readers.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-m", "harness.first_readers"],
        env=server.environ(),
        cwd=tests,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.stdout, done.returncode) == ("0\n", 0), done.stderr
