"""Where the API is, as whom to call it, and how patiently: from arguments and environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from licenseapi.error import APIError
from licenseapi.retries import DEFAULT_MAX_RETRIES

DEFAULT_API_BASE: Final = "https://api.license-api.com"
DEFAULT_TIMEOUT_SECONDS: Final = 30.0
LOOPBACK_NAMES: Final = frozenset({"localhost", "::1"})


@dataclass(frozen=True)
class Settings:
    """What a client needs to know. `api_base` ends before `/v1`."""

    api_base: str
    api_key: str | None = field(repr=False, default=None)
    timeout: float = DEFAULT_TIMEOUT_SECONDS
    max_retries: int = DEFAULT_MAX_RETRIES
    ca_bundle: str | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine: no proxy lies in between."""
        return is_loopback(urlsplit(self.api_base).hostname or "")


def read_settings(
    api_key: str | None = None,
    api_base: str | None = None,
    timeout: float = DEFAULT_TIMEOUT_SECONDS,
    max_retries: int = DEFAULT_MAX_RETRIES,
    *,
    ca_bundle: str | None = None,
) -> Settings:
    """Settings from what is given, else from LICENSEAPI_*, else the defaults. Raises APIError."""
    return Settings(
        api_base=read_api_base(api_base or _read("LICENSEAPI_API_BASE") or DEFAULT_API_BASE),
        api_key=_read_api_key(api_key or _read("LICENSEAPI_API_KEY")),
        timeout=_read_timeout(timeout),
        max_retries=_read_max_retries(max_retries),
        ca_bundle=ca_bundle or _read("LICENSEAPI_CA_BUNDLE"),
    )


def read_api_base(text: str) -> str:
    """The address without a slash at its end and without `/v1`. Raises APIError.

    Plain HTTP is refused but for this very machine: by the time the server could refuse
    it, the key would have travelled in the clear.
    """
    try:
        parts = urlsplit(text.strip())
    except ValueError as error:
        message = f"The address of the API cannot be read: {error}."
        raise APIError(message) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = f"The address of the API must be like {DEFAULT_API_BASE}."
        raise APIError(message)
    if parts.query or parts.fragment or parts.username is not None:
        message = "The address of the API must not have a user, a query or a fragment."
        raise APIError(message)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        message = f"Plain HTTP to {parts.hostname} would show the key to everyone: use https."
        raise APIError(message)
    path = parts.path.rstrip("/").removesuffix("/v1").rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by its name alone."""
    return host in LOOPBACK_NAMES or (host.startswith("127.") and host.replace(".", "").isdigit())


def _read(name: str) -> str | None:
    return os.environ.get(name, "").strip() or None


def _read_api_key(text: str | None) -> str | None:
    key = (text or "").strip()
    if not key:
        return None
    if not key.isascii() or not key.isprintable() or " " in key:
        # The HTTP library would refuse it, too, but quoting it in the message.
        message = "The API key has characters that no API key has: was it pasted whole?"
        raise APIError(message)
    return key


def _read_timeout(seconds: float) -> float:
    if not seconds > 0:
        message = f"timeout must be more than 0 seconds, not {seconds!r}."
        raise APIError(message)
    return float(seconds)


def _read_max_retries(count: int) -> int:
    if count < 0:
        message = f"max_retries must be 0 or more, not {count!r}."
        raise APIError(message)
    return count
