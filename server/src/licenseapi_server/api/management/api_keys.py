"""API keys: create, change, roll, revoke. No key can give what it does not have itself."""

from typing import Any

from msgspec import UNSET

from licenseapi_server.accounts import issuing, models
from licenseapi_server.api.call import Answer, AnyCall, Call, NoBody, NoQuery, Page
from licenseapi_server.api.management.api_key_fields import (
    ApiKey,
    ApiKeyChange,
    NewApiKey,
    RevokeBody,
    RollBody,
    Secret,
)
from licenseapi_server.api.management.fields import Flaws, changes_of
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.rows import (
    change_row,
    check_version,
    get_row,
    of_tenant,
    visible,
)
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.api.transport import parse_networks
from licenseapi_server.catalog.models import Product
from licenseapi_server.domain.instants import SECOND, render_instant
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.reach import Reach, find_excess, lies_within
from licenseapi_server.domain.scopes import (
    ALL_SCOPES,
    GRANTABLE_SCOPES,
    PUBLISHABLE_KEY_SCOPES,
    effective_scopes,
    parse_scopes,
)

MAX_LIVE_SECRETS = 2


def create(call: Call[NewApiKey, NoQuery]) -> Answer:
    """Create a key; its secret is in this answer and nowhere else."""
    body = call.body
    flaws = Flaws()
    scopes = _read_scopes(call, body, flaws)
    products = _read_products(call, body.product_ids, flaws)
    networks = _read_networks(call, body.allowed_ips, flaws)
    expires_at = _read_expiry(call, body.expires_at, flaws)
    flaws.raise_any()

    row = models.ApiKey(
        id=call.make_id("key"),
        account_id=call.principal.account_id,
        mode=call.principal.mode,
        type=body.type,
        name=body.name,
        scopes=" ".join(scopes),
        product_ids=" ".join(products),
        allowed_ips=" ".join(networks),
        expires_at=expires_at,
        created_by_key=call.principal.key_id,
        created_at=call.now,
        updated_at=call.now,
    )
    issued = issuing.issue_key(call.deployment, row, call.now)

    return Answer(render(row, [issued.secret], issued.text), 201)


def _read_scopes(call: AnyCall, body: NewApiKey, flaws: Flaws) -> tuple[str, ...]:
    if body.type == "publishable":
        if body.scopes is not None:
            flaws.add("/scopes", "A publishable key has fixed scopes: leave `scopes` out.")
        _refuse_growth(call, tuple(sorted(PUBLISHABLE_KEY_SCOPES)), flaws)
        return ()
    if body.scopes is None:
        flaws.add("/scopes", "`scopes` is required for a restricted key.", "required")
        return ()
    return _checked_scopes(call, body.scopes, flaws)


def _checked_scopes(call: AnyCall, names: list[str], flaws: Flaws) -> tuple[str, ...]:
    try:
        scopes = parse_scopes(names)
    except ValueError as error:
        flaws.add("/scopes", f"{error}.")
        return ()
    wrong = [scope for scope in scopes if scope not in GRANTABLE_SCOPES]
    if wrong:
        flaws.add("/scopes", f"{wrong[0]!r} belongs to the customer portal, not to keys.")
    _refuse_growth(call, scopes, flaws)
    return scopes


def _refuse_growth(call: AnyCall, scopes: tuple[str, ...], flaws: Flaws) -> None:
    """Nobody grants what they do not hold: else a narrow key could make a wide one."""
    beyond = [scope for scope in scopes if scope not in call.principal.scopes]
    if beyond:
        flaws.add("/scopes", f"The calling key does not have {beyond[0]} itself.", "beyond_own")


def _read_products(call: AnyCall, wanted: list[str], flaws: Flaws) -> list[str]:
    own = call.principal.product_ids
    if own and not wanted:
        message = "The calling key is bound to products: name some of them."
        flaws.add("/product_ids", message, "beyond_own")
    rows = visible(Product, call).filter(pk__in=wanted).values_list("pk", flat=True)
    known = set(rows)
    for place, product_id in enumerate(wanted):
        if product_id not in known or (own and product_id not in own):
            message = "There is no such product in this account and mode."
            flaws.add(f"/product_ids/{place}", message, "not_found")
    return list(dict.fromkeys(wanted))


