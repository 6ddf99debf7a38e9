"""Access tokens (JWT, RFC 9068): our own strict verifier and the claims that we mint.

joserfc signs and checks the signature; everything else that a verifier must refuse
(5-security, "Token verification, in this order") is decided here.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from joserfc import jws
from joserfc.jwk import ECKey

from licenseapi_server.domain import strict_json

MAX_TOKEN_CHARACTERS = 4096
LEEWAY_SECONDS = 30
MAX_TTL_SECONDS = 86_400
TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type
ALGORITHM = "ES256"
# Each could make a verifier trust the attacker's key or another reading of the bytes (RFC 8725).
REFUSED_HEADERS = frozenset({"crit", "b64", "jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256", "zip"})
SEGMENT = re.compile(r"[A-Za-z0-9_-]+")
# Our key ids are SHA-256 thumbprints (RFC 7638, section 3); nothing else is looked up.
KEY_ID = re.compile(r"[A-Za-z0-9_-]{43}")
MAX_NUMBER = 1 << 53
ACTIVATION_PREFIX = "act_"


class TokenRefusedError(ValueError):
    """The token is refused. The reason is for the log: callers always see the same 401."""


class Token(msgspec.Struct, frozen=True):
    """The claims of a token whose signature, issuer, audience and times hold."""

    kid: str
    account_id: str
    mode: str
    subject: str
    license_id: str
    product_id: str
    key_id: str
    gen: int
    jti: str
    scopes: tuple[str, ...]
    issued_at: int
    expires_at: int
    user: str | None = None
    # Whose portal it opens; such a token is for no license.
    customer_id: str = ""
    # The one machine that it speaks for; else it is for the license on any.
    activation_id: str = ""


class PublicKey(msgspec.Struct, frozen=True):
    """A published signing key: its account and mode decide which issuer it may speak for."""

    kid: str
    account_id: str
    mode: str
    key: ECKey


class _UnverifiedToken(msgspec.Struct, frozen=True):
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def _decode_segment(segment: str) -> bytes:
    if not SEGMENT.fullmatch(segment):
        message = "segment is not unpadded base64url"
        raise TokenRefusedError(message)
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except binascii.Error as error:
        message = "segment is not base64url"
        raise TokenRefusedError(message) from error
    # The last character may carry unused bits: two texts would be one token (T10).
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != segment:
        message = "segment is not canonical base64url"
        raise TokenRefusedError(message)
    return raw


def _decode_object(segment: str) -> dict[str, Any]:
    try:
        value = strict_json.decode(_decode_segment(segment).decode("utf-8"))
    except TokenRefusedError:
        raise
    except ValueError as error:
        message = "segment is not a JSON object"
        raise TokenRefusedError(message) from error
    if not isinstance(value, dict):
        message = "segment is not a JSON object"
        raise TokenRefusedError(message)
    return value


def _read(text: str) -> _UnverifiedToken:
    if len(text) > MAX_TOKEN_CHARACTERS:
        message = "token is too large"
        raise TokenRefusedError(message)
    parts = text.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        message = "token does not have three segments"
        raise TokenRefusedError(message)
    header = _decode_object(parts[0])
    if header.get("typ") != TOKEN_TYPE or header.get("alg") != ALGORITHM:
        message = "wrong typ or alg"
        raise TokenRefusedError(message)
    if REFUSED_HEADERS & header.keys():
        message = "refused header member"
        raise TokenRefusedError(message)
    kid = header.get("kid")
    if not isinstance(kid, str) or not KEY_ID.fullmatch(kid):
        message = "kid is missing or not one of ours"
        raise TokenRefusedError(message)
    claims = _decode_object(parts[1])
    signed = f"{parts[0]}.{parts[1]}".encode()
    return _UnverifiedToken(header, claims, signed, _decode_segment(parts[2]))


def read_kid(text: str) -> str:
    """The `kid` of a token in good shape; nothing of it is verified. Raises TokenRefusedError."""
    kid: str = _read(text).header["kid"]
    return kid


def verify_signature(text: str, key: PublicKey) -> Mapping[str, Any]:
    """The claims of a token that `key` signed. Raises TokenRefusedError.

    Only this result may be kept for later requests with the same text: claims that
    depend on time or on stored state are checked by `check_claims` each time.
    """
    token = _read(text)
    if token.header["kid"] != key.kid:
        message = "kid names another key"
        raise TokenRefusedError(message)
    algorithm = jws.JWSRegistry.algorithms[ALGORITHM]
    if not algorithm.verify(token.signed, token.signature, key.key):
        message = "signature does not hold"
        raise TokenRefusedError(message)
    return token.claims


def issuer_of(base_url: str, account_id: str, mode: str) -> str:
    """The issuer of an account and mode (4-http-api, Tokens)."""
    suffix = "/test" if mode == "test" else ""
    return f"{base_url}/v1/accounts/{account_id}{suffix}"


def _text_claim(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        message = f"claim {name} is missing or not a string"
        raise TokenRefusedError(message)
    return value


def _number_claim(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int or not 0 <= value < MAX_NUMBER:
        message = f"claim {name} is missing or not a whole number"
        raise TokenRefusedError(message)
    return value


def _audiences(claims: Mapping[str, Any]) -> list[str]:
    value = claims.get("aud")
    values = value if isinstance(value, list) else [value]
    texts = [item for item in values if isinstance(item, str)]
    if not texts or len(texts) != len(values):
        message = "claim aud is missing or not text"
        raise TokenRefusedError(message)
    return texts


def _check_times(issued_at: int, not_before: int, expires_at: int, now_seconds: float) -> None:
    if expires_at - issued_at > MAX_TTL_SECONDS or expires_at <= issued_at:
        message = "life is longer than allowed"
        raise TokenRefusedError(message)
    if now_seconds >= expires_at + LEEWAY_SECONDS:
        message = "token has expired"
        raise TokenRefusedError(message)
    if now_seconds < max(not_before, issued_at) - LEEWAY_SECONDS:
        message = "token is not valid yet"
        raise TokenRefusedError(message)


def check_claims(claims: Mapping[str, Any], key: PublicKey, base_url: str, now: int) -> Token:
    """Check every claim against the key that signed and the time. Raises TokenRefusedError."""
    if _text_claim(claims, "iss") != issuer_of(base_url, key.account_id, key.mode):
        message = "issuer is not the signing key's"
        raise TokenRefusedError(message)
    if base_url not in _audiences(claims):
        message = "audience is not this server"
        raise TokenRefusedError(message)
    if _text_claim(claims, "mode") != key.mode:
        message = "mode is not the signing key's"
        raise TokenRefusedError(message)
    times = [_number_claim(claims, name) for name in ("iat", "nbf", "exp")]
    _check_times(times[0], times[1], times[2], now / 1_000_000)
    user = claims.get("user")
    if user is not None and not isinstance(user, str):
        message = "claim user is not a string"
        raise TokenRefusedError(message)
    bound_to = _portal_binding(claims) if "customer" in claims else _license_binding(claims)
    return Token(
        kid=key.kid,
        account_id=key.account_id,
        mode=key.mode,
        subject=_text_claim(claims, "sub"),
        **bound_to,
        gen=_number_claim(claims, "gen"),
        jti=_text_claim(claims, "jti"),
        scopes=tuple(_text_claim(claims, "scope").split()),
        issued_at=times[0] * 1_000_000,
        expires_at=times[2] * 1_000_000,
        user=user,
    )


def _license_binding(claims: Mapping[str, Any]) -> dict[str, str]:
    """A token is its license's, or that of one activation of it: `sub` says which."""
    subject, license_id = _text_claim(claims, "sub"), _text_claim(claims, "license")
    is_of_machine = subject.startswith(ACTIVATION_PREFIX)
    if subject != license_id and not is_of_machine:
        message = "claim sub is neither the license nor an activation"
        raise TokenRefusedError(message)
    return {
        "license_id": license_id,
        "product_id": _text_claim(claims, "product"),
        "key_id": _text_claim(claims, "client_id"),
        "activation_id": subject if is_of_machine else "",
    }


