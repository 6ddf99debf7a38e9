"""Ids: a prefix and a UUIDv7 (RFC 9562, section 5.7) in Crockford base32, lower case.

They sort by time, so that indexes grow at one end and pages follow creation.
"""

import re

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26
RANDOM_BYTES = 10
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62
_SHAPE = re.compile(f"[0-7][{ALPHABET}]{{25}}")


def _encode(number: int) -> str:
    pairs = _PAIRS
    return "".join([pairs[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def _compose(milliseconds: int, random_bits: int) -> int:
    high = (random_bits >> 62) & 0xFFF
    low = random_bits & ((1 << 62) - 1)
    return (milliseconds << 80) | _VERSION | (high << 64) | _VARIANT | low


def make_id(prefix: str, now: int, randomness: bytes) -> str:
    """A new id like `lic_06f3…`. `now` in microseconds; `randomness` is 10 random bytes."""
    bits = int.from_bytes(randomness, "big")
    return f"{prefix}_{_encode(_compose(now // 1000, bits))}"


def id_floor(prefix: str, instant: int) -> str:
    """The smallest id that can have been made in the millisecond of `instant`."""
    milliseconds = min(max(instant // 1000, 0), (1 << 48) - 1)
    return f"{prefix}_{_encode(_compose(milliseconds, 0))}"


def is_id(text: object, prefix: str) -> bool:
    """Whether `text` has exactly the shape of an id with this prefix."""
    if not isinstance(text, str) or len(text) != len(prefix) + 1 + LENGTH:
        return False
    return text.startswith(f"{prefix}_") and bool(_SHAPE.fullmatch(text, len(prefix) + 1))
