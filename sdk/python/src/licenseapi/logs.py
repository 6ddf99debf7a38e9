"""What this package logs, and that no line of it holds a secret.

LICENSEAPI_LOG=debug writes to standard error; without it, set up the logger `licenseapi`
like any other. Bodies and headers are never logged.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import warnings
from typing import TYPE_CHECKING, Final

from licenseapi.messages import Answer, Failure

if TYPE_CHECKING:
    from licenseapi.exchange import Reply
    from licenseapi.messages import Request, Wait

LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}
REDACTED: Final = "[redacted]"

_PATTERNS: Final = (
    # API keys: the prefix tells which kind, the last four which one.
    (re.compile(r"(lapi_[a-z]{2}_[a-z]+_)[0-9A-Za-z]*([0-9A-Za-z]{4})"), r"\1…\2"),
    # JWTs.
    (re.compile(r"eyJ[\w-]{5,}\.[\w-]*\.?[\w-]*"), REDACTED),
    # License keys that the server makes.
    (re.compile(r"\b(?:[0-9A-Za-z]{5}-){4}[0-9A-Za-z]{5}\b"), REDACTED),
    # Query parameters that may hold a key of the vendor's own making.
    (re.compile(r"([?&](?:key|api_key|license_key|token|q)=)[^&\s]*", re.IGNORECASE), r"\1…"),
)

logger = logging.getLogger("licenseapi")


class RedactingFilter(logging.Filter):
    """Takes secrets out of whatever is logged, should a message ever hold one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, with its message redacted."""
        record.msg, record.args = redact(record.getMessage()), None
        return True


logger.addFilter(RedactingFilter())


def redact(text: str) -> str:
    """The text without API keys, tokens and license keys."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def configure_from_environment() -> None:
    """Do what LICENSEAPI_LOG asks for. Called when a client is made; once is enough."""
    wanted = os.environ.get("LICENSEAPI_LOG", "").strip().lower()
    if not wanted:
        return
    if wanted not in LEVELS:
        message = f"LICENSEAPI_LOG must be one of {', '.join(LEVELS)}, not {wanted!r}"
        warnings.warn(message, stacklevel=3)
        return
    logger.setLevel(LEVELS[wanted])
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)


def log_reply(request: Request, reply: Reply, seconds: float) -> None:
    """One line for one try."""
    if not logger.isEnabledFor(logging.DEBUG):
        return
    if isinstance(reply, Answer):
        outcome = f"{reply.status} ({reply.headers.get('request-id', 'no request id')})"
    elif isinstance(reply, Failure):
        outcome = f"{reply.kind} failed: {type(reply.cause).__name__}"
    else:
        return
    logger.debug("%s %s: %s in %.0f ms", request.method, request.url, outcome, seconds * 1000)


def log_wait(wait: Wait) -> None:
    """One line for one wait."""
    logger.debug("waiting %.2f s before the next try", wait.seconds)
