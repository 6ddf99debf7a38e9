"""Documents that hold without the server: what permits, license files and lists have in common.

A document carries the statement of a root about the key that signed it: whoever has the root
needs nothing else. Verification always names the product, so that a file for one product of a
vendor never opens another.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from joserfc import jws
from joserfc.jwk import OKPKey
from joserfc.registry import HeaderParameter

from licenseapi_server.domain.instants import SECOND
from licenseapi_server.domain.key_pairs import DocumentUse, decode_bytes
from licenseapi_server.domain.key_statements import LEEWAY, open_vouched
from licenseapi_server.domain.machine_digests import has_fingerprint
from licenseapi_server.domain.revocation_lists import Revocations
from licenseapi_server.domain.signed_texts import (
    ALGORITHM,
    DocumentRefusedError,
    SignedText,
    number_claim,
    text_claim,
)

_REGISTRY = jws.JWSRegistry(
    header_registry={"statement": HeaderParameter("Statement about the key", "str")},
    algorithms=[ALGORITHM],
)


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """What an app knows by itself: its roots (43 characters each), its product, the time.

    `product` is an id or a code. Documents of test mode hold with `allow_test` alone.
    """

    roots: tuple[str, ...]
    product: str
    now: int
    allow_test: bool = False
    revocations: Revocations | None = None


class GrantedUntil(msgspec.Struct, frozen=True):
    """A feature in a document, and until when; None is as long as the document."""

    code: str
    expires_at: int | None


def sign_document(
    kind: str, claims: Mapping[str, Any], signer: tuple[str, OKPKey], statement: str
) -> str:
    """The document as a compact JWS. `signer` is the name of the key, and the key."""
    header = {"alg": ALGORITHM, "kid": signer[0], "statement": statement, "typ": kind}
    payload = msgspec.json.encode(claims)
    return jws.serialize_compact(header, payload, signer[1], registry=_REGISTRY)


def open_document(signed: SignedText, use: DocumentUse, trust: Trust) -> dict[str, Any]:
    """What a document for this product says. Raises DocumentRefusedError."""
    vouched = open_vouched(signed, use, trust.roots, trust.now, allow_test=trust.allow_test)
    claims = vouched.claims
    if trust.product not in (text_claim(claims, "product"), text_claim(claims, "product_code")):
        raise DocumentRefusedError("wrong_product", "The document is for another product.")
    revoked = trust.revocations
    if revoked is not None and vouched.kid in revoked.keys:
        raise DocumentRefusedError("revoked", "The key that signed the document is revoked.")
    if revoked is not None and text_claim(claims, "sub") in revoked.licenses:
        raise DocumentRefusedError("revoked", "The license has been revoked.")
    return claims


def check_begun(claims: Mapping[str, Any], name: str, now: int) -> None:
    """Raise DocumentRefusedError before its time, as far as a wrong clock can tell."""
    if now < number_claim(claims, name) * SECOND - LEEWAY:
        raise DocumentRefusedError("not_yet", "The document is not valid yet.")


def check_machine(claims: Mapping[str, Any], fingerprint: str | None) -> None:
    """Raise DocumentRefusedError when it is bound to another machine."""
    bound = claims.get("fp")
    if bound is None:
        return
    digest = decode_bytes(bound) if isinstance(bound, str) else None
    if digest is None or fingerprint is None or not has_fingerprint(digest, fingerprint):
        raise DocumentRefusedError("wrong_fingerprint", "The document is for another machine.")


def granted_now(claims: Mapping[str, Any], now: int) -> tuple[GrantedUntil, ...]:
    """The features that have not ended. Raises DocumentRefusedError."""
    items = claims.get("entitlements")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise DocumentRefusedError("malformed", "The document lacks `entitlements`.")
    granted = [
        GrantedUntil(text_claim(item, "code"), optional_time(item, "expires_at")) for item in items
    ]
    return tuple(item for item in granted if item.expires_at is None or now < item.expires_at)


def optional_time(claims: Mapping[str, Any], name: str) -> int | None:
    """An instant that may be null, in seconds there, in microseconds here."""
    return None if claims.get(name) is None else number_claim(claims, name) * SECOND


def optional_text(claims: Mapping[str, Any], name: str) -> str | None:
    """A text that may be null."""
    return None if claims.get(name) is None else text_claim(claims, name)
