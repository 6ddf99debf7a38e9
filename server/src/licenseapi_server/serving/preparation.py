"""Before the start: directory, secrets, database, migrations. Each failure is one sentence."""

import fcntl
import os
import secrets
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from licenseapi_server.deployment import load_plans
from licenseapi_server.serving.running import StartError
from licenseapi_server.settings import Settings, load_settings

SECRET_NAMES = ("secret_key", "pepper", "encryption_key")
SECRET_BYTES = 48
MIGRATION_LOCK = 0x6C696361


def prepare_directory(settings: Settings) -> None:
    """Make the data directory. Raises StartError when it cannot be written."""
    path = Path(settings.data_dir)
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        message = f"Cannot create the data directory {path}: {error.strerror}."
        raise StartError(message) from error
    probe = path / ".writable"
    try:
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        message = f"Cannot write to the data directory {path}: {error.strerror}."
        raise StartError(message) from error


def check_tls(certificate: str, key: str) -> None:
    """Raise StartError unless these files are a certificate chain and its private key."""
    asked: list[str] = []

    def refuse_to_ask() -> str:
        """A server starts without anyone at its terminal."""
        asked.append("the key has a passphrase, so that nobody could start the server unattended")
        return ""

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key, password=refuse_to_ask)
    except (FileNotFoundError, PermissionError) as error:
        message = f"Cannot read {certificate} or {key}: {error.strerror}."
        raise StartError(message) from error
    except (OSError, ValueError) as error:
        reason = next(iter(asked), "they are not a certificate and its key in PEM")
        message = f"Cannot use {certificate} and {key} for TLS: {reason}."
        raise StartError(message) from error


@contextmanager
def directory_lock(settings: Settings) -> Iterator[None]:
    """One process at a time makes secrets and migrates."""
    path = Path(settings.data_dir) / "start.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_missing_secrets(settings: Settings, *, is_empty: bool) -> None:
    """Give an empty database its secrets; one with data must have its own given back."""
    missing = [name for name in SECRET_NAMES if not getattr(settings, name)]
    if not missing:
        return
    if not is_empty:
        message = (
            f"The database has data, but LICENSEAPI_{missing[0].upper()} is not set and "
            f"{settings.secrets_dir / missing[0]} does not exist: restore the secrets that it "
            "was made with."
        )
        raise StartError(message)
    settings.secrets_dir.mkdir(mode=0o700, exist_ok=True)
    for name in missing:
        descriptor = os.open(
            settings.secrets_dir / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600
        )
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES))


def start_django() -> None:
    """Set Django up with the settings of the environment."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "licenseapi_server.django_settings"
    import django

    django.setup()


def _aliases() -> list[str]:
    from django.db import connections

    return list(connections)


def check_database() -> None:
    """Raise StartError when the database cannot be reached."""
    from django.db import connections
    from django.db.utils import Error

    for alias in _aliases():
        try:
            connections[alias].ensure_connection()
        except Error as error:
            reason = str(error).strip().splitlines()[0] if str(error) else type(error).__name__
            message = f"Cannot reach the database: {reason}."
            raise StartError(message) from error


def is_empty_database() -> bool:
    """Whether nothing has ever been migrated here."""
    from django.db import connections

    connection = connections["default"]
    return "accounts_account" not in connection.introspection.table_names()


def missing_migrations() -> list[str]:
    """The migrations of this version that the database lacks; unknown newer ones do not count."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    missing = []
    for alias in _aliases():
        executor = MigrationExecutor(connections[alias])
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        missing += [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
    return missing


def migrate() -> None:
    """Bring every database file up to date; nodes that do it at once wait for each other."""
    from django.core.management import call_command
    from django.db import connections

    for alias in _aliases():
        with _exclusive(connections[alias]):
            call_command("migrate", database=alias, verbosity=0, interactive=False)


@contextmanager
def _exclusive(connection: Any) -> Iterator[None]:
    if connection.vendor == "sqlite":
        with connection.exclusive():
            yield
        return
    with connection.cursor() as cursor:
        # A migration may rightly take longer than a request.
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
        connection.close()


def prepared_settings() -> Settings:
    """Settings of a database that is reachable, has its secrets, and is migrated if empty."""
    settings = load_settings()
    load_plans(settings.plans_file)
    prepare_directory(settings)
    with directory_lock(settings):
        start_django()
        check_database()
        is_empty = is_empty_database()
        make_missing_secrets(load_settings(), is_empty=is_empty)
        if is_empty:
            migrate()
    missing = missing_migrations()
    if missing:
        message = (
            f"The database lacks {len(missing)} migrations of this version "
            f"(first: {missing[0]}). Back it up, then run: licenseapi-server migrate"
        )
        raise StartError(message)
    return load_settings()
