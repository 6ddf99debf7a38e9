"""The chain of audit records: each seal covers the one before it (5-security, Audit log).

NOTE format: a seal is HMAC-SHA-256 (RFC 2104), in hexadecimal, of the JSON array of the record's
number, the seal before and the entry's columns in order. A new column takes a new chain.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator

import msgspec


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """The columns of a record that its seal covers."""

    id: str
    account_id: str
    mode: str
    operation: str
    actor_type: str
    actor: str
    object_id: str
    ip: str
    request_id: str
    detail_digest: str
    created_at: int


class Head(msgspec.Struct, frozen=True):
    """The last link of a chain."""

    number: int
    seal: str


class Link(msgspec.Struct, frozen=True):
    """An entry in its place, with the detail that it has the digest of; empty when erased."""

    head: Head
    entry: Entry
    detail: str


def digest_detail(text: str) -> str:
    """What a record holds of its detail."""
    return hashlib.sha256(text.encode()).hexdigest()


def make_seal(key: bytes, before: Head, entry: Entry) -> Head:
    """The link that `entry` becomes after `before`."""
    number = before.number + 1
    text = msgspec.json.encode((number, before.seal, entry))
    return Head(number, hmac.digest(key, text, "sha256").hex())


def find_flaws(key: bytes, links: Iterable[Link], end: Head) -> Iterator[str]:
    """What does not hold, a sentence each: changed, missing, swapped and cut records."""
    before = Head(0, "")
    for link in links:
        name = f"record {link.head.number} ({link.entry.id})"
        if link.head.number != before.number + 1:
            yield f"records {before.number + 1} to {link.head.number - 1} are missing"
        elif not hmac.compare_digest(make_seal(key, before, link.entry).seal, link.head.seal):
            yield f"{name} is not what was sealed"
        if link.detail and digest_detail(link.detail) != link.entry.detail_digest:
            yield f"the detail of {name} is not what was sealed"
        before = link.head
    if before != end:
        yield f"the end is missing: the chain had {end.number} records, {before.number} are left"
