"""The customer portal: what the methods send, with which credential."""

from __future__ import annotations

import pytest
from edge import Edge, answers, refuses

from licenseapi import LicenseAPI, PortalActivation, PortalLicense
from licenseapi.error import APIError, ConflictError, PermissionDeniedError

SEAT = {"object": "activation", "id": "act_1", "ended_reason": "released"}


def test_links_need_no_key_and_sessions_are_one(edge: Edge) -> None:
    session = {"object": "portal_session", "access_token": "eyJ.e30.c2ln", "customer_id": "cus_1"}
    licenses = {"object": "list", "has_more": False, "data": [{"object": "license", "id": "lic_1"}]}
    edge.will(
        answers({"object": "portal_link_request"}),
        answers(session),
        answers(licenses),
        answers({**licenses, "data": [SEAT]}),
        answers(SEAT),
        answers({"object": "portal_session", "token_id": "tok_1", "ended": True}),
    )
    with LicenseAPI(api_base=edge.address) as anyone:
        anyone.portal.request_link("acct_1", email="dora@example.com")
        opened = anyone.portal.create_session(token="t")
        with pytest.raises(APIError):
            anyone.portal.licenses()
    with LicenseAPI(opened.access_token, edge.address) as customer:
        (license_,) = customer.portal.licenses()
        (seat,) = customer.portal.activations(license_.id, ended=False)
        released = customer.portal.release(seat.id)
        assert customer.portal.end_session().ended

    sent = [(one.method, one.path, one.content and one.body) for one in edge.asked]
    assert sent == [
        ("POST", "/v1/portal/acct_1/links", {"email": "dora@example.com"}),
        ("POST", "/v1/portal/sessions", {"token": "t"}),
        ("GET", "/v1/portal/licenses", b""),
        ("GET", "/v1/portal/licenses/lic_1/activations", b""),
        ("POST", "/v1/portal/activations/act_1/release", {}),
        ("POST", "/v1/portal/sessions/end", {}),
    ]
    shown = [asked.headers.get("authorization") for asked in edge.asked]
    assert shown == [None, None, *["Bearer eyJ.e30.c2ln"] * 4]
    assert isinstance(license_, PortalLicense)
    assert isinstance(released, PortalActivation)


def test_refusals_are_told(edge: Edge, client: LicenseAPI) -> None:
    edge.will(refuses(403, "link_refused"), refuses(409, "cooldown_running"))

    with pytest.raises(PermissionDeniedError, match="link_refused"):
        client.portal.create_session(token="t")
    with pytest.raises(ConflictError):
        client.portal.release("act_1")
