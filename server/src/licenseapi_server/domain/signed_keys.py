"""Signed license keys: a key that proves itself to whoever has the root, without the server."""

import hashlib
import re

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licenseapi_server.domain import ids
from licenseapi_server.domain.instants import DAY, SECOND
from licenseapi_server.domain.key_pairs import decode_bytes, encode_bytes, name_key
from licenseapi_server.domain.key_statements import (
    LEEWAY,
    LIFE,
    STATEMENT_TYPE,
    Statement,
    encode_statement,
    verify_statement,
)
from licenseapi_server.domain.license_keys import ALPHABET, fold_license_key
from licenseapi_server.domain.signed_documents import Trust
from licenseapi_server.domain.signed_texts import (
    ALGORITHM,
    DocumentRefusedError,
    SignedText,
    check_signature,
)

# NOTE format: 223 bytes as 357 Crockford base32 characters, whose last bit is 0. In this order:
# version (1 byte, 1), mode (1: 0 live, 1 test), license (16, the UUID in its id), product (16),
# the start of SHA-256 of the product's code (8), randomness (8), beginning (5) and end (5, 0 is
# none) in seconds, first day of the key statement (3, since 1970), public key of the signing
# key (32), the root's signature under the statement (64), the signing key's signature under all
# of that (64). Numbers are big-endian. A version never changes: what says more, or otherwise,
# is another version, which readers refuse until they know it.
VERSION = 1
MODES = ("live", "test")
# Where each part ends.
_LICENSE, _PRODUCT, _CODE, _RANDOM, _BEGIN, _END, _DAY = 18, 34, 42, 50, 55, 60, 63
_PUBLIC_KEY, _STATEMENT, _ALL = 95, 159, 223
LENGTH = 357
NONCE_LENGTH = 8
CODE_BYTES = 8
MAX_PASTED = 4_096
_SHAPE = re.compile(f"[{ALPHABET}]+")
_ID_SHIFT = 5


class KeyContent(msgspec.Struct, frozen=True, kw_only=True):
    """What a signed key says; instants in microseconds, to the second."""

    mode: str
    license_id: str
    product_id: str
    begins_at: int
    expires_at: int | None


