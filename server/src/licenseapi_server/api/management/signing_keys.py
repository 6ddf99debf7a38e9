"""Signing keys: the pairs that sign this account's tokens, and their rotation."""

from typing import Any

import msgspec

from licenseapi_server.accounts import issuing, models
from licenseapi_server.api.call import Call, NoBody, NoQuery
from licenseapi_server.api.management.rows import of_tenant
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.signing_keys import SigningTimes, compute_state, plan_rotation
from licenseapi_server.domain.tokens import LEEWAY_SECONDS, MAX_TTL_SECONDS


class SigningKey(msgspec.Struct, kw_only=True):
    """A signing key; only its public half can be read anywhere."""

    id: str
    object: str = "signing_key"
    mode: str
    use: str
    state: str
    public_jwk: dict[str, str]
    signs_from: str
    signs_until: str | None
    published_until: str | None
    created_at: str


class SigningKeys(msgspec.Struct, kw_only=True):
    """All keys of the account and mode, newest first; there are never many."""

    object: str = "list"
    url: str
    has_more: bool = False
    next_cursor: None = None
    data: list[SigningKey]


def list_(call: Call[NoBody, NoQuery]) -> SigningKeys:
    """List the signing keys."""
    rows = of_tenant(models.SigningKey, call).order_by("-signs_from")[:100]

    return SigningKeys(url=call.path, data=[render(row, call.now) for row in rows])


def get(call: Call[NoBody, NoQuery]) -> SigningKey:
    """Show a signing key."""
    row = of_tenant(models.SigningKey, call).filter(pk=call.id).first()
    if row is None:
        raise Problem("not_found")

    return render(row, call.now)


def rotate(call: Call[NoBody, NoQuery]) -> SigningKey:
    """Make the next key. It is published at once and takes over when every cache has it."""
    rows = of_tenant(models.SigningKey, call).filter(use="token").select_for_update()
    states = {row.pk: compute_state(_times(row), call.now) for row in rows}
    pending = next((row for row in rows if states[row.pk] == "pending"), None)
    if pending is not None:
        message = f"The key {pending.pk} is already waiting to take over."
        raise Problem("invalid_state", message)

    plan = plan_rotation(
        call.now,
        call.deployment.settings.jwks_max_age_seconds,
        MAX_TTL_SECONDS + LEEWAY_SECONDS,
    )
    for row in rows:
        if states[row.pk] == "active":
            row.signs_until = plan.takes_over_at
            row.published_until = plan.old_published_until
            row.save(update_fields=["signs_until", "published_until"])
    principal = call.principal
    new = issuing.make_signing_key(
        call.deployment,
        principal.account_id,
        principal.mode,
        now=call.now,
        signs_from=plan.takes_over_at,
    )
    new.save(force_insert=True)

    return render(new, call.now)


def _times(row: Any) -> SigningTimes:
    return SigningTimes(row.signs_from, row.signs_until, row.published_until, row.revoked_at)


def render(row: models.SigningKey, now: int) -> SigningKey:
    """A signing key's row as the API shows it."""
    return SigningKey(
        id=row.kid,
        mode=row.mode,
        use=row.use,
        state=compute_state(_times(row), now),
        public_jwk=msgspec.json.decode(row.public_jwk),
        signs_from=render_instant(row.signs_from),
        signs_until=optional_instant(row.signs_until),
        published_until=optional_instant(row.published_until),
        created_at=render_instant(row.created_at),
    )
