"""Ids: a prefix and a UUIDv7 (RFC 9562, section 5.7) in Crockford base32, lower case.

They sort by time, so that indexes grow at one end and pages follow creation.
"""

import re
from functools import lru_cache

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26
PREFIXES = frozenset(
    {
        "acct",
        "act",
        "bdl",
        "bpr",
        "aud",
        "cus",
        "ent",
        "evt",
        "job",
        "imp",
        "key",
        "lf",
        "lic",
        "lse",
        "mem",
        "pol",
        "prod",
        "req",
        "sec",
        "sub",
        "tok",
        "user",
    }
)
RANDOM_BYTES = 10
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62
_LOW_BITS = (1 << 62) - 1
_MAX_MILLISECONDS = (1 << 48) - 1
_SHAPE = re.compile(f"[0-7][{ALPHABET}]{{25}}")


# The 48 bits of the time are exactly the first ten characters, so a busy server makes
# that half once a millisecond and not once a request.
@lru_cache(maxsize=64)
def _time_text(milliseconds: int) -> str:
    return "".join([_PAIRS[(milliseconds >> shift) & 1023] for shift in range(40, -1, -10)])


def _random_text(bits: int) -> str:
    pairs = _PAIRS
    number = _VERSION | ((bits >> 62) & 0xFFF) << 64 | _VARIANT | bits & _LOW_BITS
    return (
        f"{pairs[number >> 70]}{pairs[number >> 60 & 1023]}{pairs[number >> 50 & 1023]}"
        f"{pairs[number >> 40 & 1023]}{pairs[number >> 30 & 1023]}{pairs[number >> 20 & 1023]}"
        f"{pairs[number >> 10 & 1023]}{pairs[number & 1023]}"
    )


def make_id(prefix: str, now: int, randomness: bytes) -> str:
    """A new id like `lic_06f3…`. `now` in microseconds; `randomness` is 10 random bytes."""
    bits = int.from_bytes(randomness, "big")
    return f"{prefix}_{_time_text(now // 1000)}{_random_text(bits)}"


def id_floor(prefix: str, instant: int) -> str:
    """The smallest id that can have been made in the millisecond of `instant`."""
    milliseconds = min(max(instant // 1000, 0), _MAX_MILLISECONDS)
    return f"{prefix}_{_time_text(milliseconds)}{_random_text(0)}"


def is_id(text: object, prefix: str) -> bool:
    """Whether `text` has exactly the shape of an id with this prefix."""
    if not isinstance(text, str) or len(text) != len(prefix) + 1 + LENGTH:
        return False
    return text.startswith(f"{prefix}_") and bool(_SHAPE.fullmatch(text, len(prefix) + 1))
