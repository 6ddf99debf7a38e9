"""Answers of unknown length: read page by page, each only after the client has taken the last.

Between pages nothing is held: no thread, no transaction, no snapshot of the database.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import msgspec

OK = 200
logger = logging.getLogger("licenseapi.api")


class StreamEndedError(Exception):
    """The rest of the answer has nobody to go to; the message says why."""


class Part(NamedTuple):
    """A page in bytes, and where the next one begins; None after the last."""

    content: bytes
    cursor: str | None


class Stream(msgspec.Struct):
    """What a handler gives back in place of a body. `read` runs on a management thread."""

    kind: bytes
    first: Part
    read: Callable[[str], Part]
    # Raises Problem when the caller may not go on: each page is a request of its own.
    readmit: Callable[[], Awaitable[None]] | None = None


async def send_stream(
    outgoing: Any, stream: Stream, head: bytes, read: Callable[[str], Awaitable[Part]]
) -> str | None:
    """Send head and all parts; why it broke off, or None."""
    try:
        await outgoing.begin(OK, head)
        if outgoing.has_body:
            await _send_parts(outgoing, stream, read)
        await outgoing.end()
    except StreamEndedError as ended:
        outgoing.abort()
        return str(ended)
    except Exception as error:  # noqa: BLE001 - the head is sent: breaking off is all one can say
        logger.warning("an export broke off: %s", type(error).__name__)
        outgoing.abort()
        return type(error).__name__
    return None


async def _send_parts(
    outgoing: Any, stream: Stream, read: Callable[[str], Awaitable[Part]]
) -> None:
    part = stream.first
    await outgoing.write(part.content)
    while part.cursor is not None:
        if stream.readmit is not None:
            await stream.readmit()
        part = await read(part.cursor)
        await outgoing.write(part.content)
