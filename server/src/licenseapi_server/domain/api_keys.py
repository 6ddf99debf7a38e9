"""The text of an API key, and the digest that is stored of it (5-security, API keys).

NOTE format: `lapi_{sk|rk|pk}_{live|test}_`, 43 base62 characters of 256 random bits, then
6 base62 characters of the CRC-32 of everything before. Secret scanners know it by that.
"""

import hashlib
import re
import zlib

import msgspec

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SECRET_CHARACTERS = 43
CHECKSUM_CHARACTERS = 6
MARKERS = {"secret": "sk", "restricted": "rk", "publishable": "pk"}
TYPES = {marker: key_type for key_type, marker in MARKERS.items()}
LENGTH = len("lapi_sk_live_") + SECRET_CHARACTERS + CHECKSUM_CHARACTERS
# One inside a longer text: where keys are looked for that should not be there.
IN_TEXT = r"lapi_(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{49}"
_SHAPE = re.compile(r"lapi_(sk|rk|pk)_(live|test)_[0-9A-Za-z]{49}")
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_VALUES = {pair: value for value, pair in enumerate(_PAIRS)}
_BLOCK = 64


class ApiKeyText(msgspec.Struct, frozen=True):
    """A key text whose shape and checksum hold; whether it exists is another question."""

    text: str
    key_type: str
    mode: str

    @property
    def hint(self) -> str:
        """What may be shown of it."""
        return api_key_hint(self.text)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def _checksum(body: str) -> str:
    high, low = divmod(zlib.crc32(body.encode()), len(_PAIRS))
    high, middle = divmod(high, len(_PAIRS))
    return f"{_PAIRS[high]}{_PAIRS[middle]}{_PAIRS[low]}"


def _read_checksum(text: str) -> int:
    high, middle, low = _VALUES[text[-6:-4]], _VALUES[text[-4:-2]], _VALUES[text[-2:]]
    return (high * len(_PAIRS) + middle) * len(_PAIRS) + low


def make_api_key(key_type: str, mode: str, randomness: bytes) -> str:
    """A new key text. `randomness` is 32 bytes from the system's generator."""
    number = int.from_bytes(randomness, "big")
    body = f"lapi_{MARKERS[key_type]}_{mode}_{_base62(number, SECRET_CHARACTERS)}"
    return body + _checksum(body)


def parse_api_key(text: str) -> ApiKeyText | None:
    """The parts of a well-formed key; None when shape or checksum is wrong."""
    found = _SHAPE.fullmatch(text)
    if not found:
        return None
    if zlib.crc32(text[:-CHECKSUM_CHARACTERS].encode()) != _read_checksum(text):
        return None
    marker, mode = found.groups()
    return ApiKeyText(text, TYPES[marker], mode)


def api_key_hint(text: str) -> str:
    """How a key is shown once its secret is gone: its prefix and last four characters."""
    return f"{text[:13]}…{text[-4:]}"


class ApiKeyDigester:
    """HMAC-SHA-256 (RFC 2104) under the pepper, with both pads hashed beforehand."""

    def __init__(self, pepper: bytes) -> None:
        key = hashlib.sha256(pepper).digest() if len(pepper) > _BLOCK else pepper
        padded = key.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def digest(self, text: str) -> bytes:
        """The 32 bytes under which `text` is stored and found."""
        inner = self._inner.copy()
        inner.update(text.encode())
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()
