"""Every setting in one table. `--help`, the docs page and `check-config` print from it.

Nothing here imports Django: `django_settings.py` derives Django's own settings from this.
"""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import msgspec

SECRET_BYTES = 32
TOKEN_CHARACTERS = 16
# What stands in templates that nobody has filled in.
PLACEHOLDER = re.compile(rb"change.?me|insecure|password|secret|example|default|placeholder")
MAX_PORT = 65_535
PREFIX = "LICENSEAPI_"
# Read by the SDKs, which may share a shell with the server, and by our own scripts.
OTHERS = frozenset(
    {
        "LICENSEAPI_API_BASE",
        "LICENSEAPI_API_KEY",
        "LICENSEAPI_CA_BUNDLE",
        "LICENSEAPI_LOG",
        "LICENSEAPI_SETUP_LOCKED",
        "LICENSEAPI_TIMEOUT",
    }
)


class SettingError(ValueError):
    """A setting has a value that cannot be used; the message names the variable."""


class Setting(msgspec.Struct, frozen=True):
    """One row of the table: the variable is `LICENSEAPI_<NAME>` unless `variable` says otherwise."""

    name: str
    parse: Callable[[str], Any]
    default: Any
    help: str
    is_secret: bool = False
    variable: str = ""

    @property
    def environment_variable(self) -> str:
        """The name of the variable that sets it."""
        return self.variable or f"LICENSEAPI_{self.name.upper()}"


def _text(value: str) -> str:
    return value.strip()


