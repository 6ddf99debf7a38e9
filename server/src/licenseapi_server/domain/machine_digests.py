"""How documents name a machine: by a digest of its fingerprint, never by the fingerprint."""

import hashlib
import hmac

# A request code that people type has room for so much of it.
SHORT_BYTES = 12
WHOLE_BYTES = 32


def digest_fingerprint(fingerprint: str) -> bytes:
    """The 32 bytes that stand for a fingerprint."""
    return hashlib.sha256(fingerprint.encode()).digest()


def has_fingerprint(digest: bytes, fingerprint: str) -> bool:
    """Whether the digest in a document, whole or short, is that of this machine."""
    if len(digest) not in {SHORT_BYTES, WHOLE_BYTES}:
        return False
    return hmac.compare_digest(digest_fingerprint(fingerprint)[: len(digest)], digest)
