"""Licenses: create, read, change, delete. What happens to them later is license_actions.py."""

from collections.abc import Sequence

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from licenseapi_server.api.call import Answer, AnyCall, Call, NoBody, NoQuery, Page
from licenseapi_server.api.management import attachments, event_log
from licenseapi_server.api.management.fields import Flaws, changes_of
from licenseapi_server.api.management.license_changes import changed_fields, columns_of
from licenseapi_server.api.management.license_fields import (
    Batch,
    BatchItem,
    BatchResult,
    ExpandQuery,
    License,
    LicenseChange,
    LicenseExportQuery,
    LicenseQuery,
    NewLicense,
    item_error,
)
from licenseapi_server.api.management.license_files import add_revocations
from licenseapi_server.api.management.license_issuing import (
    Prepared,
    References,
    attachment_rows,
    find_customer,
    insert,
    key_taken,
    limit_reached,
    prepare,
    take_places,
    taken_keys,
)
from licenseapi_server.api.management.license_rendering import (
    check_expansion,
    render_license,
    render_licenses,
    with_relations,
)
from licenseapi_server.api.management.pages import list_page, read_bound
from licenseapi_server.api.management.products import Deleted
from licenseapi_server.api.management.rows import (
    change_row,
    check_version,
    get_row,
    is_missing_reference,
    visible,
)
from licenseapi_server.catalog.attachments import granted_text
from licenseapi_server.catalog.models import Policy
from licenseapi_server.domain.license_keys import fold_license_key
from licenseapi_server.domain.license_state import Refused, decide_action
from licenseapi_server.domain.problems import Problem, field_problem
from licenseapi_server.licensing import counters, models, search_terms
from licenseapi_server.licensing.status_filter import status_condition


def create(call: Call[NewLicense, NoQuery]) -> Answer:
    """Create a license; its full key is in this answer."""
    prepared = prepare(call, call.body, References(call))
    if taken_keys(call, [prepared]):
        raise key_taken()

    if not take_places(call, 1):
        raise limit_reached(call)
    try:
        with transaction.atomic():
            insert(call, [prepared])
    except IntegrityError as error:
        if is_missing_reference(error):
            raise
        raise key_taken() from error

    view = render_license(call, prepared.row, key=prepared.key)
    return Answer(view, 201, license_id=view.id)


def prepare_batch(call: Call[Batch, NoQuery]) -> list[BatchItem | Prepared]:
    """All that can be known of each item before anything is written, its answer included."""
    references = References(call)
    results: list[BatchItem | Prepared] = []
    for item in _items(call.body):
        try:
            prepared = prepare(call, item, references)
        except Problem as problem:
            results.append(_failed(problem))
            continue
        prepared.view = render_license(call, prepared.row, key=prepared.key)
        results.append(prepared)
    return results


def create_batch(call: Call[Batch, NoQuery]) -> BatchResult:
    """Create up to 1,000 licenses; each stands or falls for itself."""
    results: list[BatchItem | Prepared] = call.prepared
    # Counting locks the account's counter: what others have just created is seen below.
    places = take_places(call, sum(isinstance(item, Prepared) for item in results))
    _refuse_taken_keys(call, results)
    ready = [item for item in results if isinstance(item, Prepared)]
    fitting = min(places, len(ready))
    if fitting < places:
        counters.release(call.principal.account_id, call.principal.mode, places - fitting)
    insert(call, ready[:fitting])

    fits = iter([True] * fitting + [False] * (len(ready) - fitting))
    full = _failed(limit_reached(call))
    data = [
        item if isinstance(item, BatchItem) else _created(item) if next(fits) else full
        for item in results
    ]
    return BatchResult(data=data, created=fitting, failed=len(data) - fitting)


def _created(item: Prepared) -> BatchItem:
    return BatchItem(status="created", license=item.view)


def _items(body: Batch) -> list[NewLicense]:
    if (body.items is None) == (body.template is None):
        message = "Send either `items`, or `count` and `template`."
        raise field_problem("/items", message, code="required")
    if body.items is not None:
        if body.count is not None:
            raise field_problem("/count", "`count` goes with `template`, not with `items`.")
        return body.items
    if body.count is None or body.template is None:
        raise field_problem("/count", "`count` is required with `template`.", code="required")
    if body.template.key is not None and body.count > 1:
        message = "A key can be given to one license only."
        raise field_problem("/template/key", message)
    return [body.template] * body.count


def _failed(problem: Problem) -> BatchItem:
    return BatchItem(status="failed", error=item_error(problem))


def _refuse_taken_keys(call: AnyCall, results: list[BatchItem | Prepared]) -> None:
    """Fail the items whose key another license, or an earlier item, has."""
    seen = taken_keys(call, [item for item in results if isinstance(item, Prepared)])
    for place, item in enumerate(results):
        if not isinstance(item, Prepared):
            continue
        digest = bytes(item.row.key_digest)
        if digest in seen:
            results[place] = _failed(key_taken())
        seen.add(digest)


