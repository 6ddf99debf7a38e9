"""What must never stand in a log: secrets that came where they do not belong."""

import re

from licenseapi_server.domain.ids import PREFIXES, is_id

# An API key or a token; a license key as this server makes them, with its dashes or without.
_CREDENTIAL = re.compile(
    r"lapi_(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{8,}"
    r"|(?<![\w-])eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"
)
_SECRET = re.compile(
    _CREDENTIAL.pattern + r"|(?<![0-9A-Za-z])[0-9A-Za-z]{5}(?:-[0-9A-Za-z]{5}){3,}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}(?![0-9A-Za-z])"
)
MAX_READ = 1_024
REDACTED = "[redacted]"


def redact(text: str) -> str:
    """The text without secrets, and without characters that a terminal would obey.

    Cut first: no pattern is tried on more of a stranger's text than the log could keep.
    """
    text = text[:MAX_READ]
    if not text.isprintable():
        text = ascii(text)[1:-1]
    return _SECRET.sub(REDACTED, text)


def redact_credentials(text: str) -> str:
    """The text without API keys and tokens; what names a machine may look like a license key."""
    return _CREDENTIAL.sub(REDACTED, text)


def redact_path(path: str, words: frozenset[str]) -> str:
    """A path of which only our own words and ids are shown: anything else may be a secret."""
    return "/".join(
        segment if segment in words or _is_own_id(segment) else REDACTED
        for segment in path.split("/")
    )


def _is_own_id(segment: str) -> bool:
    prefix = segment.partition("_")[0]
    return prefix in PREFIXES and is_id(segment, prefix)
