"""Signing keys: the pairs that sign tokens and documents, the roots above them, their rotation."""

from typing import Any, Literal

import msgspec
from django.db import transaction

from licenseapi_server.accounts import issuing, models
from licenseapi_server.api.call import AnyCall, Call, NoBody, NoQuery
from licenseapi_server.api.management.fields import Flaws, InstantText
from licenseapi_server.api.management.rows import of_tenant
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.domain.instants import DAY, render_instant
from licenseapi_server.domain.key_pairs import ROOT
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.signing_keys import (
    CLOCK_SLACK,
    SigningTimes,
    compute_state,
    plan_rotation,
)
from licenseapi_server.domain.tokens import LEEWAY_SECONDS, MAX_TTL_SECONDS

KeyUse = Literal["token", "file", "permit", "revocations", "key", "root"]
# A new root does nothing until apps ship it: half a year is time for a release.
ROOT_AHEAD = 180 * DAY
MAX_ROOT_AHEAD = 3_650 * DAY


class SigningKeyQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Filters of the list of signing keys."""

    use: KeyUse | None = None


class Rotate(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which key is to have a successor. `takes_over_at` is for roots alone."""

    use: KeyUse = "token"
    takes_over_at: InstantText | None = None


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


def list_(call: Call[NoBody, SigningKeyQuery]) -> SigningKeys:
    """List the signing keys."""
    use = call.query.use
    rows = of_tenant(models.SigningKey, call)
    if use is not None:
        rows = rows.filter(use=use)
    if use == ROOT and not rows.exists():
        _make_first_root(call)

    rows = rows.order_by("-signs_from", "kid")[:100]
    return SigningKeys(url=call.path, data=[render(row, call.now) for row in rows])


def _make_first_root(call: AnyCall) -> None:
    """Whoever asks for the roots wants to embed them. Of two made at once, one stays."""
    with transaction.atomic():
        row = _make(call, ROOT, call.now - CLOCK_SLACK)
        models.SigningKey.objects.bulk_create([row], ignore_conflicts=True)


def get(call: Call[NoBody, NoQuery]) -> SigningKey:
    """Show a signing key."""
    row = of_tenant(models.SigningKey, call).filter(pk=call.id).first()
    if row is None:
        raise Problem("not_found")

    return render(row, call.now)


def rotate(call: Call[Rotate, NoQuery]) -> SigningKey:
    """Make the next key of a kind, and say when it takes over."""
    use, now = call.body.use, call.now
    flaws = Flaws()
    asked = flaws.read_instant("/takes_over_at", call.body.takes_over_at)
    if asked is not None and use != ROOT:
        flaws.add("/takes_over_at", "`takes_over_at` is for roots alone.")
    elif asked is not None and not now <= asked <= now + MAX_ROOT_AHEAD:
        flaws.add("/takes_over_at", "`takes_over_at` must lie within the next ten years.")
    flaws.raise_any()

    rows = list(of_tenant(models.SigningKey, call).filter(use=use).select_for_update())
    states = {row.pk: compute_state(_times(row), now) for row in rows}
    pending = next((row for row in rows if states[row.pk] == "pending"), None)
    if pending is not None:
        message = f"The key {pending.pk} is already waiting to take over."
        raise Problem("invalid_state", message)

    active = [row for row in rows if states[row.pk] == "active"]
    takes_over_at, published_until = _plan(call, asked) if active else (now - CLOCK_SLACK, None)
    for row in active:
        row.signs_until, row.published_until = takes_over_at, published_until
        row.save(update_fields=["signs_until", "published_until"])
    new = _make(call, use, takes_over_at)
    new.save(force_insert=True)

    return render(new, now)


def _plan(call: Call[Rotate, NoQuery], asked: int | None) -> tuple[int, int | None]:
    """When the new key takes over, and until when the old one is shown.

    A token's key is published before it signs. A document carries the statement about its
    key, so that one takes over at once. A root has to be in the apps before; and the old one
    stays in them for as long as what it has vouched for may live.
    """
    use, now = call.body.use, call.now
    if use == ROOT:
        return now + ROOT_AHEAD if asked is None else asked, None
    if use != "token":
        return now, now
    max_age = call.deployment.settings.jwks_max_age_seconds
    plan = plan_rotation(now, max_age, MAX_TTL_SECONDS + LEEWAY_SECONDS)
    return plan.takes_over_at, plan.old_published_until


def _make(call: AnyCall, use: str, signs_from: int) -> models.SigningKey:
    principal = call.principal
    owner = (call.deployment, principal.account_id, principal.mode)
    if use == "token":
        return issuing.make_signing_key(*owner, now=call.now, signs_from=signs_from)
    return issuing.make_document_key(*owner, use=use, now=call.now, signs_from=signs_from)


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
