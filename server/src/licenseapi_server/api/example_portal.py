"""What the customer portal answers, as examples."""

from licenseapi_server.api.example_ids import (
    ACTIVATION_ID,
    CUSTOMER_ID,
    LICENSE_ID,
    LICENSE_KEY,
    PRODUCT_ID,
    TOKEN_ID,
    TOKEN_TEXT,
)
from licenseapi_server.api.management.portal import PortalLicense
from licenseapi_server.api.runtime import leaks, portal
from licenseapi_server.domain.limits import Limits
from licenseapi_server.domain.portal import SESSION_SECONDS
from licenseapi_server.domain.scopes import PORTAL_SCOPES

CREATED = "2026-03-02T09:30:00Z"

EXAMPLES = (
    leaks.LeakReported(),
    portal.LinkRequested(),
    portal.PortalSession(
        access_token=TOKEN_TEXT,
        expires_in=SESSION_SECONDS,
        scope=" ".join(sorted(PORTAL_SCOPES)),
        token_id=TOKEN_ID,
        customer_id=CUSTOMER_ID,
    ),
    portal.EndedSession(token_id=TOKEN_ID),
    PortalLicense(
        id=LICENSE_ID,
        name="Studio",
        status="active",
        key_hint=f"…{LICENSE_KEY[-5:]}",
        product_id=PRODUCT_ID,
        product_name="Paint",
        starts_at=None,
        expires_at="2027-03-02T09:30:00Z",
        ends_at="2027-03-09T09:30:00Z",
        limits=Limits(max_activations=3),
        activation_count=1,
        metadata={},
        created_at=CREATED,
    ),
    portal.PortalActivation(
        id=ACTIVATION_ID,
        license_id=LICENSE_ID,
        fingerprint="6f9619ff-8b86",
        name="Dora's laptop",
        hostname="dora-laptop",
        platform="Ubuntu 24.04",
        activated_at=CREATED,
        last_seen_at="2026-03-09T14:05:00Z",
        ended_at="2026-03-09T14:05:00Z",
        ended_reason=portal.RELEASED,
    ),
)
