"""The permit of a validation: what it says, until when, signed by the key for permits."""

import msgspec

from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.runtime.license_view import entitlements_at
from licenseapi_server.api.runtime.rows import LicenseRow
from licenseapi_server.domain.facts import Facts
from licenseapi_server.domain.instants import SECOND
from licenseapi_server.domain.key_pairs import encode_bytes
from licenseapi_server.domain.may import latest_end
from licenseapi_server.domain.permits import PERMIT_TYPE, PermitTerms, plan_permit
from licenseapi_server.domain.signed_documents import sign_document
from licenseapi_server.domain.tokens import issuer_of


class PermitAsked(msgspec.Struct, frozen=True):
    """The valid answer that is to be signed: its facts and code, and the machine it is for.

    `activation` is the id of the living activation, and the digest of its fingerprint.
    """

    facts: Facts
    code: str
    nonce: str | None
    next_check_at: int | None
    activation: tuple[str, bytes] | None


async def sign_permit(call: AnyCall, row: LicenseRow, asked: PermitAsked) -> str:
    """The permit as a compact JWS."""
    now, facts = call.now, asked.facts
    owner = (call.principal.account_id, call.principal.mode)
    signer = await call.key_ring.documents.find_signer(owner, "permit", now)
    terms = PermitTerms(
        permit_ttl=row.policy.permit_ttl,
        outage_grace=row.policy.outage_grace,
        latest_end=latest_end(facts),
        seat_end=None if facts.lease is None else facts.lease.expires_at,
        check_in_due_at=facts.check_in_due_at,
        statement_end=signer.statement_expires_at,
    )
    expires_at, grace_until = plan_permit(terms, now)
    activation_id, fingerprint = asked.activation or (None, None)
    claims = {
        "iss": issuer_of(call.deployment.settings.public_url, *owner),
        "sub": row.id,
        "product": row.product_id,
        "product_code": row.policy.product_code,
        "mode": owner[1],
        "activation": activation_id,
        "fp": None if fingerprint is None else encode_bytes(fingerprint),
        "code": asked.code,
        "entitlements": [
            {"code": item.code, "expires_at": _seconds(item.expires_at)}
            for item in entitlements_at(row, now)
        ],
        "nonce": asked.nonce,
        "iat": now // SECOND,
        "exp": expires_at // SECOND,
        "grace_until": grace_until // SECOND,
        "next_check_at": _seconds(asked.next_check_at),
    }
    return sign_document(PERMIT_TYPE, claims, (signer.kid, signer.key), signer.statement)


def _seconds(instant: int | None) -> int | None:
    return None if instant is None else instant // SECOND