def _read_networks(call: AnyCall, wanted: list[str], flaws: Flaws) -> list[str]:
    """The networks a key may call from: those of the calling key unless some are named."""
    own = call.principal.allowed_ips
    networks = []
    for place, text in enumerate(wanted):
        try:
            network = str(parse_networks((text,))[0])
        except ValueError:
            message = "Must be an address or a network like 203.0.113.0/24."
            flaws.add(f"/allowed_ips/{place}", message)
            continue
        if not lies_within(network, own):
            message = "The calling key may not call from there itself."
            flaws.add(f"/allowed_ips/{place}", message, "beyond_own")
        networks.append(network)
    return networks or list(own)


def _read_expiry(call: AnyCall, text: str | None, flaws: Flaws) -> int | None:
    expires_at = flaws.read_instant("/expires_at", text)
    if expires_at is not None and expires_at <= call.now:
        flaws.add("/expires_at", "`expires_at` must lie in the future.")
    limit = call.principal.key_expires_at
    if limit is not None and (expires_at is None or expires_at > limit):
        # A key must not outlive its maker: it would be a way around the maker's expiry.
        return limit
    return expires_at


def list_(call: Call[NoBody, PageQuery]) -> Page[ApiKey]:
    """List keys, without their secrets."""
    rows = of_tenant(models.ApiKey, call).prefetch_related("secrets")

    return list_page(call, rows, "key", lambda found: [_render_row(row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> ApiKey:
    """Show a key, without its secret."""
    return _render_row(_get(call))


def _get(call: AnyCall, *, for_update: bool = False) -> models.ApiKey:
    rows = of_tenant(models.ApiKey, call)
    return get_row(rows.select_for_update() if for_update else rows, "key", call.id)


def _may_manage(call: AnyCall, row: models.ApiKey) -> None:
    """A key changes, rolls or revokes itself, and others that reach no further than itself."""
    caller = call.principal
    if row.pk == caller.key_id:
        return
    own = Reach(
        type=caller.credential_type,
        scopes=caller.scopes,
        product_ids=caller.product_ids,
        networks=caller.allowed_ips,
        expires_at=caller.key_expires_at,
    )
    other = Reach(
        type=row.type,
        scopes=effective_scopes(row.type, row.scopes),
        product_ids=tuple(row.product_ids.split()),
        networks=tuple(row.allowed_ips.split()),
        expires_at=row.expires_at,
    )
    excess = find_excess(own, other)
    if excess is not None:
        missing = sorted(other.scopes - own.scopes)
        detail = f"The key {row.id} can do more than the calling key: {excess}."
        raise Problem("insufficient_scope", detail, missing_scopes=missing)


def update(call: Call[ApiKeyChange, NoQuery]) -> ApiKey:
    """Change a key."""
    changes = changes_of(call.body)
    flaws = Flaws()

    row = _get(call, for_update=True)
    _may_manage(call, row)
    if row.revoked_at is not None:
        raise Problem("invalid_state", "The key is revoked, which is final.")
    if row.expires_at is not None and call.now >= row.expires_at:
        raise Problem("invalid_state", "The key has expired, which is final: create a new one.")
    columns = _columns(call, row, changes, flaws)
    flaws.raise_any()
    if _narrows(row, columns):
        columns["gen"] = row.gen + 1
    change_row(row, call, columns)

    return _render_row(row)


def _columns(
    call: AnyCall, row: models.ApiKey, changes: dict[str, Any], flaws: Flaws
) -> dict[str, Any]:
    columns = {"name": changes["name"]} if "name" in changes else {}
    if "scopes" in changes:
        if row.type != "restricted":
            flaws.add("/scopes", "Only a restricted key has scopes of its own.")
        columns["scopes"] = " ".join(_checked_scopes(call, changes["scopes"], flaws))
    if "product_ids" in changes:
        columns["product_ids"] = " ".join(_read_products(call, changes["product_ids"], flaws))
    if "allowed_ips" in changes:
        columns["allowed_ips"] = " ".join(_read_networks(call, changes["allowed_ips"], flaws))
    if "expires_at" in changes:
        columns["expires_at"] = _read_expiry(call, changes["expires_at"], flaws)
    return columns


def _narrows(row: models.ApiKey, columns: dict[str, Any]) -> bool:
    """Whether scopes or products are taken away: tokens minted before must not keep them."""
    for name in ("scopes", "product_ids"):
        if name not in columns:
            continue
        before, after = set(getattr(row, name).split()), set(columns[name].split())
        is_unbound = name == "product_ids" and not before and bool(after)
        is_widened = name == "product_ids" and not after
        if is_unbound or (before - after and not is_widened):
            return True
    return False


def roll(call: Call[RollBody, NoQuery]) -> ApiKey:
    """Give the key a new secret; the old one works until the overlap ends.

    Same id, scopes and limits. Without overlap, the tokens that it minted end too.
    """
    row = _get(call, for_update=True)
    _may_manage(call, row)
    check_version(row, call)
    if row.revoked_at is not None or (row.expires_at is not None and call.now >= row.expires_at):
        state = "revoked" if row.revoked_at is not None else "expired"
        raise Problem("invalid_state", f"The key is {state}: it cannot be rolled.")
    _end_secrets(row, call.now, call.body.overlap_seconds)

    issued = issuing.make_secret(call.deployment, row, call.now)
    issued.secret.save(force_insert=True)
    change_row(row, call, {"gen": row.gen + (1 if call.body.overlap_seconds == 0 else 0)})

    return render(row, _secrets(row), issued.text)


def _end_secrets(row: models.ApiKey, now: int, overlap_seconds: int) -> None:
    """The newest secret lives on for the overlap, never beyond its own end; others end now."""
    ends_at = now + overlap_seconds * SECOND
    live = [
        secret for secret in _secrets(row) if secret.expires_at is None or secret.expires_at > now
    ]
    for place, secret in enumerate(live):
        end = ends_at if place <= MAX_LIVE_SECRETS - 2 else now
        if secret.expires_at is None or end < secret.expires_at:
            secret.expires_at = end
            secret.save(update_fields=["expires_at"])


def revoke(call: Call[RevokeBody, NoQuery]) -> ApiKey:
    """End the key at once, with the tokens that it minted. A repeat changes nothing."""
    row = _get(call, for_update=True)
    _may_manage(call, row)
    check_version(row, call)
    if row.revoked_at is None:
        change_row(row, call, {"revoked_at": call.now, "gen": row.gen + 1})
    if call.body.revoke_children:
        _revoke_children(row, call.now)

    return _render_row(row)


def _revoke_children(row: models.ApiKey, now: int) -> None:
    """The keys that this one made, the keys those made, and so on."""
    makers = [row.pk]
    while makers:
        children = models.ApiKey.objects.filter(
            account_id=row.account_id, created_by_key__in=makers
        )
        makers = list(children.values_list("pk", flat=True))
        for child in children.filter(revoked_at=None):
            child.revoked_at = now
            child.gen += 1
            child.version += 1
            child.updated_at = now
            child.save()


def _secrets(row: models.ApiKey) -> list[models.ApiKeySecret]:
    """Newest first."""
    return sorted(row.secrets.all(), key=lambda secret: secret.pk, reverse=True)


def _render_row(row: models.ApiKey) -> ApiKey:
    return render(row, _secrets(row), None)


def render(row: models.ApiKey, secrets: list[models.ApiKeySecret], text: str | None) -> ApiKey:
    """A key's row as the API shows it; `text` is its secret, if it was made just now."""
    scopes = effective_scopes(row.type, row.scopes)
    return ApiKey(
        id=row.id,
        mode=row.mode,
        type=row.type,
        name=row.name,
        hint=secrets[0].hint if secrets else "",
        secret=UNSET if text is None else text,
        scopes=[scope for scope in ALL_SCOPES if scope in scopes],
        product_ids=row.product_ids.split(),
        allowed_ips=row.allowed_ips.split(),
        expires_at=optional_instant(row.expires_at),
        revoked_at=optional_instant(row.revoked_at),
        exposed_at=optional_instant(row.exposed_at),
        created_by_key=row.created_by_key,
        last_used_at=optional_instant(row.last_used_at),
        last_ip=row.last_ip,
        secrets=[_render_secret(secret) for secret in secrets],
        created_at=render_instant(row.created_at),
        updated_at=render_instant(row.updated_at),
        version=row.version,
    )


def _render_secret(secret: models.ApiKeySecret) -> Secret:
    return Secret(
        id=secret.pk,
        hint=secret.hint,
        created_at=render_instant(secret.created_at),
        expires_at=optional_instant(secret.expires_at),
        last_used_at=optional_instant(secret.last_used_at),
    )
