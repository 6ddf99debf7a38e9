"""Revocation lists: what no longer holds although its signature does.

Fetched, or carried by hand. A list is believed if its number is not lower than the last.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from licenseapi_server.domain.instants import HOUR, SECOND
from licenseapi_server.domain.key_statements import open_vouched
from licenseapi_server.domain.signed_texts import (
    DOCUMENT_HEADER,
    DocumentRefusedError,
    number_claim,
    read_compact,
    text_claim,
)

# NOTE format `rl+jws`: a compact JWS, header `{alg, kid, statement, typ}`, payload `{iss, mode,
# number, iat, next_update, licenses, files, keys}`; times in whole seconds. Members may be
# added: readers ignore what they do not know. Nothing ever leaves a list for another meaning.
LIST_TYPE = "rl+jws"
MAX_CHARACTERS = 64 << 20
NEXT_UPDATE = 24 * HOUR


class Revocations(msgspec.Struct, frozen=True):
    """A verified list; instants in microseconds."""

    number: int
    mode: str
    issued_at: int
    next_update_at: int
    licenses: frozenset[str]
    files: frozenset[str]
    keys: frozenset[str]


def issue_hour(now: int) -> int:
    """When the list of this hour is issued: all processes sign the same one."""
    return now - now % HOUR


def list_claims(
    issuer: tuple[str, str], number: int, now: int, revoked: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """What a list says. `issuer` is the issuer and the mode; `revoked` names ids by kind."""
    issued = issue_hour(now)
    return {
        "iss": issuer[0],
        "mode": issuer[1],
        "number": number,
        "iat": issued // SECOND,
        "next_update": (issued + NEXT_UPDATE) // SECOND,
        "licenses": list(revoked["license"]),
        "files": list(revoked["file"]),
        "keys": list(revoked["key"]),
    }


def verify_revocations(
    text: str, roots: Sequence[str], now: int, *, allow_test: bool = False, least_number: int = 0
) -> Revocations:
    """The list, if it holds and is not older than `least_number`. Raises DocumentRefusedError."""
    signed = read_compact(text, LIST_TYPE, MAX_CHARACTERS, DOCUMENT_HEADER)
    vouched = open_vouched(signed, "revocations", roots, now, allow_test=allow_test)
    claims = vouched.claims
    if vouched.kid in _ids(claims, "keys"):
        raise DocumentRefusedError("revoked", "The list revokes the key that signed it.")
    number = number_claim(claims, "number")
    if number < least_number:
        raise DocumentRefusedError("old_list", "A newer list has been seen.")
    return Revocations(
        number,
        text_claim(claims, "mode"),
        number_claim(claims, "iat") * SECOND,
        number_claim(claims, "next_update") * SECOND,
        _ids(claims, "licenses"),
        _ids(claims, "files"),
        _ids(claims, "keys"),
    )


def _ids(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    values = claims.get(name)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise DocumentRefusedError("malformed", f"The list lacks `{name}`.")
    return frozenset(values)
