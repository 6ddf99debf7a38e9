"""Texts signed with Ed25519 (JWS, RFC 7515; RFC 9864): one strict reader for all of ours.

What another reader could understand differently is refused before the signature is looked at:
other algorithms, keys that the text brings along, extensions, a second spelling of the bytes.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from joserfc import jws
from joserfc.jwk import OKPKey

from licenseapi_server.domain import strict_json
from licenseapi_server.domain.key_pairs import KEY_BYTES, decode_bytes

ALGORITHM = "Ed25519"
SEGMENTS = 3
DOCUMENT_HEADER = frozenset({"alg", "kid", "statement", "typ"})
# What a number in JavaScript holds exactly.
MAX_NUMBER = 1 << 53
# Why a document is refused: the same words in every SDK, and in the shared test vectors.
Reason = Literal[
    "malformed",
    "wrong_type",
    "wrong_algorithm",
    "unknown_root",
    "wrong_use",
    "statement_expired",
    "wrong_kid",
    "bad_signature",
    "wrong_mode",
    "wrong_product",
    "wrong_fingerprint",
    "wrong_nonce",
    "wrong_license_key",
    "not_yet",
    "expired",
    "revoked",
    "old_list",
]


class DocumentRefusedError(ValueError):
    """The document is refused. `reason` is one of a closed list; the message is a sentence."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class SignedText(msgspec.Struct, frozen=True):
    """A signed text in good shape; nothing of it is verified."""

    header: Mapping[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes


def read_compact(text: str, kind: str, limit: int, members: frozenset[str]) -> SignedText:
    """Read `header.payload.signature`. Raises DocumentRefusedError."""
    if len(text) > limit:
        raise DocumentRefusedError("malformed", "The document is too long.")
    parts = text.split(".")
    if len(parts) != SEGMENTS:
        raise DocumentRefusedError("malformed", "The document does not have three parts.")
    raw = [decode_bytes(part) for part in parts]
    if raw[0] is None or raw[1] is None or raw[2] is None:
        raise DocumentRefusedError("malformed", "The document is not base64url.")
    header = decode_object(raw[0])
    if header.get("typ") != kind:
        raise DocumentRefusedError("wrong_type", "The document is of another kind.")
    if header.get("alg") != ALGORITHM:
        raise DocumentRefusedError("wrong_algorithm", "The document is not signed with Ed25519.")
    if header.keys() != members or not all(isinstance(value, str) for value in header.values()):
        raise DocumentRefusedError("malformed", "The document's header has other members.")
    return SignedText(header, raw[1], f"{parts[0]}.{parts[1]}".encode(), raw[2])


def decode_object(raw: bytes) -> dict[str, Any]:
    """A JSON object that names nothing twice. Raises DocumentRefusedError."""
    try:
        value = strict_json.decode(raw.decode())
    except ValueError as error:
        raise DocumentRefusedError("malformed", "The document is not JSON.") from error
    if not isinstance(value, dict):
        raise DocumentRefusedError("malformed", "The document is not a JSON object.")
    return value


def text_claim(claims: Mapping[str, Any], name: str) -> str:
    """A member that has to be a text. Raises DocumentRefusedError."""
    value = claims.get(name)
    if not isinstance(value, str):
        raise DocumentRefusedError("malformed", f"The document lacks `{name}`.")
    return value


def number_claim(claims: Mapping[str, Any], name: str) -> int:
    """A member that has to be a whole number. Raises DocumentRefusedError."""
    value = claims.get(name)
    if type(value) is not int or not 0 <= value < MAX_NUMBER:
        raise DocumentRefusedError("malformed", f"The document lacks `{name}`.")
    return value


def check_signature(signed: SignedText, public_key: str) -> None:
    """Raise DocumentRefusedError unless this key has signed it. `public_key`: 43 characters."""
    raw = decode_bytes(public_key)
    if raw is None or len(raw) != KEY_BYTES:
        raise DocumentRefusedError("malformed", "A public key is 43 characters of base64url.")
    key = OKPKey.import_key({"kty": "OKP", "crv": ALGORITHM, "x": public_key})
    if not jws.JWSRegistry.algorithms[ALGORITHM].verify(signed.signed, signed.signature, key):
        raise DocumentRefusedError("bad_signature", "The signature does not hold.")
