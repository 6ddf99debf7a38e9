"""What must never stand in a log: secrets that came where they do not belong."""

import re

# An API key, a token, a license key as this server makes them.
_SECRET = re.compile(
    r"lapi_(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{8,}"
    r"|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"
    r"|(?<![0-9A-Za-z])[0-9A-Za-z]{5}(?:-[0-9A-Za-z]{5}){3,}(?![0-9A-Za-z])"
)
_ID = re.compile(r"[a-z]{2,5}_[0-9a-z]{20,40}")
REDACTED = "[redacted]"


def redact(text: str) -> str:
    """The text without secrets, and without characters that a terminal would obey."""
    if not text.isprintable():
        text = ascii(text)[1:-1]
    return _SECRET.sub(REDACTED, text)


def redact_path(path: str, ids: tuple[str, ...]) -> str:
    """The same for a path: whatever stands where an id should, and is none, is not shown."""
    for part in ids:
        if not _ID.fullmatch(part):
            path = path.replace(part, REDACTED) if part else path
    return redact(path)
