"""Field types of deliveries: what goes on into our database is short, and has no controls."""

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from licenseapi_server.domain.billing import UnreadableError
from licenseapi_server.domain.instants import SECOND, parse_instant

ExternalId = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[!-~]+\Z")]
TypeName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[!-~]+\Z")]
Number = Annotated[int, Meta(ge=0, le=(1 << 53) - 1)]
# To the end of 9999: what no instant of ours can be is unreadable.
UnixSeconds = Annotated[int, Meta(ge=0, le=253_402_300_799)]


Decoded = TypeVar("Decoded", bound=msgspec.Struct)


def decode(content: bytes, kind: type[Decoded]) -> Decoded:
    """The JSON as this Struct; members that it does not name are left alone.

    Raises UnreadableError with a sentence.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(str(error)) from error


def from_unix(seconds: int | None) -> int | None:
    """Seconds since the epoch as an instant."""
    return None if seconds is None else seconds * SECOND


def from_text(text: str | None) -> int | None:
    """An RFC 3339 text as an instant. Raises UnreadableError."""
    if text is None:
        return None
    try:
        return parse_instant(_without_nanoseconds(text))
    except ValueError as error:
        message = f"a time {error}"
        raise UnreadableError(message) from error


def get_time(text: str) -> int:
    """A time that has to be there. Raises UnreadableError."""
    instant = from_text(text)
    if instant is None:
        message = "a time is missing"
        raise UnreadableError(message)
    return instant


def _without_nanoseconds(text: str) -> str:
    """Paddle writes up to nine digits; ours are microseconds."""
    head, point, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return f"{head}{point}{digits[:6]}{rest[len(digits) :]}" if point else text