def list_(call: Call[NoBody, LicenseQuery]) -> Page[License]:
    """List licenses."""
    query = call.query
    check_expansion(call, query.expand)
    rows, computed = filtered(call, query)

    return list_page(
        call,
        with_relations(rows),
        "lic",
        lambda found: render_licenses(call, found, query.expand),
        computed=computed,
    )


def filtered(
    call: AnyCall, query: LicenseQuery | LicenseExportQuery
) -> tuple["QuerySet[models.License]", Q | None]:
    """The licenses that a query asks for, and a condition that no index serves."""
    exact = ("policy_id", "product_id", "customer_id")
    wanted = {name: getattr(query, name) for name in exact if getattr(query, name) is not None}
    rows = visible(models.License, call).filter(**wanted)
    for name, text in (query.expires_at or {}).items():
        rows = rows.filter(**{f"expires_at__{name}": read_bound("expires_at", name, text)})
    for condition in _search(call, query):
        rows = rows.filter(condition)
    return rows, None if query.status is None else _status_filter(call, query.status)


def _search(call: AnyCall, query: LicenseQuery | LicenseExportQuery) -> list[Q]:
    owner = (call.principal.account_id, call.principal.mode, "license")
    found = search_terms.conditions(owner, None, query.metadata)
    if query.q is not None:
        whole = _ids_of_key(call, query.q.strip())
        found += [Q(pk__in=whole)] if whole else search_terms.conditions(owner, query.q, None)
    return found


def _ids_of_key(call: AnyCall, text: str) -> list[str]:
    """The license that has exactly this key, typed as forgivingly as anywhere; or had it before
    its last roll: whoever asks for help may hold the old one.
    """
    digest = call.deployment.license_keys.digest
    digests = [digest(text), digest(fold_license_key(text))]
    rows = visible(models.License, call)
    found = rows.filter(key_digest__in=digests).values_list("pk", flat=True)
    before = rows.filter(previous_key_digest__in=digests).values_list("pk", flat=True)
    return list(found) or list(before)


def _status_filter(call: AnyCall, status: str) -> Q:
    periods = (
        Policy.objects.filter(account_id=call.principal.account_id, mode=call.principal.mode)
        .exclude(grace_period=None)
        .values_list("grace_period", flat=True)
        .distinct()
    )
    return status_condition(
        status,
        call.now,
        expiring_window_days=call.principal.expiring_window_days,
        grace_periods=[period for period in periods if period],
    )


def get(call: Call[NoBody, ExpandQuery]) -> License:
    """Show a license."""
    check_expansion(call, call.query.expand)

    row = get_row(with_relations(visible(models.License, call)), "lic", call.id)

    return render_license(call, row, call.query.expand)


def get_for_change(call: AnyCall) -> models.License:
    """The license of the path, locked until the transaction ends."""
    rows = with_relations(visible(models.License, call)).select_for_update(of=("self",))
    return get_row(rows, "lic", call.id)


def update(call: Call[LicenseChange, NoQuery]) -> License:
    """Change a license."""
    changes = changes_of(call.body)
    flaws = Flaws()
    attached = attachments.read(call, changes.get("entitlements") or [], flaws)
    customer = find_customer(References(call), changes.get("customer_id"), flaws)

    row = get_for_change(call)
    columns = columns_of(row, changes, flaws, call)
    flaws.raise_any()

    if "entitlements" in changes:
        columns["entitlements"] = granted_text(attached)
        models.LicenseEntitlement.objects.filter(account_id=row.account_id, license=row).delete()
        models.LicenseEntitlement.objects.bulk_create(attachment_rows(row, attached))
    changed = changed_fields(row, columns)
    if "customer_id" in changes:
        row.customer = customer
    change_row(row, call, columns)
    if changed:
        event_log.record(call, "license.updated", [row], {"changed": changed})
    search_terms.replace(row, "license", search_terms.license_terms(row))

    return render_license(call, row)


def check_replay(call: AnyCall, answer: bytes) -> None:
    """What was answered while the license was in use may not be said again after its end."""
    license_id = msgspec.json.decode(answer)["id"]
    row = get_row(visible(models.License, call), "lic", license_id)
    if row.revoked_at is not None:
        raise Problem("invalid_state", "The license has been revoked since.")


def delete(call: Call[NoBody, NoQuery]) -> Deleted:
    """Delete a revoked license."""
    row = get_for_change(call)
    check_version(row, call)
    outcome = decide_action("delete", suspended_at=row.suspended_at, revoked_at=row.revoked_at)
    if isinstance(outcome, Refused):
        raise Problem("invalid_state", outcome.detail)

    remove(call, [row])

    return Deleted(call.id, "license")


def remove(call: AnyCall, rows: Sequence[models.License]) -> None:
    """Delete licenses that may be, with all that belongs to them; their events stay."""
    ids = [row.pk for row in rows]
    search_terms.remove(call.principal.account_id, ids)
    event_log.record(call, "license.deleted", rows)
    add_revocations(call, "license", ids)
    models.License.objects.filter(pk__in=ids).delete()
