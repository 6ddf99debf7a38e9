"""Permits: a short-lived signed word that an app may run, which survives an outage.

An app trusts the permit that carries the nonce it sent, never the JSON around it: a fake
server on the customer's machine can write JSON, not a signature.
"""

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
    optional_time,
)
from licenseapi_server.domain.signed_texts import (
    DOCUMENT_HEADER,
    DocumentRefusedError,
    number_claim,
    read_compact,
    text_claim,
)

# NOTE format `lic+jwt`: a compact JWS, header `{alg, kid, statement, typ}`, payload `{iss, sub,
# product, product_code, mode, activation, fp, code, entitlements: [{code, expires_at}], nonce,
# iat, exp, grace_until, next_check_at}`; times in whole seconds. Members may be added: readers
# ignore what they do not know. What would change the meaning of a member is another `typ`.
PERMIT_TYPE = "lic+jwt"
MAX_CHARACTERS = 64 << 10


class PermitTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What bounds a permit: the policy's spans, and ends in microseconds.

    `latest_end` is where the license ends, `seat_end` the lease; neither an outage nor a
    permit outlives them. A check-in that is due ends the permit, but not its grace.
    """

    permit_ttl: str
    outage_grace: str
    latest_end: int | None = None
    seat_end: int | None = None
    check_in_due_at: int | None = None
    statement_end: int | None = None


def plan_permit(terms: PermitTerms, now: int) -> tuple[int, int]:
    """Until when a permit issued now runs, and until when it does while nobody answers."""
    hard = [
        end for end in (terms.latest_end, terms.seat_end, terms.statement_end) if end is not None
    ]
    own = [add_duration(now, parse_duration(terms.permit_ttl))]
    if terms.check_in_due_at is not None:
        own.append(terms.check_in_due_at)
    expires_at = min(*own, *hard) if hard else min(own)
    grace_until = add_duration(expires_at, parse_duration(terms.outage_grace))
    return expires_at, min([grace_until, *hard])


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """A verified permit; instants in microseconds.

    `is_in_grace`: its time is over, and it counts only because the server cannot be reached.
    """

    license_id: str
    product_id: str
    activation_id: str | None
    code: str
    entitlements: tuple[GrantedUntil, ...]
    nonce: str | None
    issued_at: int
    expires_at: int
    grace_until: int
    next_check_at: int | None
    is_in_grace: bool


def verify_permit(
    text: str,
    trust: Trust,
    *,
    fingerprint: str | None = None,
    nonce: str | None = None,
    is_unreachable: bool = False,
) -> Permit:
    """The permit, if it holds. Raises DocumentRefusedError.

    Give the `nonce` that was sent when the permit has just arrived. `is_unreachable`: nobody
    answers, so that the permit holds until its `grace_until`.
    """
    signed = read_compact(text, PERMIT_TYPE, MAX_CHARACTERS, DOCUMENT_HEADER)
    claims = open_document(signed, "permit", trust)
    if nonce is not None and claims.get("nonce") != nonce:
        raise DocumentRefusedError("wrong_nonce", "The permit answers another question.")
    check_machine(claims, fingerprint)
    check_begun(claims, "iat", trust.now)
    permit = _read(claims, trust.now)
    last = permit.grace_until if is_unreachable else permit.expires_at
    if trust.now >= max(last, permit.expires_at):
        raise DocumentRefusedError("expired", "The permit has expired.")
    return permit


def _read(claims: dict[str, Any], now: int) -> Permit:
    expires_at = number_claim(claims, "exp") * SECOND
    return Permit(
        license_id=text_claim(claims, "sub"),
        product_id=text_claim(claims, "product"),
        activation_id=optional_text(claims, "activation"),
        code=text_claim(claims, "code"),
        entitlements=granted_now(claims, now),
        nonce=optional_text(claims, "nonce"),
        issued_at=number_claim(claims, "iat") * SECOND,
        expires_at=expires_at,
        grace_until=number_claim(claims, "grace_until") * SECOND,
        next_check_at=optional_time(claims, "next_check_at"),
        is_in_grace=now >= expires_at,
    )
