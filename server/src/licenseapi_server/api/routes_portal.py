"""The endpoints of the customer portal: who has opened a mailed link sees their own licenses."""

from typing import Any

from licenseapi_server.api.call import Page
from licenseapi_server.api.management import portal as lists
from licenseapi_server.api.management.pages import PageQuery
from licenseapi_server.api.registry import Route
from licenseapi_server.api.runtime import portal

# Asking for a link and opening it need no credential: whoever reads the mail gets in.
_PUBLIC: dict[str, Any] = {
    "method": "POST",
    "scope": None,
    "is_runtime": True,
    "is_counted": False,
    "max_body": 4096,
}
_OWN: dict[str, Any] = {
    "credentials": frozenset({"portal"}),
    "is_for_browsers": True,
    "is_counted": False,
}
_LINK: dict[str, Any] = {
    **_PUBLIC,
    "body": portal.LinkRequest,
    "answer": portal.LinkRequested,
    "status": 202,
    "errors": ("not_found",),
    "example": {"email": "dora@example.com"},
}

PORTAL: tuple[Route, ...] = (
    Route(
        name="portal.request_link",
        path="/v1/portal/{account_id}/links",
        summary="Mail a customer a link to their licenses",
        description=(
            "Answers 202 whether or not there is a customer with this address. A link works "
            "once, for 15 minutes; an address gets at most three mails an hour."
        ),
        handler=portal.request_live_link,
        **_LINK,
    ),
    Route(
        name="portal.request_test_link",
        path="/v1/portal/{account_id}/test/links",
        summary="Mail a customer of test mode a link",
        handler=portal.request_test_link,
        **_LINK,
    ),
    Route(
        name="portal.create_session",
        path="/v1/portal/sessions",
        summary="Open a mailed link",
        description=(
            "Uses the link up. The answer is a token for the other portal routes: of one "
            "customer, for 30 minutes."
        ),
        handler=portal.create_session,
        body=portal.LinkToken,
        answer=portal.PortalSession,
        status=201,
        errors=("link_refused",),
        example={"token": "cGxlYXNlLWFzay1mb3ItYS1saW5rLW9mLXlvdXItb3du"},
        **_PUBLIC,
    ),
    Route(
        name="portal.end_session",
        method="POST",
        path="/v1/portal/sessions/end",
        summary="Leave the portal",
        handler=portal.end_session,
        scope="portal:read",
        answer=portal.EndedSession,
        is_runtime=True,
        **_OWN,
    ),
    Route(
        name="portal.licenses",
        method="GET",
        path="/v1/portal/licenses",
        summary="List the customer's own licenses",
        handler=lists.licenses,
        scope="portal:read",
        query=PageQuery,
        answer=Page[lists.PortalLicense],
        **_OWN,
    ),
    Route(
        name="portal.activations",
        method="GET",
        path="/v1/portal/licenses/{id}/activations",
        summary="List the machines of an own license",
        handler=lists.activations,
        scope="portal:read",
        query=lists.PortalActivationQuery,
        answer=Page[portal.PortalActivation],
        errors=("not_found",),
        **_OWN,
    ),
    Route(
        name="portal.release",
        method="POST",
        path="/v1/portal/activations/{id}/release",
        summary="Free the seat of an own machine",
        description=(
            "Within the policy's `deactivation_cooldown` and `max_deactivations`, whatever the "
            "state of the license. A repeat changes nothing."
        ),
        handler=portal.release,
        scope="portal:release",
        answer=portal.PortalActivation,
        is_runtime=True,
        errors=("not_found", "cooldown_running", "deactivation_limit_reached"),
        **_OWN,
    ),
)
