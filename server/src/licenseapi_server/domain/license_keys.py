"""The text of a license key: making, folding, checking, hinting (3-domain, License).

NOTE format: 25 Crockford base32 characters in groups of five; 120 random bits and a
check character (Luhn mod 32). Keys of other makers are kept as they are.
"""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 25
GROUP = 5
MIN_CUSTOM, MAX_CUSTOM = 16, 512
_FOLDING = str.maketrans(
    {
        **{letter: letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"},
        **{"O": "0", "o": "0", "I": "1", "i": "1", "L": "1", "l": "1"},
        **dict.fromkeys(" -\t\r\n", ""),
    }
)
_GENERATED = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}
# Doubling in Luhn mod N: the two base-32 digits of 2·v are added.
_DOUBLED = {letter: (2 * value) // 32 + (2 * value) % 32 for letter, value in _VALUE.items()}


def _luhn_sum(text: str, *, doubles_first: bool) -> int:
    doubled, plain = (text[0::2], text[1::2]) if doubles_first else (text[1::2], text[0::2])
    return sum(map(_DOUBLED.__getitem__, doubled)) + sum(map(_VALUE.__getitem__, plain))


def make_license_key(randomness: bytes) -> str:
    """A new key like `7K3QD-…`. `randomness` is 15 bytes from the system's generator."""
    number = int.from_bytes(randomness, "big")
    body = "".join(ALPHABET[(number >> shift) & 31] for shift in range(115, -1, -5))
    check = ALPHABET[-_luhn_sum(body, doubles_first=False) % 32]
    text = body + check
    return "-".join(text[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def fold_license_key(text: str) -> str:
    """What typing may change is taken away: case, spaces, dashes, O for 0, I and L for 1."""
    return text.translate(_FOLDING)


def looks_generated(folded: str) -> bool:
    """Whether a folded text has the shape of a key that this server makes."""
    return bool(_GENERATED.fullmatch(folded))


def has_valid_check(folded: str) -> bool:
    """Whether the last character of a folded, generated key fits the others."""
    if not looks_generated(folded):
        return False
    total = _luhn_sum(folded[:-1], doubles_first=False) + _VALUE[folded[-1]]
    return total % 32 == 0


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
        message = f"must have {MIN_CUSTOM} to {MAX_CUSTOM} characters"
        raise ValueError(message)
    return key
