"""Verification without the server: license files and permits, by the roots in your app.

Roots come into an app when it is built (`client.root_keys.live(...)`, `public_key`); an app
that fetched one would believe whoever answers. sdk/vectors/offline.json is the specification.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from licenseapi.error import SignatureVerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEEWAY_SECONDS = 300
MAX_CHARACTERS = 256 * 1024
MAX_NUMBER = 1 << 53
KEY_BYTES = 32
DIGEST_BYTES = (12, 32)
SEGMENTS = 3
ARMOR = re.compile(
    r"-----BEGIN LICENSE FILE-----\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)-----END LICENSE FILE-----"
)
STATEMENT_HEADER = {"alg", "kid", "typ"}
DOCUMENT_HEADER = {"alg", "kid", "statement", "typ"}


class OfflineLicense(NamedTuple):
    """What a verified license file says. Times in seconds since the epoch."""

    id: str
    license_id: str
    product_id: str
    activation_id: str | None
    license: Mapping[str, Any]
    limits: Mapping[str, Any]
    entitlements: tuple[str, ...]
    issued_at: int
    expires_at: int


class Permit(NamedTuple):
    """What a verified permit says. `is_in_grace`: it counts only while nobody answers."""

    license_id: str
    product_id: str
    activation_id: str | None
    code: str
    entitlements: tuple[str, ...]
    issued_at: int
    expires_at: int
    grace_until: int
    next_check_at: int | None
    is_in_grace: bool


class _Signed(NamedTuple):
    header: Mapping[str, str]
    payload: bytes
    signed: bytes
    signature: bytes


def verify_license_file(
    text: str,
    root_keys: Sequence[str],
    *,
    product: str,
    fingerprint: str | None = None,
    now: float | None = None,
    allow_test: bool = False,
) -> OfflineLicense:
    """The license in a file, or in the text of its QR code.

    `product` is your app's, by id or code; `fingerprint` this machine's. Raises
    SignatureVerificationError with a `reason`.
    """
    moment = time.time() if now is None else now
    claims = _open(_remove_armor(text), ("license+jws", "file"), root_keys, moment, product=product)
    _check_mode(claims, allow_test=allow_test)
    _check_product(claims, product)
    _check_machine(claims, fingerprint)
    _check_begun(claims, "nbf", moment)
    if moment >= _number(claims, "exp"):
        raise _refused("expired", "The license file has expired.")
    if not isinstance(claims.get("license"), dict) or not isinstance(claims.get("limits"), dict):
        raise _refused("malformed", "The license file says nothing of a license.")
    return OfflineLicense(
        _text(claims, "jti"),
        _text(claims, "sub"),
        _text(claims, "product"),
        claims.get("activation"),
        claims["license"],
        claims["limits"],
        _granted(claims, moment),
        _number(claims, "iat"),
        _number(claims, "exp"),
    )


def verify_permit(  # noqa: PLR0913 - what an app knows, each by its name
    text: str,
    root_keys: Sequence[str],
    *,
    product: str,
    fingerprint: str | None = None,
    nonce: str | None = None,
    is_unreachable: bool = False,
    now: float | None = None,
    allow_test: bool = False,
) -> Permit:
    """A permit that a validation gave, now or earlier.

    Give the `nonce` that was sent when it has just arrived: a fake server can repeat an old
    one. `is_unreachable`: nobody answers, so that it holds until `grace_until`. Raises
    SignatureVerificationError with a `reason`.
    """
    moment = time.time() if now is None else now
    claims = _open(text, ("lic+jwt", "permit"), root_keys, moment, product=product)
    _check_mode(claims, allow_test=allow_test)
    _check_product(claims, product)
    if nonce is not None and claims.get("nonce") != nonce:
        raise _refused("wrong_nonce", "The permit answers another question.")
    _check_machine(claims, fingerprint)
    _check_begun(claims, "iat", moment)
    expires_at, grace_until = _number(claims, "exp"), _number(claims, "grace_until")
    last = max(expires_at, grace_until) if is_unreachable else expires_at
    if moment >= last:
        raise _refused("expired", "The permit has expired.")
    next_check_at = claims.get("next_check_at")
    return Permit(
        _text(claims, "sub"),
        _text(claims, "product"),
        claims.get("activation"),
        _text(claims, "code"),
        _granted(claims, moment),
        _number(claims, "iat"),
        expires_at,
        grace_until,
        None if next_check_at is None else _number(claims, "next_check_at"),
        moment >= expires_at,
    )


def _open(
    text: str, kind: tuple[str, str], root_keys: Sequence[str], now: float, *, product: str
) -> dict[str, Any]:
    """What a document says, once root, statement, key and signature hold."""
    if not product:
        message = "product is required: a file for one product must not open another"
        raise ValueError(message)
    signed = _read(text, kind[0], DOCUMENT_HEADER)
    statement = _read(signed.header["statement"], "key+jws", STATEMENT_HEADER)
    roots = {_name_key(root): root for root in root_keys}
    root = roots.get(statement.header["kid"])
    if root is None:
        raise _refused("unknown_root", "No embedded root has signed for the key.")
    _check_signature(statement, root)
    says = _object(statement.payload)
    public_key = says.get("jwk", {}).get("x") if isinstance(says.get("jwk"), dict) else None
    kid = says.get("kid")
    if not isinstance(public_key, str) or _name_key(public_key) != kid:
        raise _refused("wrong_kid", "The key statement names another key.")
    if says.get("use") != kind[1]:
        raise _refused("wrong_use", "The key may not sign documents of this kind.")
    if now >= _number(says, "exp"):
        raise _refused("statement_expired", "The key's time to sign is over.")
    _check_begun(says, "nbf", now)
    if kid != signed.header["kid"]:
        raise _refused("wrong_kid", "The statement is about another key.")
    _check_signature(signed, public_key)
    claims = _object(signed.payload)
    if claims.get("mode") != says.get("mode"):
        raise _refused("wrong_mode", "The key signs for another mode.")
    return claims


def _refused(reason: str, message: str) -> SignatureVerificationError:
    return SignatureVerificationError(message, reason)


def _remove_armor(text: str) -> str:
    trimmed = text.strip(" \t\r\n")
    if len(trimmed) > MAX_CHARACTERS:
        raise _refused("malformed", "The license file is too long.")
    if not trimmed.startswith("-"):
        return trimmed
    found = ARMOR.fullmatch(trimmed)
    if found is None:
        raise _refused("malformed", "The license file has lost a part.")
    body = re.sub(r"[\r\n]", "", found[1])
    try:
        raw = base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise _refused("malformed", "The license file is not base64.") from error
    parts = _object(raw)
    is_whole = set(parts) == {"payload", "protected", "signature"}
    if not is_whole or base64.b64encode(raw).decode() != body:
        raise _refused("malformed", "The license file has other members.")
    return ".".join(_text(parts, name) for name in ("protected", "payload", "signature"))


def _decode(text: str) -> bytes | None:
    """The bytes of unpadded base64url; None unless it is the only text for them."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    return raw if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text else None


