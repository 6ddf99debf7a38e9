"""Policies: the rules templates that licenses are issued under."""

from typing import Any

import msgspec

from licenseapi_server.api.call import Call, NoBody, NoQuery, Page
from licenseapi_server.api.management import attachments
from licenseapi_server.api.management.fields import Flaws, ObjectId, changes_of, json_text
from licenseapi_server.api.management.pages import PageQuery, list_page
from licenseapi_server.api.management.policy_fields import (
    COLUMN_NAMES,
    NewPolicy,
    Offline,
    Policy,
    PolicyChange,
)
from licenseapi_server.api.management.products import Deleted, columns_of
from licenseapi_server.api.management.rows import (
    change_row,
    delete_row,
    find_reference,
    get_row,
    no_such,
    visible,
)
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.catalog import models
from licenseapi_server.catalog.attachments import granted_text, replace_policy_attachments
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.policies import DURATION_FIELDS, find_conflicts

JSON_COLUMNS = ("requires", "non_production")


class PolicyQuery(PageQuery):
    """Filters of the list of policies."""

    product_id: ObjectId | None = None


def create(call: Call[NewPolicy, NoQuery]) -> Policy:
    """Create a policy for a product."""
    body = call.body
    flaws = Flaws()
    product = find_reference(visible(models.Product, call), "prod", body.product_id)
    if product is None:
        flaws.errors.append(no_such("/product_id", "product"))
    elif product.archived_at is not None:
        flaws.add("/product_id", "The product is archived.", "archived")
    given = {name: getattr(body, name) for name in body.__struct_fields__}
    columns = _columns(given, flaws)
    _check(columns, flaws)
    attached = attachments.read(call, body.entitlements, flaws)
    flaws.check_metadata("/metadata", body.metadata)
    flaws.raise_any()

    row = models.Policy(
        id=call.make_id("pol"),
        account_id=call.principal.account_id,
        mode=call.principal.mode,
        product=product,
        created_at=call.now,
        updated_at=call.now,
        entitlements=granted_text(attached),
        **{**columns, "metadata": json_text(body.metadata)},
    )
    row.save(force_insert=True)
    replace_policy_attachments(row, attached)

    return render(row)


def list_(call: Call[NoBody, PolicyQuery]) -> Page[Policy]:
    """List policies."""
    rows = visible(models.Policy, call)
    if call.query.product_id is not None:
        rows = rows.filter(product_id=call.query.product_id)

    return list_page(call, rows, "pol", lambda found: [render(row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> Policy:
    """Show a policy."""
    return render(get_row(visible(models.Policy, call), "pol", call.id))


def update(call: Call[PolicyChange, NoQuery]) -> Policy:
    """Change a policy. Its licenses follow, but for expiries already set."""
    changes = changes_of(call.body)
    wanted = changes.pop("entitlements", None)
    flaws = Flaws()
    flaws.check_metadata("/metadata", changes.get("metadata"))
    attached = attachments.read(call, wanted or [], flaws)

    row = get_row(visible(models.Policy, call).select_for_update(), "pol", call.id)
    columns = _columns(columns_of(row, changes, call.now), flaws)
    _check({name: getattr(row, name) for name in COLUMN_NAMES} | columns, flaws)
    flaws.raise_any()
    if wanted is not None:
        columns["entitlements"] = granted_text(attached)
        replace_policy_attachments(row, attached)
    change_row(row, call, columns)

    return render(row)


def delete(call: Call[NoBody, NoQuery]) -> Deleted:
    """Delete a policy that no license is under."""
    row = get_row(visible(models.Policy, call).select_for_update(), "pol", call.id)

    delete_row(row, call, "policy")

    return Deleted(call.id, "policy")


def _columns(given: dict[str, Any], flaws: Flaws) -> dict[str, Any]:
    """Body fields as columns: JSON as text, `offline` as its three columns."""
    columns = {name: given[name] for name in given if name not in {"offline", "entitlements"}}
    columns.pop("product_id", None)
    for name in JSON_COLUMNS:
        if columns.get(name) is not None:
            columns[name] = json_text(columns[name])
    offline = given.get("offline")
    if offline is not None:
        flaws.check_duration("/offline/max_ttl", offline.max_ttl)
        columns |= {
            "offline_allowed": offline.allowed,
            "offline_max_ttl": offline.max_ttl,
            "offline_max_live_files": offline.max_live_files,
        }
    return columns


def _check(columns: dict[str, Any], flaws: Flaws) -> None:
    for name in DURATION_FIELDS:
        flaws.check_duration(f"/{name}", columns.get(name))
    for name, message in find_conflicts(columns):
        flaws.add(f"/{name}", message, "conflict")


def render(row: models.Policy) -> Policy:
    """A policy's row as the API shows it."""
    plain = {name: getattr(row, name) for name in COLUMN_NAMES}
    for name in JSON_COLUMNS:
        plain[name] = None if plain[name] is None else msgspec.json.decode(plain[name])
    return Policy(
        id=row.id,
        mode=row.mode,
        product_id=row.product_id,
        name=row.name,
        offline=Offline(
            allowed=row.offline_allowed,
            max_ttl=row.offline_max_ttl,
            max_live_files=row.offline_max_live_files,
        ),
        entitlements=attachments.render(row.entitlements),
        metadata=msgspec.json.decode(row.metadata),
        archived_at=optional_instant(row.archived_at),
        created_at=render_instant(row.created_at),
        updated_at=render_instant(row.updated_at),
        version=row.version,
        **plain,
    )
