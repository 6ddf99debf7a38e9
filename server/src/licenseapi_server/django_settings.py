"""Django's settings, derived from ours. Nothing is decided here that an operator may set."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from licenseapi_server.settings import Settings, load_settings

SETTINGS = load_settings()


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    timeouts = (
        "-c statement_timeout=30000 -c lock_timeout=5000 "
        "-c idle_in_transaction_session_timeout=30000"
    )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": None,
        # Else each thread answers 503 once after the database has been away.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": timeouts, **query},
    }


def _sqlite(path: object) -> dict[str, Any]:
    return {
        "ENGINE": "licenseapi_server.sqlite_backend",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"timeout": 30},
    }


def databases(settings: Settings) -> dict[str, dict[str, Any]]:
    """One alias on PostgreSQL; two files on SQLite, since telemetry must not wait for fsync."""
    if settings.is_postgres:
        return {"default": _postgres(settings.database_url)}
    return {
        "default": _sqlite(settings.database_path),
        "telemetry": _sqlite(settings.telemetry_path),
    }


DATABASES = databases(SETTINGS)
DATABASE_ROUTERS = ["licenseapi_server.database_router.TelemetryRouter"]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "licenseapi_server.accounts",
    "licenseapi_server.catalog",
    "licenseapi_server.licensing",
    "licenseapi_server.usage",
    "licenseapi_server.webhooks",
    "licenseapi_server.billing",
    "licenseapi_server.audit",
    "licenseapi_server.portal",
    "licenseapi_server.records",
    "licenseapi_server.jobs",
    "licenseapi_server.mail",
    "licenseapi_server.dashboard",
]
AUTH_USER_MODEL = "accounts.User"
SECRET_KEY = SETTINGS.secret_key.decode() or "unset: commands that need it refuse to start"
ROOT_URLCONF = "licenseapi_server.dashboard.urls"
# Pages are for the public address alone; while that is plain HTTP, for this machine's names too.
ALLOWED_HOSTS = [
    urlsplit(SETTINGS.public_url).hostname or "",
    *(("127.0.0.1", "localhost", "[::1]") if SETTINGS.is_development else ()),
]
MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "licenseapi_server.dashboard.middleware.SecurityHeadersMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING_CONFIG = None
