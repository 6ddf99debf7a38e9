"""Billing providers: whose deliveries are believed, and where plans lead."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from licenseapi_server.api.call import AnyCall, Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.fields import Change, Flaws, ObjectId, changes_of, json_text
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.products import Deleted
from licenseapi_server.api.management.rows import (
    change_row,
    check_version,
    create_unique,
    delete_row,
    get_row,
    of_tenant,
    visible,
)
from licenseapi_server.api.patterns import shaped
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.billing import models
from licenseapi_server.catalog.models import Policy
from licenseapi_server.domain.instants import SECOND, render_instant
from licenseapi_server.domain.problems import Problem

MAX_OVERLAP_SECONDS = 7 * 86_400
Provider = Literal["stripe", "paddle", "lemon_squeezy", "generic"]
VISIBLE = shaped(r"^[!-~]+$", "must be printable ASCII characters without spaces")
Secret = Annotated[str, Meta(min_length=6, max_length=200), VISIBLE]
MIN_OWN_SECRET = 16
PlanName = Annotated[str, Meta(min_length=1, max_length=200), VISIBLE]
PolicyMap = Annotated[dict[PlanName, ObjectId], Meta(max_length=100)]
Overlap = Annotated[int, Meta(ge=0, le=MAX_OVERLAP_SECONDS)]


class NewBillingProvider(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A provider, once in account and mode, with the secret that it signs with."""

    provider: Provider
    secret: Secret
    policies: PolicyMap = msgspec.field(default_factory=dict)


class BillingProviderChange(Change):
    """What may change of a provider. Its secret is rolled instead."""

    policies: PolicyMap | UnsetType = UNSET


class SecretRoll(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The next secret; the present one counts beside it until the overlap ends."""

    secret: Secret
    overlap_seconds: Overlap = 86_400


class BillingProvider(msgspec.Struct, kw_only=True):
    """A provider as the API shows it: never with its secrets."""

    id: str
    object: str = "billing_provider"
    mode: str
    provider: str
    delivery_url: str
    policies: dict[str, str]
    previous_secret_until: str | None
    created_at: str
    updated_at: str
    version: int


def create(call: Call[NewBillingProvider, NoQuery]) -> BillingProvider:
    """Set a provider up."""
    _refuse_bound(call)
    body = call.body
    flaws = Flaws()
    _check_secret(body.provider, body.secret, flaws)
    check_policies(call, body.policies, flaws)
    flaws.raise_any()

    row = models.BillingProvider(
        id=call.make_id("bpr"),
        account_id=call.principal.account_id,
        mode=call.principal.mode,
        provider=body.provider,
        policies=json_text(body.policies),
        created_at=call.now,
        updated_at=call.now,
    )
    row.secret_encrypted = call.deployment.seal(body.secret.encode(), sealed_for(row))
    create_unique(row, "provider", body.provider)

    return render(call, row)


def list_(call: Call[NoBody, PageQuery]) -> Page[BillingProvider]:
    """List the providers."""
    _refuse_bound(call)
    rows = of_tenant(models.BillingProvider, call)

    return list_page(call, rows, "bpr", lambda found: [render(call, row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> BillingProvider:
    """Show a provider."""
    _refuse_bound(call)
    return render(call, get_row(of_tenant(models.BillingProvider, call), "bpr", call.id))


def update(call: Call[BillingProviderChange, NoQuery]) -> BillingProvider:
    """Change where the plans of a provider lead."""
    changes = changes_of(call.body)
    row = _get_for_change(call)
    flaws = Flaws()
    if "policies" in changes:
        check_policies(call, changes["policies"], flaws)
        changes["policies"] = json_text(changes["policies"])
    flaws.raise_any()

    change_row(row, call, changes)

    return render(call, row)


def roll_secret(call: Call[SecretRoll, NoQuery]) -> BillingProvider:
    """Take the next secret; at most two count at any time."""
    body = call.body
    row = _get_for_change(call)
    check_version(row, call)
    flaws = Flaws()
    _check_secret(row.provider, body.secret, flaws)
    flaws.raise_any()
    present = call.deployment.sealer.open(bytes(row.secret_encrypted), sealed_for(row))
    if present == body.secret.encode():
        return render(call, row)

    sealed = call.deployment.seal(body.secret.encode(), sealed_for(row))
    is_kept = body.overlap_seconds > 0
    values = {
        "secret_encrypted": sealed,
        "previous_secret_encrypted": bytes(row.secret_encrypted) if is_kept else None,
        "previous_secret_until": call.now + body.overlap_seconds * SECOND if is_kept else None,
    }
    change_row(row, call, values)

    return render(call, row)


def delete(call: Call[NoBody, NoQuery]) -> Deleted:
    """Believe the provider no more. Its links stay, and hear nothing."""
    row = _get_for_change(call)

    delete_row(row, call, "billing provider")

    return Deleted(call.id, "billing_provider")


def sealed_for(row: models.BillingProvider) -> str:
    """What the secrets of a row are bound to."""
    return f"billing_provider:{row.pk}"


def check_policies(
    call: AnyCall, policies: dict[str, str], flaws: Flaws, product_id: str | None = None
) -> None:
    """Note each plan that leads to no policy, or to one of another product."""
    rows = visible(Policy, call).filter(pk__in=set(policies.values()), archived_at=None)
    known = {row.pk: row.product_id for row in rows}
    for plan, policy_id in policies.items():
        if policy_id not in known:
            flaws.add(f"/policies/{plan}", f"There is no policy {policy_id} in use.", "not_found")
        elif product_id is not None and known[policy_id] != product_id:
            message = "The policy is of another product: a license stays with its product."
            flaws.add(f"/policies/{plan}", message)


def _check_secret(provider: str, secret: str, flaws: Flaws) -> None:
    """Providers choose how long theirs are; for our own form it is up to the vendor."""
    if provider == "generic" and len(secret) < MIN_OWN_SECRET:
        message = f"`secret` must have at least {MIN_OWN_SECRET} characters: draw them at random."
        flaws.add("/secret", message)


def _get_for_change(call: AnyCall) -> models.BillingProvider:
    _refuse_bound(call)
    return get_row(of_tenant(models.BillingProvider, call).select_for_update(), "bpr", call.id)


def _refuse_bound(call: AnyCall) -> None:
    if call.principal.product_ids:
        detail = "The calling key is bound to products: a provider is of the whole account."
        raise Problem("credential_not_allowed", detail)


def render(call: AnyCall, row: models.BillingProvider) -> BillingProvider:
    """A provider's row as the API shows it."""
    address = f"{call.deployment.settings.public_url}/v1/billing/{row.provider}/{row.account_id}"
    return BillingProvider(
        id=row.id,
        mode=row.mode,
        provider=row.provider,
        delivery_url=address if row.mode == "live" else f"{address}/test",
        policies=msgspec.json.decode(row.policies),
        previous_secret_until=optional_instant(_live_until(row, call.now)),
        created_at=render_instant(row.created_at),
        updated_at=render_instant(row.updated_at),
        version=row.version,
    )


def _live_until(row: models.BillingProvider, now: int) -> int | None:
    until: int | None = row.previous_secret_until
    return until if until is not None and now < until else None
