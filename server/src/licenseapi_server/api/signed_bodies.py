"""Bodies that carry their sender's signature: read as bytes, and only if the header can be true."""

from typing import Any

from licenseapi_server.api.call import SignedBody
from licenseapi_server.api.registry import Route
from licenseapi_server.api.request import Request, read_body
from licenseapi_server.domain.billing import PROVIDERS
from licenseapi_server.domain.billing_signatures import FORMS, find_claim
from licenseapi_server.domain.ids import is_id
from licenseapi_server.domain.problems import Problem


def refused(reason: str) -> Problem:
    """The one answer to whatever cannot be believed: it does not tell which accounts exist."""
    headers = {"WWW-Authenticate": 'Signature realm="licenseapi"'}
    return Problem("signature_refused", headers=headers, reason=reason)


async def read_signed_body(request: Request, route: Route, receive: Any) -> SignedBody:
    """The body with what its header claims. Raises Problem."""
    provider = next((each for each in PROVIDERS if each == request.ids[0]), None)
    if provider is None:
        raise Problem("not_found", reason="no such billing provider")
    header = request.header(FORMS[provider].header.lower().encode())
    claim = None if header is None else find_claim(provider, header, request.now)
    if claim is None or not is_id(request.ids[1], "acct"):
        raise refused("signature header cannot hold" if header else "no signature header")
    kind = request.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != b"application/json":
        raise Problem("unsupported_media_type")
    if request.length > route.max_body:
        raise Problem("body_too_large")
    return SignedBody(provider, claim, await read_body(receive, route.max_body))
