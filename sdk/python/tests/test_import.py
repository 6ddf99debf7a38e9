"""Importing the package is cheap: what is heavy waits for its first use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = {"anyio", "asyncio", "cryptography", "httpcore2", "httpx", "httpx2", "typing_extensions"}
SOURCES = Path(__file__).resolve().parents[1] / "src"


def test_import_loads_nothing_heavy() -> None:
    program = "import sys, licenseapi; print(*{name.split('.')[0] for name in sys.modules})"

    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    loaded = set(done.stdout.split())
    assert "licenseapi" in loaded
    assert not loaded & HEAVY
