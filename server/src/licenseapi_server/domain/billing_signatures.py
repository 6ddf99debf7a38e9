"""How billing providers sign their deliveries: an HMAC over the bytes that were sent.

Stripe `t=…,v1=…` over `t.body`; Paddle `ts=…;h1=…` over `ts:body`; Lemon Squeezy a bare digest
over the body; our generic form is Stripe's in a header of its own.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence

import msgspec

from licenseapi_server.domain.billing import Provider
from licenseapi_server.domain.instants import MINUTE, SECOND

TOLERANCE = 5 * MINUTE
MAX_HEADER = 1_024
MAX_SIGNATURES = 8
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{1,11}")
# So that an account without a secret costs the same work as one with another secret.
_NOBODYS_SECRET = b"\0"


class Form(msgspec.Struct, frozen=True):
    """Header, separator of its parts, names of time and digest, and what joins time and body."""

    header: str
    separator: str
    time: str
    digest: str
    joint: str


FORMS: dict[Provider, Form] = {
    "stripe": Form("Stripe-Signature", ",", "t", "v1", "."),
    "paddle": Form("Paddle-Signature", ";", "ts", "h1", ":"),
    "lemon_squeezy": Form("X-Signature", "", "", "", ""),
    "generic": Form("Billing-Signature", ",", "t", "v1", "."),
}


class Claim(msgspec.Struct, frozen=True):
    """What a signature header says: digests, each over `prefix` and the body."""

    prefix: bytes
    digests: tuple[str, ...]


def find_claim(provider: Provider, header: str, now: int) -> Claim | None:
    """The claim of a header; None when no body could make it true now.

    Bounded on both sides of now: a delivery from the future is a replay kept for later.
    """
    form = FORMS[provider]
    if len(header) > MAX_HEADER:
        return None
    if not form.separator:
        return _claim(b"", [header.strip().lower()])
    parts = [part.strip().partition("=") for part in header.split(form.separator)]
    times = [value for name, _, value in parts if name == form.time]
    if len(times) != 1 or not _TIME.fullmatch(times[0]):
        return None
    if abs(now - int(times[0]) * SECOND) > TOLERANCE:
        return None
    digests = [value for name, _, value in parts if name == form.digest]
    return _claim(f"{times[0]}{form.joint}".encode(), digests)


def is_signed(claim: Claim, content: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether one of the secrets made one of the digests. All are compared, in constant time."""
    text = claim.prefix + content
    # One digest for each secret, however many a stranger claims.
    made = [sign(secret, text) for secret in secrets or (_NOBODYS_SECRET,)]
    found = [hmac.compare_digest(each, digest) for each in made for digest in claim.digests]
    return bool(secrets) and any(found)


def sign(secret: bytes, text: bytes) -> str:
    """The digest in hex."""
    return hmac.new(secret, text, hashlib.sha256).hexdigest()


def _claim(prefix: bytes, digests: list[str]) -> Claim | None:
    shaped = [digest for digest in digests if _DIGEST.fullmatch(digest)]
    if not shaped or len(shaped) > MAX_SIGNATURES:
        return None
    return Claim(prefix, tuple(shaped))
