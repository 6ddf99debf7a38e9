"""One believable object of each kind that the API answers with; they fit together."""

from typing import Any

import msgspec

from licenseapi_server.api import example_keys, example_portal, example_seats
from licenseapi_server.api.example_billing import BILLING_EXAMPLES
from licenseapi_server.api.example_ids import (
    ACCOUNT_ID,
    API_KEY_ID,
    AUDIT_RECORD_ID,
    CUSTOMER_ID,
    DENIAL_ID,
    ENTITLEMENT_ID,
    EVENT_ID,
    KEY_HINT,
    LICENSE_ID,
    LICENSE_KEY,
    OTHER_KEY_ID,
    POLICY_ID,
    PRODUCT_ID,
    REQUEST_ID,
    SECRET_ID,
    TOKEN_ID,
    TOKEN_TEXT,
    USER_ID,
    VERSION_ID,
)
from licenseapi_server.api.management import (
    account,
    api_key_fields,
    attachments,
    audit_records,
    customers,
    denials,
    entitlements,
    events,
    license_fields,
    license_user_fields,
    policy_fields,
    product_versions,
    products,
    request_logs,
)
from licenseapi_server.api.response import API_VERSION
from licenseapi_server.api.runtime import (
    license_view,
    tokens,
    validation_fields,
)
from licenseapi_server.domain.limits import Limits
from licenseapi_server.domain.quotas import PLANS
from licenseapi_server.domain.scopes import CLIENT_TOKEN_SCOPES

CREATED = "2026-03-02T09:30:00Z"
EXPIRES = "2027-03-02T09:30:00Z"
ENDS = "2027-03-09T09:30:00Z"
ISSUER = f"https://licenses.example.com/v1/accounts/{ACCOUNT_ID}"
LIMITS = Limits(max_activations=3)
STAMPS: dict[str, Any] = {"created_at": CREATED, "updated_at": CREATED, "version": 1}
OWNED: dict[str, Any] = {"mode": "live", **STAMPS}
SCOPE = " ".join(CLIENT_TOKEN_SCOPES)

