"""Ed25519 key pairs of an account and mode: its roots, and the keys that sign documents.

Names are RFC 7638 thumbprints of RFC 8037 keys, so that a key can have one name only.
"""

import base64
import binascii
import hashlib
import re
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DocumentUse = Literal["file", "permit", "revocations", "key"]
ROOT = "root"
KEY_BYTES = 32
_TEXT = re.compile(r"[A-Za-z0-9_-]*")


class KeyPair(msgspec.Struct, frozen=True):
    """A new pair, by name. `public_key` is what apps embed of a root: 43 characters."""

    kid: str
    public_key: str
    public_jwk: dict[str, str]
    private_jwk: dict[str, str]


def encode_bytes(raw: bytes) -> str:
    """Unpadded base64url (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_bytes(text: str) -> bytes | None:
    """The bytes of an unpadded base64url text; None unless it is the only text for them."""
    if not _TEXT.fullmatch(text):
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    return raw if encode_bytes(raw) == text else None


def name_key(public_key: str) -> str:
    """The `kid` of a public key: the SHA-256 thumbprint (RFC 7638, section 3)."""
    canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{public_key}"}}'
    return encode_bytes(hashlib.sha256(canonical.encode()).digest())


def make_key_pair(seed: bytes) -> KeyPair:
    """The pair that 32 random bytes make."""
    raw = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    public_key = encode_bytes(raw)
    kid = name_key(public_key)
    public = {"kty": "OKP", "crv": "Ed25519", "x": public_key}
    shown = {**public, "kid": kid, "use": "sig", "alg": "Ed25519"}
    return KeyPair(kid, public_key, shown, {**public, "d": encode_bytes(seed)})
