"""Where the API is, as whom to call it, and how patiently: from arguments and environment."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from licenseapi.error import APIError
from licenseapi.retries import DEFAULT_MAX_RETRIES

DEFAULT_API_BASE: Final = "https://api.license-api.com"
DEFAULT_TIMEOUT_SECONDS: Final = 30.0
# Nothing of this API takes longer; more is most often milliseconds.
MAX_TIMEOUT_SECONDS: Final = 600
LOOPBACK: Final = re.compile(r"localhost|::1|127(?:\.[0-9]{1,3}){3}")
# Programs disagree on what an address with one of these means.
UNCLEAR: Final = re.compile(r"[\s\\\x00-\x1f\x7f]")


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
    # What is given counts even when it is blank: an account without a key must not call with
    # the key of another one that the environment happens to hold.
    if api_base is None:
        api_base = _read("LICENSEAPI_API_BASE") or DEFAULT_API_BASE
    if api_key is None:
        api_key = _read("LICENSEAPI_API_KEY")
    return Settings(
        api_base=read_api_base(api_base),
        api_key=_read_api_key(api_key),
        timeout=read_timeout(timeout),
        max_retries=_read_max_retries(max_retries),
        ca_bundle=ca_bundle or _read("LICENSEAPI_CA_BUNDLE"),
    )


def read_api_base(text: str) -> str:
    """The address without a slash at its end and without `/v1`. Raises APIError.

    Plain HTTP is refused but for this very machine: by the time the server could refuse
    it, the key would have travelled in the clear.
    """
    address = text.strip() if isinstance(text, str) else ""
    try:
        parts = urlsplit(address)
        is_address = parts.port != 0 and parts.hostname and not UNCLEAR.search(address)
    except ValueError as error:
        message = f"The address of the API cannot be read: {error}."
        raise APIError(message) from error
    if parts.scheme not in {"http", "https"} or not is_address:
        message = f"The address of the API must be like {DEFAULT_API_BASE}."
        raise APIError(message)
    if "@" in parts.netloc or "?" in address or "#" in address:
        message = "The address of the API must not have a user, a query or a fragment."
        raise APIError(message)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        message = f"Plain HTTP to {parts.hostname} would show the key to everyone: use https."
        raise APIError(message)
    path = parts.path.rstrip("/").removesuffix("/v1").rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by its name alone."""
    return LOOPBACK.fullmatch(host) is not None


def _read(name: str) -> str | None:
    return os.environ.get(name, "").strip() or None


def _read_api_key(text: str | None) -> str | None:
    if text is not None and not isinstance(text, str):
        message = f"The API key must be a text, not of type {type(text).__name__}."
        raise APIError(message)
    key = (text or "").strip()
    if not key:
        return None
    if not key.isascii() or not key.isprintable() or " " in key:
        # The HTTP library would refuse it, too, but quoting it in the message.
        message = "The API key has characters that no API key has: was it pasted whole?"
        raise APIError(message)
    return key


def read_timeout(seconds: float) -> float:
    """A time limit. Raises APIError unless it is more than 0 and at most 600 seconds."""
    if not _is_number(seconds, (int, float)) or not 0 < seconds <= MAX_TIMEOUT_SECONDS:
        message = (
            f"timeout must be a number of seconds, more than 0 and at most {MAX_TIMEOUT_SECONDS}, "
            f"not {seconds!r}."
        )
        raise APIError(message)
    return float(seconds)


def _is_number(value: object, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _read_max_retries(count: int) -> int:
    if not _is_number(count, (int,)) or count < 0:
        message = f"max_retries must be a whole number, 0 or more, not {count!r}."
        raise APIError(message)
    return count
