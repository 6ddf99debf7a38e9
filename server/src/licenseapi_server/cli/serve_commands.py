"""serve, migrate, check-config."""

import argparse
import os
import sys
import time
from pathlib import Path

from licenseapi_server.cli.account_commands import NewAccountText, create_first_account
from licenseapi_server.cli.mail_commands import check_mail
from licenseapi_server.deployment import load_plans, make_deployment
from licenseapi_server.domain.instants import to_datetime
from licenseapi_server.serving import preparation, running
from licenseapi_server.serving.running import StartError
from licenseapi_server.settings import SETTINGS, Settings, load_settings


def serve(options: argparse.Namespace) -> int:
    """Run the server until it is told to stop."""
    if bool(options.tls_cert) != bool(options.tls_key):
        message = "--tls-cert and --tls-key go together."
        raise StartError(message)
    if options.tls_cert:
        preparation.check_tls(options.tls_cert, options.tls_key)
    settings = load_settings()
    if options.tls_cert and not settings.base_url:
        os.environ["LICENSEAPI_BASE_URL"] = settings.public_url.replace("http://", "https://", 1)
    listener = running.bind(settings.host, settings.port)
    settings = preparation.prepared_settings()
    deployment = make_deployment(settings)
    first = create_first_account(deployment, _now()) if options.with_first_account else None
    _close_connections()

    def announce() -> None:
        if first is not None:
            _print_welcome(settings, first)
        sys.stdout.write(f"License-API is ready at {settings.public_url}\n")
        sys.stdout.flush()

    tls = (options.tls_cert, options.tls_key) if options.tls_cert else None
    return running.run(settings, listener, announce, tls=tls)


def _now() -> int:
    return time.time_ns() // 1000


def _close_connections() -> None:
    """Workers must not inherit a connection of the parent."""
    from django.db import connections

    connections.close_all()


def _print_welcome(settings: Settings, first: NewAccountText) -> None:
    sys.stdout.write(
        "\nWelcome to License-API. This account was created for you:\n\n"
        f"  Secret key   {first.secret_key}\n"
        "               Keep it: it is shown only this once.\n"
        f"  Dashboard    {settings.public_url}/\n"
        f"  Reference    {settings.public_url}/docs\n\n"
        "Try it:\n\n"
        f'  curl {settings.public_url}/v1/me -H "Authorization: Bearer {first.secret_key}"\n\n'
    )


def migrate(_options: argparse.Namespace) -> int:
    """Bring the database up to date."""
    settings = load_settings()
    preparation.prepare_directory(settings)
    with preparation.directory_lock(settings):
        preparation.start_django()
        preparation.check_database()
        preparation.make_missing_secrets(settings, is_empty=preparation.is_empty_database())
        missing = preparation.missing_migrations()
        preparation.migrate()
    sys.stdout.write(f"Applied {len(missing)} migrations.\n" if missing else "Nothing to do.\n")
    return 0


def check_config(_options: argparse.Namespace) -> int:
    """Check the settings, database, its limits and the mail server; print it without secrets."""
    settings = load_settings()
    load_plans(settings.plans_file)
    preparation.prepare_directory(settings)
    preparation.start_django()
    preparation.check_database()
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        shown = ("set" if value else "not set") if setting.is_secret else value
        sys.stdout.write(f"{setting.environment_variable} = {shown}\n")
    _check_connection_limit(settings)
    _check_clock(settings)
    check_mail(settings)
    sys.stdout.write("The configuration is usable.\n")
    return 0


def _check_connection_limit(settings: Settings) -> None:
    if not settings.is_postgres:
        return
    from django.db import connection

    from licenseapi_server.jobs.worker import THREADS as JOB_THREADS
    from licenseapi_server.parts import PAGE_THREADS

    # Runtime pool, threads of management, pages, jobs and metrics, per process.
    others = PAGE_THREADS + JOB_THREADS + 1
    threads = settings.management_threads + others
    wanted = settings.workers * (settings.postgres_connections + threads)
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        allowed = int(cursor.fetchone()[0])
    sys.stdout.write(f"PostgreSQL connections: {wanted} wanted, {allowed} allowed\n")
    if wanted > allowed:
        message = (
            f"{settings.workers} workers want {wanted} connections, but PostgreSQL allows "
            f"{allowed}. Lower LICENSEAPI_WORKERS, or raise max_connections."
        )
        raise StartError(message)


def _check_clock(settings: Settings) -> None:
    now = to_datetime(_now())
    sys.stdout.write(f"Clock: {now.isoformat()}; data in {Path(settings.data_dir).resolve()}\n")
