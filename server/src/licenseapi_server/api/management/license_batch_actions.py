"""One action for many licenses: each stands or falls for itself, all in one transaction.

Decided one by one as for a single license (license_actions.py), written together: on SQLite
everyone else's writes wait meanwhile.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db.models import F

from licenseapi_server.api.call import AnyCall, Call, NoQuery
from licenseapi_server.api.management.license_actions import (
    CHANGES,
    Change,
    Changed,
    Columns,
    decide,
    settle,
)
from licenseapi_server.api.management.license_fields import (
    ActionItem,
    BatchAction,
    BatchActionResult,
    ExtendBody,
    ReasonBody,
    TransferBody,
    item_error,
)
from licenseapi_server.api.management.license_rendering import with_relations
from licenseapi_server.api.management.licenses import remove
from licenseapi_server.api.management.rows import visible
from licenseapi_server.domain.problems import Problem, field_problem
from licenseapi_server.licensing.models import License

BODIES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("suspend", "reinstate", "revoke", "renew"), ReasonBody.__struct_fields__),
    "extend": ExtendBody.__struct_fields__,
    "transfer": TransferBody.__struct_fields__,
    "delete": (),
}


def act(call: Call[BatchAction, NoQuery]) -> BatchActionResult:
    """Do the same to each of these licenses; the answer says of each what became of it."""
    body = call.body
    _check(body)
    change = _change_of(call)

    rows = _lock(call)
    outcomes = [_outcome(body.action, rows.get(license_id), change) for license_id in body.ids]

    changes = [
        (rows[row_id], found)
        for row_id, found in zip(body.ids, outcomes, strict=True)
        if isinstance(found, dict)
    ]
    _write(call, changes)
    results = [_item(row_id, found) for row_id, found in zip(body.ids, outcomes, strict=True)]
    counts = Counter(item.status for item in results)
    return BatchActionResult(
        action=body.action,
        data=results,
        done=counts["done"],
        unchanged=counts["unchanged"],
        failed=counts["failed"],
    )


def _check(body: BatchAction) -> None:
    """Refuse what no single call could ask: a license twice, a field that the action has not."""
    seen: set[str] = set()
    for place, license_id in enumerate(body.ids):
        if license_id in seen:
            raise field_problem(f"/ids/{place}", "This id stands twice.", code="duplicate")
        seen.add(license_id)
    others = {name for names in BODIES.values() for name in names} - {*BODIES[body.action]}
    for name in sorted(others):
        if getattr(body, name) is not None:
            raise field_problem(f"/{name}", f"`{name}` does not go with `{body.action}`.")


def _change_of(call: Call[BatchAction, NoQuery]) -> Change:
    if call.body.action == "delete":
        return lambda _row: {}
    return CHANGES[call.body.action](call)


def _lock(call: Call[BatchAction, NoQuery]) -> dict[str, License]:
    """The licenses, locked in the order of their ids: calls that overlap wait, never deadlock."""
    rows = with_relations(visible(License, call)).filter(pk__in=call.body.ids)
    return {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}


def _outcome(action: str, row: License | None, change: Change) -> Columns | Problem | None:
    if row is None:
        return Problem("not_found")
    try:
        return decide(action, row, change)
    except Problem as problem:
        return problem


def _item(license_id: str, outcome: Columns | Problem | None) -> ActionItem:
    if isinstance(outcome, Problem):
        return ActionItem(id=license_id, status="failed", error=item_error(outcome))
    return ActionItem(id=license_id, status="unchanged" if outcome is None else "done")


def _write(call: AnyCall, changes: Sequence[tuple[License, Columns]]) -> None:
    """One statement for all that change alike, and one insertion of their events."""
    if call.body.action == "delete":
        remove(call, [row for row, _ in changes])
        return
    alike: dict[tuple[tuple[str, object], ...], list[str]] = {}
    changed = [Changed(row, row.expires_at) for row, _ in changes]
    for row, columns in changes:
        alike.setdefault(tuple(columns.items()), []).append(row.pk)
        row.expires_at = columns.get("expires_at", row.expires_at)
    for values, ids in alike.items():
        License.objects.filter(pk__in=ids).update(
            **dict(values), version=F("version") + 1, updated_at=call.now
        )
    settle(call, call.body.action, changed)
