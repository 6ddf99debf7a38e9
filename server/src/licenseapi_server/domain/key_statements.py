"""Key statements: a root says which key signs what, and for how long.

Apps embed roots alone, and never trust a key that they have fetched.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from joserfc import jws
from joserfc.jwk import OKPKey

from licenseapi_server.domain.instants import DAY, MINUTE, SECOND
from licenseapi_server.domain.key_pairs import KEY_BYTES, decode_bytes, name_key
from licenseapi_server.domain.signed_texts import (
    ALGORITHM,
    DocumentRefusedError,
    SignedText,
    check_signature,
    decode_object,
    read_compact,
    text_claim,
)

# NOTE format `key+jws`: a compact JWS by a root, header exactly `{alg, kid, typ}`, payload
# exactly `{kid, jwk: {kty, crv, x}, use, mode, nbf, exp}` in this order, without spaces; times
# in whole seconds. A signed license key carries only what of it cannot be known beforehand, so
# neither order nor members ever change: what says more is another `typ`. Apps refuse a `use`
# that they did not ask for.
STATEMENT_TYPE = "key+jws"
# Half of it remains when the next statement for the same key begins: no document is cut short.
LIFE = 3_652 * DAY
# Clocks of customers' machines are wrong, mostly by minutes.
LEEWAY = 5 * MINUTE
MAX_CHARACTERS = 1_024


class Statement(msgspec.Struct, frozen=True):
    """What a root says of a key; instants in microseconds."""

    kid: str
    public_key: str
    use: str
    mode: str
    not_before: int
    expires_at: int


class _Jwk(msgspec.Struct, forbid_unknown_fields=True):
    kty: str
    crv: str
    x: str


class _Payload(msgspec.Struct, forbid_unknown_fields=True):
    kid: str
    jwk: _Jwk
    use: str
    mode: str
    nbf: int
    exp: int


def plan_statement(created_at: int, now: int) -> tuple[int, int]:
    """From when and until when the statement in force now says that a key signs.

    It follows from the key's age alone, so that every process writes the same statement.
    """
    began = created_at - created_at % DAY
    renewals = max(0, now - began) // (LIFE // 2)
    not_before = began + renewals * (LIFE // 2)
    return not_before, not_before + LIFE


def encode_statement(statement: Statement) -> bytes:
    """The payload, byte for byte as every reader expects it."""
    jwk = _Jwk("OKP", "Ed25519", statement.public_key)
    times = (statement.not_before // SECOND, statement.expires_at // SECOND)
    payload = _Payload(statement.kid, jwk, statement.use, statement.mode, *times)
    return msgspec.json.encode(payload)


def sign_statement(statement: Statement, root: OKPKey, root_kid: str) -> str:
    """The statement as a compact JWS of the root."""
    header = {"alg": ALGORITHM, "kid": root_kid, "typ": STATEMENT_TYPE}
    return jws.serialize_compact(header, encode_statement(statement), root, algorithms=[ALGORITHM])


def verify_statement(text: str, roots: Sequence[str], use: str, now: int) -> Statement:
    """The statement, if a root signed it for this use and time. Raises DocumentRefusedError."""
    signed = read_compact(text, STATEMENT_TYPE, MAX_CHARACTERS, frozenset({"alg", "kid", "typ"}))
    statement = check_root(signed, roots)
    if statement.use != use:
        raise DocumentRefusedError("wrong_use", "The key may not sign documents of this kind.")
    if now >= statement.expires_at:
        raise DocumentRefusedError("statement_expired", "The key's time to sign is over.")
    if now < statement.not_before - LEEWAY:
        raise DocumentRefusedError("not_yet", "The key's time to sign has not begun.")
    return statement


class Vouched(msgspec.Struct, frozen=True):
    """What a document says, and the name of the key that said so for the root."""

    kid: str
    claims: dict[str, Any]


def open_vouched(
    signed: SignedText, use: str, roots: Sequence[str], now: int, *, allow_test: bool
) -> Vouched:
    """What a document says, once statement, key, signature and mode hold.

    Raises DocumentRefusedError.
    """
    statement = verify_statement(signed.header["statement"], roots, use, now)
    if statement.kid != signed.header["kid"]:
        raise DocumentRefusedError("wrong_kid", "The statement is about another key.")
    check_signature(signed, statement.public_key)
    claims = decode_object(signed.payload)
    mode = text_claim(claims, "mode")
    if mode != statement.mode or (mode != "live" and not allow_test):
        raise DocumentRefusedError("wrong_mode", "The document is of test mode.")
    return Vouched(statement.kid, claims)


def check_root(signed: SignedText, roots: Sequence[str]) -> Statement:
    """What one of the roots says here. Raises DocumentRefusedError."""
    by_name = {name_key(root): root for root in roots}
    root = by_name.get(signed.header["kid"])
    if root is None:
        raise DocumentRefusedError("unknown_root", "No embedded root has signed for the key.")
    check_signature(signed, root)
    try:
        payload = msgspec.json.decode(signed.payload, type=_Payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DocumentRefusedError("malformed", "The key statement cannot be read.") from error
    raw = decode_bytes(payload.jwk.x)
    if raw is None or len(raw) != KEY_BYTES or name_key(payload.jwk.x) != payload.kid:
        raise DocumentRefusedError("wrong_kid", "The key statement names another key.")
    statement = Statement(
        payload.kid,
        payload.jwk.x,
        payload.use,
        payload.mode,
        payload.nbf * SECOND,
        payload.exp * SECOND,
    )
    if encode_statement(statement) != signed.payload:
        raise DocumentRefusedError("malformed", "The key statement has another form.")
    return statement
