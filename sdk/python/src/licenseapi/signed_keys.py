"""Verification of signed license keys without the server, by the roots in your app.

The format stands in the server's domain/signed_keys.py; sdk/vectors/signed_keys.json is the
specification.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from typing import TYPE_CHECKING, NamedTuple

from licenseapi.error import SignatureVerificationError
from licenseapi.offline import LEEWAY_SECONDS, _check_signature, _name_key, _refused, _Signed

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = 1
LENGTH, SIZE = 357, 223
MAX_PASTED = 4096
MODES = ("live", "test")
DAY_SECONDS = 86_400
STATEMENT_SECONDS = 3_652 * DAY_SECONDS
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SEPARATORS = " -\t\r\n\u00a0\u2010\u2011\u2012\u2013\u2014\u2212"
_FOLDING: dict[int, str | None] = {
    **{ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"},
    **dict.fromkeys(map(ord, "Oo"), "0"),
    **dict.fromkeys(map(ord, "IiLl"), "1"),
    **dict.fromkeys(map(ord, _SEPARATORS)),
}


class SignedKey(NamedTuple):
    """What a verified key says. Times in seconds since the epoch; None: it carries no end."""

    license_id: str
    product_id: str
    mode: str
    begins_at: int
    expires_at: int | None


def verify_signed_key(
    text: str,
    root_keys: Sequence[str],
    *,
    product: str,
    now: float | None = None,
    allow_test: bool = False,
) -> SignedKey:
    """The license that a signed key names, in any case and with spaces or line breaks.

    `product` is your app's, by id or code. Raises SignatureVerificationError with a `reason`.
    It proves what was sold; whether that has been revoked only the server knows.
    """
    if not product:
        message = "product is required: a key for one product must not open another"
        raise ValueError(message)
    moment = time.time() if now is None else now
    raw = _decode(text)
    found = SignedKey(
        _id("lic", raw[2:18]),
        _id("prod", raw[18:34]),
        MODES[raw[1]],
        int.from_bytes(raw[50:55], "big"),
        int.from_bytes(raw[55:60], "big") or None,
    )
    _check_statement(raw, found.mode, root_keys, moment)
    _check_signature(_Signed({}, b"", raw[:159], raw[159:]), _base64url(raw[63:95]))
    if found.mode != "live" and not allow_test:
        raise _refused("wrong_mode", "The key is of test mode.")
    is_by_code = hashlib.sha256(product.encode()).digest()[:8] == raw[34:42]
    if not is_by_code and product != found.product_id:
        raise _refused("wrong_product", "The key is for another product.")
    if moment < found.begins_at - LEEWAY_SECONDS:
        raise _refused("not_yet", "The license has not begun.")
    if found.expires_at is not None and moment >= found.expires_at:
        raise _refused("expired", "The key has expired.")
    return found


def _decode(text: str) -> bytes:
    folded = text.translate(_FOLDING) if len(text) <= MAX_PASTED else ""
    if len(folded) < LENGTH or not re.fullmatch(f"[{ALPHABET}]+", folded):
        raise _refused("malformed", "This is not a signed license key.")
    number = 0
    for character in folded:
        number = number << 5 | ALPHABET.index(character)
    if number >> (5 * len(folded) - 8) != VERSION:
        raise _refused("wrong_type", "The key is of a version that is not known.")
    if len(folded) != LENGTH or number & 1:
        raise _refused("malformed", "The key has lost or gained a part.")
    raw = (number >> 1).to_bytes(SIZE, "big")
    if raw[1] >= len(MODES):
        raise _refused("malformed", "The key is of no mode.")
    return raw


def _check_statement(raw: bytes, mode: str, root_keys: Sequence[str], now: float) -> None:
    """Raise unless a root has signed that this key signs keys now: the statement is rebuilt."""
    begins = int.from_bytes(raw[60:63], "big") * DAY_SECONDS
    ends = begins + STATEMENT_SECONDS
    public_key = _base64url(raw[63:95])
    says = {
        "kid": _name_key(public_key),
        "jwk": {"kty": "OKP", "crv": "Ed25519", "x": public_key},
        "use": "key",
        "mode": mode,
        "nbf": begins,
        "exp": ends,
    }
    if not any(_has_signed(root, says, raw[95:159]) for root in root_keys):
        raise _refused("unknown_root", "No embedded root has signed for the key.")
    if now >= ends:
        raise _refused("statement_expired", "The key's time to sign is over.")
    if now < begins - LEEWAY_SECONDS:
        raise _refused("not_yet", "The key's time to sign has not begun.")


def _has_signed(root: str, says: dict[str, object], signature: bytes) -> bool:
    header = {"alg": "Ed25519", "kid": _name_key(root), "typ": "key+jws"}
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, says)]
    signed = ".".join(map(_base64url, parts)).encode()
    try:
        _check_signature(_Signed({}, b"", signed, signature), root)
    except SignatureVerificationError as error:
        if error.reason != "bad_signature":
            raise
        return False
    return True


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _id(prefix: str, raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    characters = (ALPHABET[number >> place & 31] for place in range(125, -1, -5))
    return f"{prefix}_{''.join(characters).lower()}"
