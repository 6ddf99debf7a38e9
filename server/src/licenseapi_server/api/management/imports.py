"""Imports: licenses arrive from elsewhere with the keys that customers have.

Rows are taken in small transactions, each of which moves `next_row` with them. What was cut
off is sent again: rows before `next_row` are only answered.
"""

from hashlib import sha256
from itertools import islice
from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from licenseapi_server.api.call import AnyCall, Call, NoBody, NoQuery
from licenseapi_server.api.management.fields import Flaws, json_text
from licenseapi_server.api.management.import_fields import (
    MAX_ROWS,
    Import,
    ImportReport,
    ImportRows,
    NewImport,
    RowResult,
    RowsQuery,
)
from licenseapi_server.api.management.import_rows import (
    Outcome,
    Ready,
    note_dry_keys,
    prepare_rows,
    take_rows,
)
from licenseapi_server.api.management.license_fields import ItemError
from licenseapi_server.api.management.license_issuing import References, find_policy
from licenseapi_server.api.management.rows import get_row, of_tenant
from licenseapi_server.api.tables import read_lines, read_table
from licenseapi_server.domain.import_rows import license_id
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.problems import Problem, field_problem
from licenseapi_server.licensing.import_models import ImportPart, LicenseImport
from licenseapi_server.records import recording

# On SQLite everyone else's writes wait for as long as so many rows take.
PART = 250
TRIES = 3
TABLE = b"text/csv"


def create(call: Call[NewImport, NoQuery]) -> Import:
    """Begin an import. Nothing is taken in yet."""
    body = call.body
    flaws = Flaws()
    if body.policy_id is not None:
        find_policy(References(call), body.policy_id, flaws)
    flaws.raise_any()

    row = LicenseImport(
        id=call.make_id("imp"),
        account_id=call.principal.account_id,
        mode=call.principal.mode,
        key_id=call.principal.key_id,
        policy_id=body.policy_id,
        is_dry_run=body.dry_run,
        allows_weak_keys=body.allow_weak,
        created_at=call.now,
        updated_at=call.now,
    )
    row.save(force_insert=True)

    return _render(row)


def get(call: Call[NoBody, NoQuery]) -> Import:
    """Show how far an import has come."""
    return _render(_get(call))


