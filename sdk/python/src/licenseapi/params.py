"""Keyword parameters that many methods share. Their names are those of the JSON fields."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from typing_extensions import Required

# RFC 3339 text, or a datetime that knows its zone.
Instant = str | datetime


class RequestOptions(TypedDict, total=False):
    """What every method takes: `timeout` in seconds, at most 600, for each try."""

    timeout: float


class WriteOptions(RequestOptions, total=False):
    """What methods take that have an effect.

    `idempotency_key` makes repeats of the call, even by another process, one effect; one
    is made when it is left out.
    """

    idempotency_key: str


class ChangeOptions(WriteOptions, total=False):
    """What methods take that change what is there.

    `if_match` is the `version` that the object must still have: else 412 and no change.
    """

    if_match: int | str


class InstantRange(TypedDict, total=False):
    """From and until when."""

    gt: Instant
    gte: Instant
    lt: Instant
    lte: Instant


class ListParams(RequestOptions, total=False):
    """What every list takes: the size and place of a page; pages are newest first."""

    limit: int
    starting_after: str
    ending_before: str
    include: Literal["total_count"]
    created_at: InstantRange


class NewAttachment(TypedDict, total=False):
    """An entitlement by its code, until `expires_at` if given."""

    code: Required[str]
    expires_at: Instant | None
    max_leases: int | None
