"""The account itself: its settings, what it has used of its plan, and who is asking."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from licenseapi_server.accounts import models
from licenseapi_server.api.call import AnyCall, Call, NoBody, NoQuery
from licenseapi_server.api.management.fields import Change, Name, changes_of, json_text
from licenseapi_server.api.management.rows import change_row
from licenseapi_server.api.patterns import shaped
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.quotas import Plan, month_bounds
from licenseapi_server.domain.scopes import ALL_SCOPES
from licenseapi_server.domain.tokens import issuer_of
from licenseapi_server.licensing import counters
from licenseapi_server.usage.models import RequestCounter

ORIGIN = "must be an origin like https://app.example.com, in lower case and without a path"
Origin = Annotated[
    str, Meta(max_length=200), shaped(r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$", ORIGIN)
]
Origins = Annotated[list[Origin], Meta(max_length=50)]
# Over http a link could be read on its way; to a page on the developer's own machine it may lead.
PORTAL_URL = "must be an address like https://acme.example.com/licenses, without # and spaces"
PortalUrl = Annotated[
    str,
    Meta(max_length=500),
    shaped(
        r"^(https://[A-Za-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?"
        r"([/?][^\s#\x00-\x1f\x7f\"<>\\]*)?$",
        PORTAL_URL,
    ),
]
TokenTtl = Annotated[int, Meta(ge=60, le=86_400)]
Days = Annotated[int, Meta(ge=0, le=365)]


class AccountChange(Change):
    """What may change of an account. Needs `account:write`, which no key has by itself."""

    name: Name | UnsetType = UNSET
    max_token_ttl_seconds: TokenTtl | UnsetType = UNSET
    expiring_window_days: Days | UnsetType = UNSET
    allowed_origins: Origins | UnsetType = UNSET
    portal_url: PortalUrl | UnsetType | None = UNSET


class Account(msgspec.Struct, kw_only=True):
    """An account as the API shows it."""

    id: str
    object: str = "account"
    name: str
    plan: str
    api_version: str | None
    max_token_ttl_seconds: int
    expiring_window_days: int
    allowed_origins: list[str]
    portal_url: str | None
    issuer: str
    jwks_url: str
    created_at: str
    updated_at: str
    version: int


class Amount(msgspec.Struct, kw_only=True):
    """What is used, and of how much; null is unlimited."""

    used: int
    limit: int | None


class AccountUsage(msgspec.Struct, kw_only=True):
    """Requests of this month and licenses, against the plan; `resets_at` is the month's end."""

    object: str = "account_usage"
    mode: str
    plan: str
    requests: Amount
    licenses: Amount
    period_start: str
    resets_at: str


class Me(msgspec.Struct, kw_only=True):
    """Who is asking: the key, what it may do, and within which limits."""

    object: str = "me"
    account_id: str
    account_name: str
    mode: str
    plan: str
    key_id: str
    credential_type: str
    scopes: list[str]
    product_ids: list[str]
    limits: Plan


def _row(call: AnyCall, *, for_update: bool = False) -> models.Account:
    rows = models.Account.objects
    found = rows.select_for_update() if for_update else rows
    return found.get(pk=call.principal.account_id)


def get(call: Call[NoBody, NoQuery]) -> Account:
    """Show the account."""
    return render(call, _row(call))


def update(call: Call[AccountChange, NoQuery]) -> Account:
    """Change the account."""
    columns = changes_of(call.body)
    if "allowed_origins" in columns:
        columns["allowed_origins"] = json_text(columns["allowed_origins"])

    row = _row(call, for_update=True)
    change_row(row, call, columns)

    return render(call, row)


def usage(call: Call[NoBody, NoQuery]) -> AccountUsage:
    """Show what is used of the plan. Never counted, and never refused for the quota."""
    principal = call.principal
    plan = call.deployment.plan_for(principal.plan, principal.mode)
    start, end = month_bounds(call.now)
    counter = RequestCounter.objects.filter(
        account_id=principal.account_id, mode=principal.mode, month_start=start
    ).first()
    licenses = counters.used(principal.account_id, principal.mode)

    return AccountUsage(
        mode=principal.mode,
        plan=principal.plan,
        requests=Amount(used=counter.used if counter else 0, limit=plan.max_requests_per_month),
        licenses=Amount(used=licenses, limit=plan.max_licenses),
        period_start=render_instant(start),
        resets_at=render_instant(end),
    )


def me(call: Call[NoBody, NoQuery]) -> Me:
    """Say who is asking."""
    principal = call.principal
    return Me(
        account_id=principal.account_id,
        account_name=_row(call).name,
        mode=principal.mode,
        plan=principal.plan,
        key_id=principal.key_id,
        credential_type=principal.credential_type,
        scopes=[scope for scope in ALL_SCOPES if scope in principal.scopes],
        product_ids=list(principal.product_ids),
        limits=call.deployment.plan_for(principal.plan, principal.mode),
    )


def render(call: AnyCall, row: models.Account) -> Account:
    """An account's row as the API shows it."""
    mode = call.principal.mode
    issuer = issuer_of(call.deployment.settings.public_url, row.id, mode)
    return Account(
        id=row.id,
        name=row.name,
        plan=row.plan,
        api_version=row.api_version,
        max_token_ttl_seconds=row.max_token_ttl_seconds,
        expiring_window_days=row.expiring_window_days,
        allowed_origins=msgspec.json.decode(row.allowed_origins),
        portal_url=row.portal_url,
        issuer=issuer,
        jwks_url=f"{issuer}/.well-known/jwks.json",
        created_at=render_instant(row.created_at),
        updated_at=render_instant(row.updated_at),
        version=row.version,
    )
