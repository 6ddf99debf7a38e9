"""License files: a long-lived signed document by which a license holds without the server."""

import base64
import binascii
import re
from typing import Any

import msgspec

from licenseapi_server.domain.durations import add_duration, parse_duration
from licenseapi_server.domain.instants import SECOND
from licenseapi_server.domain.signed_documents import (
    GrantedUntil,
    Trust,
    check_begun,
    check_machine,
    granted_now,
    open_document,
    optional_text,
)
from licenseapi_server.domain.signed_texts import (
    DOCUMENT_HEADER,
    DocumentRefusedError,
    decode_object,
    number_claim,
    read_compact,
    text_claim,
)

# NOTE format `license+jws`: armor around the base64 of a flattened JWS `{payload, protected,
# signature}`, header `{alg, kid, statement, typ}`, payload `{iss, jti, sub, product,
# product_code, mode, activation, fp, license, limits, entitlements: [{code, expires_at}], iat,
# nbf, exp}`; times in whole seconds. Members may be added to the payload: readers ignore what
# they do not know. What would change the meaning of a member is another `typ`. The three parts
# joined by dots are the same document for a QR code.
FILE_TYPE = "license+jws"
BEGIN, END = "-----BEGIN LICENSE FILE-----", "-----END LICENSE FILE-----"
LINE = 64
MAX_CHARACTERS = 256 << 10
_ARMOR = re.compile(rf"{BEGIN}\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+){END}")
_PARTS = ("payload", "protected", "signature")


class FileTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What bounds a license file: the policy's span, and ends in microseconds."""

    max_ttl: str
    ttl_seconds: int | None = None
    latest_end: int | None = None
    statement_end: int | None = None


def plan_file(terms: FileTerms, now: int) -> int:
    """When a file that is made now ends: the policy caps it, never the caller alone."""
    ends = [add_duration(now, parse_duration(terms.max_ttl))]
    if terms.ttl_seconds is not None:
        ends.append(now + terms.ttl_seconds * SECOND)
    ends += [end for end in (terms.latest_end, terms.statement_end) if end is not None]
    return min(ends)


def armor(compact: str) -> str:
    """The file's text around a signed document."""
    protected, payload, signature = compact.split(".")
    parts = {"payload": payload, "protected": protected, "signature": signature}
    text = base64.b64encode(msgspec.json.encode(parts)).decode()
    lines = [text[start : start + LINE] for start in range(0, len(text), LINE)]
    return "\n".join([BEGIN, *lines, END, ""])


def remove_armor(text: str) -> str:
    """The signed document in a file's text, or in a QR code. Raises DocumentRefusedError."""
    trimmed = text.strip(" \t\r\n")
    if len(trimmed) > MAX_CHARACTERS:
        raise DocumentRefusedError("malformed", "The license file is too long.")
    if not trimmed.startswith("-"):
        return trimmed
    found = _ARMOR.fullmatch(trimmed)
    if found is None:
        raise DocumentRefusedError("malformed", "The license file has lost a part.")
    body = re.sub(r"[\r\n]", "", found[1])
    try:
        raw = base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise DocumentRefusedError("malformed", "The license file is not base64.") from error
    parts = decode_object(raw)
    is_whole = sorted(parts) == list(_PARTS) and base64.b64encode(raw).decode() == body
    if not is_whole or not all(isinstance(part, str) for part in parts.values()):
        raise DocumentRefusedError("malformed", "The license file has other members.")
    return f"{parts['protected']}.{parts['payload']}.{parts['signature']}"


class VerifiedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A verified license file; instants in microseconds. `license` and `limits` as in the API."""

    id: str
    license_id: str
    product_id: str
    activation_id: str | None
    license: dict[str, Any]
    limits: dict[str, Any]
    entitlements: tuple[GrantedUntil, ...]
    issued_at: int
    expires_at: int


def verify_license_file(text: str, trust: Trust, *, fingerprint: str | None = None) -> VerifiedFile:
    """The license in a file, if it holds for this product and machine now.

    Raises DocumentRefusedError.
    """
    signed = read_compact(remove_armor(text), FILE_TYPE, MAX_CHARACTERS, DOCUMENT_HEADER)
    claims = open_document(signed, "file", trust)
    if trust.revocations is not None and text_claim(claims, "jti") in trust.revocations.files:
        raise DocumentRefusedError("revoked", "The license file has been revoked.")
    check_machine(claims, fingerprint)
    check_begun(claims, "nbf", trust.now)
    expires_at = number_claim(claims, "exp") * SECOND
    if trust.now >= expires_at:
        raise DocumentRefusedError("expired", "The license file has expired.")
    license_, limits = claims.get("license"), claims.get("limits")
    if not isinstance(license_, dict) or not isinstance(limits, dict):
        raise DocumentRefusedError("malformed", "The license file says nothing of a license.")
    return VerifiedFile(
        id=text_claim(claims, "jti"),
        license_id=text_claim(claims, "sub"),
        product_id=text_claim(claims, "product"),
        activation_id=optional_text(claims, "activation"),
        license=license_,
        limits=limits,
        entitlements=granted_now(claims, trust.now),
        issued_at=number_claim(claims, "iat") * SECOND,
        expires_at=expires_at,
    )