def _positive(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", value) or int(value) < 1:
        message = "must be a whole number of at least 1"
        raise ValueError(message)
    return int(value)


def _port(value: str) -> int:
    port = _positive(value)
    if port > MAX_PORT:
        message = f"must be a port: 1 to {MAX_PORT}"
        raise ValueError(message)
    return port


def _postgres_url(value: str) -> str:
    if not value.startswith(("postgresql://", "postgres://")):
        message = "must be like postgresql://user@host/name; leave it out for the embedded database"
        raise ValueError(message)
    return value


def _count(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", value):
        message = "must be a whole number"
        raise ValueError(message)
    return int(value)


def _words(value: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in value.split(",") if word.strip())


def _networks(value: str) -> tuple[str, ...]:
    texts = _words(value)
    for text in texts:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError as error:
            message = f"must list addresses or networks: {error}"
            raise ValueError(message) from error
    return texts


def _roles(value: str) -> tuple[str, ...]:
    roles = _words(value)
    if not roles or set(roles) - set(ROLES):
        message = f"must name roles out of {', '.join(ROLES)}"
        raise ValueError(message)
    return roles


def _base_url(value: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+", value.rstrip("/")):
        message = "must be like https://licenses.example.com, without a path"
        raise ValueError(message)
    return value.rstrip("/")


def _secret(value: str) -> bytes:
    secret = value.strip().encode()
    if len(secret) < SECRET_BYTES or len(set(secret)) < SECRET_BYTES // 4 or _is_guessed(secret):
        message = f"must be at least {SECRET_BYTES} random characters, like `openssl rand -hex 32`"
        raise ValueError(message)
    return secret


def _smtp_tls(value: str) -> str:
    if value not in SMTP_TLS:
        message = f"must be one of {', '.join(SMTP_TLS)}"
        raise ValueError(message)
    return value


def _sender(value: str) -> str:
    if not SENDER.fullmatch(value):
        message = "must be like licenses@example.com or Acme Licenses <licenses@example.com>"
        raise ValueError(message)
    return value


def _is_guessed(secret: bytes) -> bool:
    """Whether someone typed it: a word of a template, or a run along the alphabet or keyboard."""
    steps = [after - before for before, after in pairwise(secret)]
    runs = sum(step in {-1, 0, 1} for step in steps)
    return runs > len(steps) // 3 or PLACEHOLDER.search(secret.lower()) is not None


def _token(value: str) -> str:
    if len(value) < TOKEN_CHARACTERS or len(set(value)) < TOKEN_CHARACTERS // 2:
        message = f"must be at least {TOKEN_CHARACTERS} random characters"
        raise ValueError(message)
    return value


ROLES = ("api", "dashboard", "jobs")
SMTP_TLS = ("starttls", "tls", "none")
# A name of one line, if any, and an address.
SENDER = re.compile(r"[^<>@\x00-\x1f\x7f]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

SETTINGS: tuple[Setting, ...] = (
    Setting("data_dir", _text, "./var", "Directory of the embedded database and the secret files."),
    Setting(
        "database_url",
        _postgres_url,
        "",
        "PostgreSQL to use instead of the embedded database, like postgresql://user@host/name.",
        is_secret=True,
        variable="DATABASE_URL",
    ),
    Setting("base_url", _base_url, "", "Public address of this server; the issuer of its tokens."),
    Setting("host", _text, "127.0.0.1", "Address to listen on."),
    Setting("port", _port, 8000, "Port to listen on."),
    Setting("workers", _positive, 1, "Server processes."),
    Setting("roles", _roles, ROLES, "What this process does: api, dashboard, jobs."),
    Setting("trusted_proxies", _networks, (), "Addresses or networks of proxies in front of it."),
    Setting("plans_file", _text, "", "JSON file that replaces the built-in table of plans."),
    Setting("first_account_plan", _text, "unlimited", "Plan of the account made at first start."),
    Setting("secret_key", _secret, b"", "Signs browser sessions.", is_secret=True),
    Setting("pepper", _secret, b"", "Keys the digests of API keys.", is_secret=True),
    Setting("encryption_key", _secret, b"", "Encrypts keys at rest.", is_secret=True),
    Setting("jwks_max_age_seconds", _positive, 600, "How long a client may cache a key set."),
    Setting("management_threads", _positive, 4, "Threads for management requests."),
    Setting("postgres_connections", _positive, 4, "Runtime connections per process."),
    Setting(
        "request_log_days", _positive, 30, "Days that request log entries and denials are kept."
    ),
    Setting(
        "job_lease_seconds",
        _positive,
        60,
        "How long a worker may be silent before its job is given to another.",
    ),
    Setting("failed_auth_per_minute", _positive, 100, "Failures an address may make a minute."),
    Setting("smtp_host", _text, "", "Server that sends mail; while none is set, none is sent."),
    Setting("smtp_port", _port, 587, "Its port: usually 587, or 465 with tls."),
    Setting("smtp_tls", _smtp_tls, "starttls", "How that is encrypted: starttls, tls or none."),
    Setting("smtp_user", _text, "", "Whom to log in as there; nobody while it is not set."),
    Setting("smtp_password", _text, "", "The password of that user.", is_secret=True),
    Setting("mail_from", _sender, "", "Sender of mails: an address, or Name <address>."),
    Setting(
        "portal_per_minute",
        _positive,
        30,
        "What an address may do a minute without a key: ask for and open links to the customer "
        "portal, report leaked keys.",
    ),
    Setting("metrics_token", _token, "", "Bearer token that opens /metrics.", is_secret=True),
    Setting(
        "stalled_seconds",
        _positive,
        60,
        "How long a client may take nothing of an export before it is let go.",
    ),
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The values in force. Field names are the rows of SETTINGS."""

    data_dir: str
    database_url: str
    base_url: str
    host: str
    port: int
    workers: int
    roles: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    plans_file: str
    first_account_plan: str
    secret_key: bytes
    pepper: bytes
    encryption_key: bytes
    jwks_max_age_seconds: int
    management_threads: int
    postgres_connections: int
    request_log_days: int
    job_lease_seconds: int
    failed_auth_per_minute: int
    portal_per_minute: int
    smtp_host: str
    smtp_port: int
    smtp_tls: str
    smtp_user: str
    smtp_password: str
    mail_from: str
    stalled_seconds: int
    metrics_token: str

    @property
    def is_postgres(self) -> bool:
        """Whether the database is PostgreSQL instead of the embedded one."""
        return bool(self.database_url)

    @property
    def database_path(self) -> Path:
        """The embedded database."""
        return Path(self.data_dir) / "licenseapi.sqlite3"

    @property
    def telemetry_path(self) -> Path:
        """The second file: what may be lost without harm."""
        return Path(self.data_dir) / "telemetry.sqlite3"

    @property
    def sender(self) -> str:
        """Who mails come from; in development nobody needs to say."""
        return self.mail_from or "License-API <licenses@localhost>"

    @property
    def mail_dir(self) -> Path:
        """Where mails are put in development, as long as no server sends them."""
        return Path(self.data_dir) / "mail"

    @property
    def secrets_dir(self) -> Path:
        """Where secrets are kept that the environment does not give."""
        return Path(self.data_dir) / "secrets"

    @property
    def public_url(self) -> str:
        """The address in tokens and links; while none is set, the one listened on."""
        if self.base_url:
            return self.base_url
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def is_development(self) -> bool:
        """Whether plain HTTP over loopback is allowed at all."""
        return not self.base_url.startswith("https://")


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read every setting. Raises SettingError naming the variable that is wrong.

    A secret may stand in the file named by `<VARIABLE>_FILE`, or in the data directory.
    """
    source = os.environ if environment is None else environment
    values = {setting.name: _read(setting, source) for setting in SETTINGS}
    for setting in SETTINGS:
        if setting.parse is _secret and not values[setting.name]:
            path = Path(values["data_dir"]) / "secrets" / setting.name
            if path.is_file():
                values[setting.name] = _parsed(setting, path.read_text(), str(path))
    _refuse_twins(values)
    settings = Settings(**values)
    _check_mail(settings)
    return settings


def _check_mail(settings: Settings) -> None:
    """Raise SettingError for what is right alone and wrong together."""
    message = ""
    if settings.smtp_host and not settings.mail_from:
        message = "LICENSEAPI_MAIL_FROM must be set: LICENSEAPI_SMTP_HOST is."
    elif bool(settings.smtp_user) != bool(settings.smtp_password):
        message = "LICENSEAPI_SMTP_USER and LICENSEAPI_SMTP_PASSWORD must be set together."
    elif settings.smtp_user and settings.smtp_tls == "none" and settings.smtp_host not in LOOPBACK:
        message = "LICENSEAPI_SMTP_TLS must not be none: the password would be readable on its way."
    if message:
        raise SettingError(message)


def _refuse_twins(values: Mapping[str, Any]) -> None:
    """One secret for two things: whoever learns the lesser one would have the greater."""
    secrets = [setting for setting in SETTINGS if setting.parse is _secret and values[setting.name]]
    for one, other in combinations(secrets, 2):
        if values[one.name] == values[other.name]:
            message = (
                f"{other.environment_variable} is the same as {one.environment_variable}: "
                "each secret must be one of its own."
            )
            raise SettingError(message)


def unknown_variables(environment: Mapping[str, str]) -> dict[str, str | None]:
    """Variables that look like ours and set nothing, with the one that may have been meant."""
    known = set(OTHERS)
    for setting in SETTINGS:
        known.add(setting.environment_variable)
        if setting.is_secret:
            known.add(f"{setting.environment_variable}_FILE")
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return {name: next(iter(get_close_matches(name, sorted(known), 1)), None) for name in unknown}


def _read(setting: Setting, source: Mapping[str, str]) -> Any:
    variable = setting.environment_variable
    file_name = source.get(f"{variable}_FILE", "") if setting.is_secret else ""
    if file_name:
        try:
            return _parsed(setting, Path(file_name).read_text(), f"{variable}_FILE")
        except OSError as error:
            message = f"{variable}_FILE: cannot read {file_name}: {error.strerror}."
            raise SettingError(message) from error
    text = source.get(variable, "")
    return _parsed(setting, text, variable) if text.strip() else setting.default


def _parsed(setting: Setting, text: str, origin: str) -> Any:
    try:
        return setting.parse(text.strip())
    except ValueError as error:
        message = f"{origin} {error}."
        raise SettingError(message) from error
