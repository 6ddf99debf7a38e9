"""Encryption of what is kept at rest: license keys, private signing keys, stored answers.

NOTE format: byte 0 is the version (1), bytes 1-12 the nonce, the rest AES-256-GCM
ciphertext and tag. A new algorithm takes a new version byte; old ones stay readable.
"""

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
NONCE_BYTES = 12


class SealBrokenError(ValueError):
    """The text was not sealed under this key, or it has been changed."""


class Sealer:
    """Seals texts under the key-encryption key; `about` binds a text to its row."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.sha256(b"licenseapi sealing 1\0" + key).digest()
        self._cipher = AESGCM(self._key)

    def derive(self, secret: bytes, purpose: bytes) -> "Sealer":
        """A sealer that also needs `secret` to open (HKDF, RFC 5869)."""
        key = HKDF(algorithm=SHA256(), length=32, salt=self._key, info=purpose).derive(secret)
        return Sealer(key)

    def seal(self, text: bytes, about: str, nonce: bytes) -> bytes:
        """Encrypt `text`. `nonce` is 12 fresh random bytes."""
        return VERSION + nonce + self._cipher.encrypt(nonce, text, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """Decrypt what `seal` gave. Raises SealBrokenError."""
        sealed = bytes(sealed)
        if sealed[:1] != VERSION:
            message = "The text is sealed in a format that this version does not know."
            raise SealBrokenError(message)
        try:
            return self._cipher.decrypt(
                sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], about.encode()
            )
        except InvalidTag as error:
            message = "The text was sealed under another key or has been changed."
            raise SealBrokenError(message) from error