class KeySigner(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs keys: the pair, and what a root has signed about it."""

    public_key: str
    seed: bytes
    statement_from: int
    statement_signature: bytes


def sign_license_key(
    content: KeyContent, product_code: str, signer: KeySigner, randomness: bytes
) -> str:
    """The text of a new key. `randomness` is 8 bytes from the system's generator."""
    # An imported license may have ended before 1970: 0 is for those that never end.
    end = 0 if content.expires_at is None else max(1, content.expires_at // SECOND)
    body = b"".join(
        (
            bytes([VERSION, MODES.index(content.mode)]),
            _bytes_of_id(content.license_id),
            _bytes_of_id(content.product_id),
            _digest_code(product_code),
            randomness,
            max(0, content.begins_at // SECOND).to_bytes(_BEGIN - _RANDOM, "big"),
            end.to_bytes(_END - _BEGIN, "big"),
            (signer.statement_from // DAY).to_bytes(_DAY - _END, "big"),
            decode_bytes(signer.public_key) or b"",
            signer.statement_signature,
        )
    )
    return _encode(body + Ed25519PrivateKey.from_private_bytes(signer.seed).sign(body))


def verify_signed_key(text: str, trust: Trust) -> KeyContent:
    """What a key says, if it holds for this product now. Raises DocumentRefusedError.

    It may be typed as forgivingly as other keys: case, spaces and dashes do not count.
    """
    raw = _decode(text)
    content = _read(raw)
    public_key = encode_bytes(raw[_DAY:_PUBLIC_KEY])
    kid = _check_statement(raw, public_key, content.mode, trust)
    check_signature(SignedText({}, b"", raw[:_STATEMENT], raw[_STATEMENT:]), public_key)
    if content.mode != "live" and not trust.allow_test:
        raise DocumentRefusedError("wrong_mode", "The key is of test mode.")
    is_by_code = _digest_code(trust.product) == raw[_PRODUCT:_CODE]
    if not is_by_code and trust.product != content.product_id:
        raise DocumentRefusedError("wrong_product", "The key is for another product.")
    revoked = trust.revocations
    if revoked is not None and (kid in revoked.keys or content.license_id in revoked.licenses):
        raise DocumentRefusedError("revoked", "The license has been revoked.")
    if trust.now < content.begins_at - LEEWAY:
        raise DocumentRefusedError("not_yet", "The license has not begun.")
    if content.expires_at is not None and trust.now >= content.expires_at:
        raise DocumentRefusedError("expired", "The key has expired.")
    return content


def _read(raw: bytes) -> KeyContent:
    end = int.from_bytes(raw[_BEGIN:_END], "big")
    return KeyContent(
        mode=MODES[raw[1]],
        license_id=_id_of_bytes("lic", raw[2:_LICENSE]),
        product_id=_id_of_bytes("prod", raw[_LICENSE:_PRODUCT]),
        begins_at=int.from_bytes(raw[_RANDOM:_BEGIN], "big") * SECOND,
        expires_at=end * SECOND if end else None,
    )


def _check_statement(raw: bytes, public_key: str, mode: str, trust: Trust) -> str:
    """The signing key's name, if one of the roots says that it signs keys now."""
    begins = int.from_bytes(raw[_END:_DAY], "big") * DAY
    says = Statement(name_key(public_key), public_key, "key", mode, begins, begins + LIFE)
    signature = encode_bytes(raw[_PUBLIC_KEY:_STATEMENT])
    payload = encode_bytes(encode_statement(says))
    for root in trust.roots:
        text = _statement_text(root, payload, signature)
        if _is_by(root, text):
            return verify_statement(text, (root,), "key", trust.now).kid
    raise DocumentRefusedError("unknown_root", "No embedded root has signed for the key.")


def _statement_text(root: str, payload: str, signature: str) -> str:
    """What the root would have signed."""
    header = {"alg": ALGORITHM, "kid": name_key(root), "typ": STATEMENT_TYPE}
    return f"{encode_bytes(msgspec.json.encode(header))}.{payload}.{signature}"


def _is_by(root: str, text: str) -> bool:
    signed, _, signature = text.rpartition(".")
    raw = decode_bytes(signature) or b""
    try:
        check_signature(SignedText({}, b"", signed.encode(), raw), root)
    except DocumentRefusedError as error:
        if error.reason != "bad_signature":
            raise
        return False
    return True


def _digest_code(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()[:CODE_BYTES]


def _bytes_of_id(text: str) -> bytes:
    number = 0
    for character in text.rpartition("_")[2]:
        number = number << _ID_SHIFT | ids.ALPHABET.index(character)
    return number.to_bytes(16, "big")


def _id_of_bytes(prefix: str, raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    places = range(_ID_SHIFT * (ids.LENGTH - 1), -1, -_ID_SHIFT)
    return f"{prefix}_{''.join(ids.ALPHABET[number >> place & 31] for place in places)}"


def _encode(raw: bytes) -> str:
    number = int.from_bytes(raw, "big") << (5 * LENGTH - 8 * _ALL)
    return "".join(ALPHABET[number >> place & 31] for place in range(5 * (LENGTH - 1), -1, -5))


def _decode(text: str) -> bytes:
    """The bytes of a key of the version that is known. Raises DocumentRefusedError."""
    folded = fold_license_key(text) if len(text) <= MAX_PASTED else ""
    if len(folded) < LENGTH or not _SHAPE.fullmatch(folded):
        raise DocumentRefusedError("malformed", "This is not a signed license key.")
    version = (ALPHABET.index(folded[0]) << 5 | ALPHABET.index(folded[1])) >> 2
    if version != VERSION:
        raise DocumentRefusedError("wrong_type", "The key is of a version that is not known.")
    number = 0
    for character in folded:
        number = number << 5 | ALPHABET.index(character)
    if len(folded) != LENGTH or number & 1:
        raise DocumentRefusedError("malformed", "The key has lost or gained a part.")
    raw = (number >> 1).to_bytes(_ALL, "big")
    if raw[1] >= len(MODES):
        raise DocumentRefusedError("malformed", "The key is of no mode.")
    return raw