PRODUCT = products.Product(
    id=PRODUCT_ID,
    name="Paint",
    code="paint",
    platforms=["macos", "windows"],
    url="https://example.com/paint",
    metadata={},
    archived_at=None,
    **OWNED,
)
ATTACHED = attachments.AttachedEntitlement(
    id=ENTITLEMENT_ID, code="export.pdf", expires_at=None, max_leases=None
)
_RULES = policy_fields.NewPolicy(
    product_id=PRODUCT_ID, name="Yearly", duration="P1Y", grace_period="P7D", max_activations=3
)
POLICY = policy_fields.Policy(
    id=POLICY_ID,
    product_id=PRODUCT_ID,
    name="Yearly",
    offline=policy_fields.Offline(),
    entitlements=[ATTACHED],
    metadata={},
    archived_at=None,
    **{name: getattr(_RULES, name) for name in policy_fields.COLUMN_NAMES},
    **OWNED,
)
ENTITLEMENT = entitlements.Entitlement(
    id=ENTITLEMENT_ID,
    name="Export to PDF",
    code="export.pdf",
    metadata={},
    archived_at=None,
    **OWNED,
)
CUSTOMER = customers.Customer(
    id=CUSTOMER_ID,
    name="Ada Example",
    email="ada@example.com",
    external_id="crm-17",
    metadata={"region": "emea"},
    banned_at=None,
    ban_reason=None,
    **OWNED,
)
LICENSE = license_fields.License(
    id=LICENSE_ID,
    name="Ada's laptop",
    status="active",
    key_hint=f"…{LICENSE_KEY[-5:]}",
    previous_key_until=None,
    product_id=PRODUCT_ID,
    policy_id=POLICY_ID,
    customer_id=CUSTOMER_ID,
    starts_at=None,
    expires_at=EXPIRES,
    ends_at=ENDS,
    last_check_in_at=None,
    check_in_due_at=None,
    maintenance_ends_at=None,
    suspended_at=None,
    suspension_reason=None,
    revoked_at=None,
    revocation_reason=None,
    limits=LIMITS,
    overridden=[],
    entitlements=[],
    activation_count=0,
    user_count=0,
    last_validated_at="2026-03-09T08:12:00Z",
    metadata={"order": "1017"},
    private_metadata={},
    **OWNED,
)
PRODUCT_VERSION = product_versions.ProductVersion(
    id=VERSION_ID,
    mode="live",
    product_id=PRODUCT_ID,
    version="2.1.0",
    released_at=CREATED,
    created_at=CREATED,
    updated_at=CREATED,
)
LICENSE_USER = license_user_fields.LicenseUser(
    id=USER_ID,
    license_id=LICENSE_ID,
    name="Ada Example",
    email="ada@example.com",
    external_id="crm-17",
    customer_id=CUSTOMER_ID,
    metadata={},
    banned_at=None,
    ban_reason=None,
    **OWNED,
)
VALIDATED_LICENSE = license_view.ValidatedLicense(
    id=LICENSE_ID,
    name="Ada's laptop",
    status="active",
    key_hint=LICENSE.key_hint,
    product_id=PRODUCT_ID,
    policy_id=POLICY_ID,
    customer_id=CUSTOMER_ID,
    starts_at=None,
    expires_at=EXPIRES,
    ends_at=ENDS,
    last_check_in_at=None,
    check_in_due_at=None,
    maintenance_ends_at=None,
    limits=LIMITS,
    activation_count=0,
    user_count=0,
    metadata={"order": "1017"},
    created_at=CREATED,
)
VALIDATION = validation_fields.Validation(
    valid=True,
    code="VALID",
    detail="The license is valid.",
    warnings=[],
    license=VALIDATED_LICENSE,
    entitlements=[validation_fields.ValidationEntitlement("export.pdf", None)],
    nonce=None,
    validated_at="2026-03-09T08:12:31.402617Z",
    next_check_at=EXPIRES,
)
API_KEY = api_key_fields.ApiKey(
    id=API_KEY_ID,
    type="restricted",
    name="Web shop",
    hint=KEY_HINT,
    scopes=["licenses:read", "licenses:write"],
    product_ids=[],
    allowed_ips=[],
    expires_at=None,
    revoked_at=None,
    exposed_at=None,
    created_by_key=OTHER_KEY_ID,
    last_used_at="2026-03-09T08:12:00Z",
    last_ip="203.0.113.7",
    secrets=[
        api_key_fields.Secret(
            id=SECRET_ID,
            hint=KEY_HINT,
            created_at=CREATED,
            expires_at=None,
            last_used_at="2026-03-09T08:12:00Z",
        )
    ],
    **OWNED,
)
REQUEST = request_logs.RequestLogEntry(
    id=REQUEST_ID,
    mode="live",
    credential_type="restricted",
    key_id=API_KEY_ID,
    token_id=None,
    operation="licenses.validate",
    method="POST",
    path="/v1/licenses/validate",
    status=429,
    code="rate_limited",
    license_id=None,
    ip="203.0.113.7",
    user_agent="Paint/3.2",
    is_replay=False,
    duration_us=412,
    created_at="2026-03-09T08:12:31.402617Z",
)
EVENT = events.Event(
    id=EVENT_ID,
    mode="live",
    type="license.renewed",
    license_id=LICENSE_ID,
    object_id=LICENSE_ID,
    data={"reason": "Invoice 1017", "from": EXPIRES, "to": "2028-03-02T09:30:00Z"},
    actor=API_KEY_ID,
    created_at="2026-03-09T14:05:00Z",
)
DENIAL = denials.Denial(
    id=DENIAL_ID,
    mode="live",
    license_id=LICENSE_ID,
    product_id=PRODUCT_ID,
    fingerprint="6f9619ff-8b86",
    code="NOT_ACTIVATED",
    operation="licenses.validate",
    count=12,
    created_at="2026-03-09T08:02:00Z",
    last_denied_at="2026-03-09T08:57:12.402617Z",
)
AUDIT_RECORD = audit_records.AuditRecord(
    id=AUDIT_RECORD_ID,
    mode="live",
    operation="products.update",
    actor_type="restricted",
    actor=API_KEY_ID,
    object_id=PRODUCT_ID,
    ip="203.0.113.7",
    request_id=REQUEST_ID,
    detail={
        "changes": [
            {
                "object": "Product",
                "id": PRODUCT_ID,
                "before": {"name": "Paint"},
                "after": {"name": "Paint Pro"},
            }
        ],
        "change_count": 1,
    },
    detail_digest="0fbc6e5b6b6ea6a6ac24b0b46b6ba29d12f6ed4ea4a2b1a8bd7e9f7d1d9b6e2a",
    number=217,
    seal="5d1a5c6b0e7f4a2c9b8d3e6f1a0c7b4d2e9f8a6b3c5d7e1f0a4b8c6d2e3f9a7b",
    created_at="2026-03-09T14:05:00Z",
)
ACCOUNT = account.Account(
    id=ACCOUNT_ID,
    name="Acme",
    plan="developer",
    api_version=API_VERSION,
    max_token_ttl_seconds=86_400,
    expiring_window_days=14,
    allowed_origins=[],
    portal_url=None,
    issuer=ISSUER,
    jwks_url=f"{ISSUER}/.well-known/jwks.json",
    **STAMPS,
)
USAGE = account.AccountUsage(
    mode="live",
    plan="developer",
    requests=account.Amount(used=217, limit=1_000),
    licenses=account.Amount(used=12, limit=100),
    period_start="2026-03-01T00:00:00Z",
    resets_at="2026-04-01T00:00:00Z",
)
ME = account.Me(
    account_id=ACCOUNT_ID,
    account_name="Acme",
    mode="live",
    plan="developer",
    key_id=API_KEY_ID,
    credential_type="restricted",
    scopes=["licenses:read", "licenses:write"],
    product_ids=[],
    limits=PLANS["developer"],
)
OBJECTS: dict[Any, msgspec.Struct] = {
    type(shown): shown
    for shown in (
        PRODUCT,
        PRODUCT_VERSION,
        POLICY,
        ENTITLEMENT,
        CUSTOMER,
        LICENSE,
        LICENSE_USER,
        VALIDATION,
        VALIDATED_LICENSE,
        *example_seats.EXAMPLES,
        EVENT,
        DENIAL,
        API_KEY,
        REQUEST,
        AUDIT_RECORD,
        ACCOUNT,
        USAGE,
        ME,
        tokens.AccessToken(access_token=TOKEN_TEXT, expires_in=900, scope=SCOPE, token_id=TOKEN_ID),
        tokens.Introspection(
            active=True,
            scope=SCOPE,
            client_id=API_KEY_ID,
            sub=LICENSE_ID,
            iss=ISSUER,
            jti=TOKEN_ID,
            iat=1_772_443_800,
            exp=1_772_444_700,
            token_type="Bearer",  # noqa: S106 - a scheme's name
            license_id=LICENSE_ID,
            mode="live",
        ),
        tokens.RevokedToken(),
        *example_keys.EXAMPLES,
        *example_portal.EXAMPLES,
        *BILLING_EXAMPLES,
    )
}