def read_rows(kind: bytes, raw: bytes) -> ImportRows:
    """Rows out of a table or of JSON lines. Raises Problem naming row and column."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8: byte {error.start} cannot be read."
        raise Problem("invalid_request", message) from error
    if "\0" in text:
        raise Problem("invalid_request", "The body has the character NUL.")
    rows = list(islice(read_table(text) if kind == TABLE else read_lines(raw), MAX_ROWS + 1))
    if len(rows) > MAX_ROWS:
        raise field_problem("/rows", f"Send at most {MAX_ROWS:,} rows at once.")
    return ImportRows(rows=rows)


def upload(call: Call[ImportRows, RowsQuery]) -> ImportReport:
    """Take in the next rows; the answer says of each what became of it."""
    found = _get(call)
    first = call.query.first_row or call.body.first_row
    rows = call.body.rows
    if first > found.next_row:
        message = f"Row {found.next_row} comes next: send the rows from there on."
        raise Problem("invalid_state", message)

    results: list[RowResult] = []
    references = References(call)
    at = first
    while at < first + len(rows):
        here = rows[at - first :]
        done = found.next_row - at
        if done > 0:
            results += _recall(found, here[:done], at)
        else:
            found, taken = _take(call, found, references, here[:PART])
            results += taken
        at = first + len(results)
    failed = sum(item.status == "failed" for item in results)
    return ImportReport(
        import_id=found.id,
        dry_run=found.is_dry_run,
        next_row=found.next_row,
        data=results,
        created=len(results) - failed,
        failed=failed,
    )


def _take(
    call: AnyCall, found: LicenseImport, references: References, rows: list[dict[str, Any]]
) -> tuple[LicenseImport, list[RowResult]]:
    """Take in rows that are next, all or none. Another caller may have been faster."""
    first = found.next_row
    attempts = (_attempt(call, found, references, rows) for _ in range(TRIES))
    written = next((one for one in attempts if one is not None), None)
    if written is None:
        raise Problem("unavailable", headers={"Retry-After": "1"}, reason="IntegrityError")
    row, outcomes = written
    return row, [_result(row, first + place, one) for place, one in enumerate(outcomes)]


def _attempt(
    call: AnyCall, found: LicenseImport, references: References, rows: list[dict[str, Any]]
) -> tuple[LicenseImport, list[Outcome]] | None:
    prepared = prepare_rows(call, found, references, rows)
    try:
        return _write(call, found, rows, prepared)
    except IntegrityError:
        # A key or a customer that someone else has created at this very moment.
        return None


def _write(
    call: AnyCall,
    found: LicenseImport,
    rows: list[dict[str, Any]],
    prepared: list[Ready | Problem],
) -> tuple[LicenseImport, list[Outcome]]:
    with transaction.atomic():
        row = LicenseImport.objects.select_for_update().get(pk=found.pk)
        if row.next_row != found.next_row:
            return row, []
        with transaction.atomic():
            outcomes = take_rows(call, row, prepared)
            transaction.set_rollback(row.is_dry_run)
        _note(call, row, rows, outcomes)
        return row, outcomes


def _note(
    call: AnyCall, row: LicenseImport, rows: list[dict[str, Any]], outcomes: list[Outcome]
) -> None:
    """Remember what was done, in the transaction that did it."""
    first, end = row.next_row, row.next_row + len(outcomes)
    failures = {
        str(first + place): msgspec.to_builtins(one.error)
        for place, one in enumerate(outcomes)
        if one.error is not None
    }
    ImportPart.objects.bulk_create(
        [
            ImportPart(
                license_import_id=row.pk,
                first_row=first,
                end_row=end,
                digest=_digest(rows),
                failures=json_text(failures),
            )
        ]
    )
    note_dry_keys(row, outcomes)
    row.next_row = end
    row.created += len(outcomes) - len(failures)
    row.failed += len(failures)
    row.placed += sum(one.takes_place for one in outcomes)
    row.updated_at = call.now
    caller = call.principal
    act = recording.Act(
        account_id=caller.account_id,
        mode=caller.mode,
        operation="imports.upload",
        actor_type=caller.credential_type,
        actor=caller.key_id,
        object_id=row.pk,
        now=call.now,
        ip=call.address,
        request_id=call.request_id,
    )
    with recording.watching() as changes:
        row.save(update_fields=["next_row", "created", "failed", "placed", "updated_at"])
    recording.write(act, changes)


def _recall(found: LicenseImport, rows: list[dict[str, Any]], first: int) -> list[RowResult]:
    """What became of rows that were sent before. Raises Problem when they were other rows."""
    end = first + len(rows)
    failures: dict[str, Any] = {}
    parts = ImportPart.objects.filter(
        license_import_id=found.pk, first_row__lt=end, end_row__gt=first
    )
    for part in parts:
        failures |= msgspec.json.decode(part.failures)
        begin, stop = part.first_row - first, part.end_row - first
        is_whole = begin >= 0 and stop <= len(rows)
        if is_whole and bytes(part.digest or b"") != _digest(rows[begin:stop]):
            message = f"Rows {part.first_row} to {part.end_row - 1} were sent before, and other."
            raise Problem("invalid_state", message)
    return [
        _result(found, number, Outcome(error=_error(failures.get(str(number)))))
        for number in range(first, end)
    ]


def _error(values: dict[str, Any] | None) -> ItemError | None:
    return None if values is None else msgspec.convert(values, ItemError)


def _result(row: LicenseImport, number: int, outcome: Outcome) -> RowResult:
    if outcome.error is not None:
        return RowResult(row=number, status="failed", error=outcome.error)
    made = None if row.is_dry_run else license_id(row.pk, row.created_at, number)
    return RowResult(row=number, status="created", license_id=made)


def _digest(rows: list[dict[str, Any]]) -> bytes:
    return sha256(msgspec.json.encode(rows)).digest()


def _get(call: AnyCall) -> LicenseImport:
    rows = of_tenant(LicenseImport, call)
    if call.principal.product_ids:
        # Whatever others have taken in may be of products that this key must not see.
        rows = rows.filter(key_id=call.principal.key_id)
    return get_row(rows, "imp", call.id)


def _render(row: LicenseImport) -> Import:
    return Import(
        id=row.id,
        mode=row.mode,
        policy_id=row.policy_id,
        dry_run=row.is_dry_run,
        allow_weak=row.allows_weak_keys,
        next_row=row.next_row,
        created=row.created,
        failed=row.failed,
        created_at=render_instant(row.created_at),
        updated_at=render_instant(row.updated_at),
    )
