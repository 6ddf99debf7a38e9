"""The text of a license key: making, folding, checking, hinting (3-domain, License).

NOTE format: 25 Crockford base32 characters in groups of five; 120 random bits and a
check character (Luhn mod 32). Keys of other makers are kept as they are.
"""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 25
GROUP = 5
MIN_CUSTOM, MAX_CUSTOM = 16, 512
# What a word processor or a web page makes of a dash and a space is dropped as well.
_SEPARATORS = " -\t\r\n\u00a0\u2010\u2011\u2012\u2013\u2014\u2212"
_FOLDING: dict[int, str | None] = {
    **{ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"},
    **{ord(letter): "0" for letter in "Oo"},
    **{ord(letter): "1" for letter in "IiLl"},
    **dict.fromkeys(map(ord, _SEPARATORS)),
}
ASCII_END = 128
# The same for bytes, which is three times as fast; nearly every text is ASCII.
_ASCII_FOLDING = bytes(
    ord(_FOLDING.get(byte) or chr(byte)) if byte < ASCII_END else byte for byte in range(256)
)
_ASCII_SEPARATORS = _SEPARATORS.encode("ascii", "ignore")
_GENERATED = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
# Version 1 of signed_keys.py: its first byte is 1.
_SIGNED = re.compile(f"0[4-7][{ALPHABET}]{{355}}")
# Luhn mod 32: each character's value, and for every second one the sum of the two base-32
# digits of twice that. As byte tables, so that a sum is one translate and one sum.
_PLAIN = bytes(max(ALPHABET.find(chr(byte)), 0) for byte in range(256))
_DOUBLED = bytes(2 * value // 32 + 2 * value % 32 for value in _PLAIN)


def _luhn_sum(text: str) -> int:
    """The weighted sum of a key with or without its check character: the 2nd, 4th, … double."""
    characters = text.encode()
    return sum(characters[::2].translate(_PLAIN)) + sum(characters[1::2].translate(_DOUBLED))


def make_license_key(randomness: bytes) -> str:
    """A new key like `7K3QD-…`. `randomness` is 15 bytes from the system's generator."""
    number = int.from_bytes(randomness, "big")
    body = "".join(ALPHABET[(number >> shift) & 31] for shift in range(115, -1, -5))
    check = ALPHABET[-_luhn_sum(body) % 32]
    text = body + check
    return "-".join(text[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def fold_license_key(text: str) -> str:
    """What typing may change is taken away: case, spaces, dashes, O for 0, I and L for 1."""
    if text.isascii():
        return text.encode().translate(_ASCII_FOLDING, _ASCII_SEPARATORS).decode()
    return text.translate(_FOLDING)


def looks_generated(folded: str) -> bool:
    """Whether a folded text has the shape of a key that this server makes."""
    return bool(_GENERATED.fullmatch(folded))


def has_own_form(folded: str) -> bool:
    """Whether a folded text has the shape of any key that this server makes, signed ones too."""
    return looks_generated(folded) or bool(_SIGNED.fullmatch(folded))


def has_valid_check(folded: str) -> bool:
    """Whether the last character of a folded, generated key fits the others."""
    return looks_generated(folded) and _luhn_sum(folded) % 32 == 0


def license_key_hint(text: str) -> str:
    """At most a quarter of the key, from its end: enough to tell keys apart, not to use one."""
    shown = min(len(text) // 4, 5)
    return f"…{text[-shown:]}" if shown else "…"


def check_custom_key(text: str, *, allow_weak: bool = False) -> str:
    """The key without surrounding spaces. Raises ValueError with a sentence."""
    key = text.strip()
    if not key or not key.isprintable():
        message = "must have printable characters only"
        raise ValueError(message)
    if len(key) > MAX_CUSTOM or (len(key) < MIN_CUSTOM and not allow_weak):
        least = "at most" if allow_weak else f"{MIN_CUSTOM} to"
        message = f"must have {least} {MAX_CUSTOM} characters"
        raise ValueError(message)
    return key