def _portal_binding(claims: Mapping[str, Any]) -> dict[str, str]:
    """A portal session is its customer's and no license's: one token is never both."""
    customer_id = _text_claim(claims, "customer")
    if _text_claim(claims, "sub") != customer_id or "license" in claims:
        message = "claim customer does not fit the others"
        raise TokenRefusedError(message)
    return {
        "license_id": "",
        "product_id": "",
        "key_id": customer_id,
        "customer_id": customer_id,
    }


class SignatureCache:
    """Signature results by digest of the token text: ES256 costs 100 µs, a look-up 1 µs.

    Holds at most `capacity` entries and forgets all of them at once when full, so that
    a flood of tokens costs memory nothing and no entry outlives its use by much.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._claims: dict[bytes, tuple[str, Mapping[str, Any]]] = {}

    def verify(
        self, text: str, find_key: Callable[[str], PublicKey | None]
    ) -> tuple[PublicKey, Mapping[str, Any]]:
        """Key and claims of a well signed token. Raises TokenRefusedError, KeyError if unknown."""
        if len(text) > MAX_TOKEN_CHARACTERS:
            message = "token is too large"
            raise TokenRefusedError(message)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        known = self._claims.get(digest)
        kid = known[0] if known else read_kid(text)
        key = find_key(kid)
        if key is None:
            raise KeyError(kid)
        if known:
            return key, known[1]
        claims = verify_signature(text, key)
        if len(self._claims) >= self._capacity:
            self._claims.clear()
        self._claims[digest] = (kid, claims)
        return key, claims


def sign_token(claims: Mapping[str, Any], private_key: ECKey, kid: str) -> str:
    """The compact form of an access token (RFC 7515, section 3.1)."""
    header = {"typ": TOKEN_TYPE, "alg": ALGORITHM, "kid": kid}
    payload = msgspec.json.encode(claims)
    return jws.serialize_compact(header, payload, private_key, algorithms=[ALGORITHM])