def _read(text: str, kind: str, members: set[str]) -> _Signed:
    parts = text.split(".") if len(text) <= MAX_CHARACTERS else []
    raw = [_decode(part) for part in parts]
    if len(raw) != SEGMENTS or raw[0] is None or raw[1] is None or raw[2] is None:
        raise _refused("malformed", "The document does not have three parts of base64url.")
    header = _object(raw[0])
    if header.get("typ") != kind:
        raise _refused("wrong_type", "The document is of another kind.")
    if header.get("alg") != "Ed25519":
        raise _refused("wrong_algorithm", "The document is not signed with Ed25519.")
    if set(header) != members or not all(isinstance(value, str) for value in header.values()):
        raise _refused("malformed", "The document's header has other members.")
    return _Signed(header, raw[1], f"{parts[0]}.{parts[1]}".encode(), raw[2])


def _object(raw: bytes) -> dict[str, Any]:
    """A JSON object that names nothing twice."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            message = "a member stands twice"
            raise ValueError(message)
        return found

    try:
        value = json.loads(raw.decode(), object_pairs_hook=members)
    except (ValueError, RecursionError) as error:
        raise _refused("malformed", "The document is not JSON.") from error
    if not isinstance(value, dict):
        raise _refused("malformed", "The document is not a JSON object.")
    return value


def _name_key(public_key: str) -> str:
    """The `kid` of a public key (RFC 7638, section 3)."""
    canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{public_key}"}}'
    digest = hashlib.sha256(canonical.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _check_signature(signed: _Signed, public_key: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    raw = _decode(public_key)
    if raw is None or len(raw) != KEY_BYTES:
        raise _refused("malformed", "A public key is 43 characters of base64url.")
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signed.signature, signed.signed)
    except InvalidSignature as error:
        raise _refused("bad_signature", "The signature does not hold.") from error


def _check_mode(claims: Mapping[str, Any], *, allow_test: bool) -> None:
    if claims.get("mode") != "live" and not allow_test:
        raise _refused("wrong_mode", "The document is of test mode.")


def _check_product(claims: Mapping[str, Any], product: str) -> None:
    if product not in (_text(claims, "product"), _text(claims, "product_code")):
        raise _refused("wrong_product", "The document is for another product.")


def _check_machine(claims: Mapping[str, Any], fingerprint: str | None) -> None:
    bound = claims.get("fp")
    if bound is None:
        return
    digest = _decode(bound) if isinstance(bound, str) else None
    own = hashlib.sha256((fingerprint or "").encode()).digest()
    is_same = (
        digest is not None
        and fingerprint is not None
        and len(digest) in DIGEST_BYTES
        and hmac.compare_digest(own[: len(digest)], digest)
    )
    if not is_same:
        raise _refused("wrong_fingerprint", "The document is for another machine.")


def _check_begun(claims: Mapping[str, Any], name: str, now: float) -> None:
    if now < _number(claims, name) - LEEWAY_SECONDS:
        raise _refused("not_yet", "The document is not valid yet.")


def _granted(claims: Mapping[str, Any], now: float) -> tuple[str, ...]:
    """Codes of the features that have not ended."""
    items = claims.get("entitlements")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise _refused("malformed", "The document lacks `entitlements`.")
    return tuple(
        _text(item, "code")
        for item in items
        if item.get("expires_at") is None or now < _number(item, "expires_at")
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        raise _refused("malformed", f"The document lacks `{name}`.")
    return value


def _number(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int or not 0 <= value < MAX_NUMBER:
        raise _refused("malformed", f"The document lacks `{name}`.")
    return value
