"""Exports: every object of a kind, oldest first, in CSV or JSON lines, page after page."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from django.db.models import Q, QuerySet
from msgspec import UNSET

from licenseapi_server.api.call import Answer, AnyCall, Call, NoBody
from licenseapi_server.api.management import activations, audit_records, customers, licenses
from licenseapi_server.api.management.activations import ActivationExportQuery
from licenseapi_server.api.management.audit_records import AuditRecord, AuditRecordExportQuery
from licenseapi_server.api.management.customers import CustomerExportQuery
from licenseapi_server.api.management.license_exporting import ExportedLicense, render
from licenseapi_server.api.management.license_fields import LicenseExportQuery
from licenseapi_server.api.management.license_rendering import with_relations
from licenseapi_server.api.management.pages import ExportQuery, filter_created
from licenseapi_server.api.runtime.activations import Activation
from licenseapi_server.api.streaming import Part, Stream
from licenseapi_server.domain.csv_cells import guard
from licenseapi_server.domain.ids import id_floor, is_id
from licenseapi_server.domain.instants import SECOND
from licenseapi_server.domain.problems import Problem, field_problem

CSV = "text/csv"
JSON_LINES = "application/x-ndjson"
KINDS = {"csv": b"text/csv; charset=utf-8; header=present", "jsonl": JSON_LINES.encode()}
PAGE = 500
# Under a condition that no index serves, a page is what is found among so many rows.
WINDOW = 2_000


class Exported(msgspec.Struct):
    """What is exported: the rows, how each is shown, and what it is called."""

    noun: str
    prefix: str
    kind: type[msgspec.Struct]
    rows: "QuerySet[Any]"
    show: Callable[[Any], msgspec.Struct]
    computed: Q | None = None


def export_licenses(call: Call[NoBody, LicenseExportQuery]) -> Answer:
    """Every license that the filters find; full keys for those who may see them."""
    rows, computed = licenses.filtered(call, call.query)
    return _export(
        call,
        Exported(
            "licenses",
            "lic",
            ExportedLicense,
            with_relations(rows),
            lambda row: render(call, row),
            computed,
        ),
    )


def export_customers(call: Call[NoBody, CustomerExportQuery]) -> Answer:
    """Every customer that the filters find."""
    rows = customers.filtered(call, call.query)
    return _export(call, Exported("customers", "cus", customers.Customer, rows, customers.render))


def export_activations(call: Call[NoBody, ActivationExportQuery]) -> Answer:
    """Every activation that the filters find, those that have ended too."""
    rows = activations.filtered(call, call.query)
    shown = Exported("activations", "act", Activation, rows, activations.render_row)
    return _export(call, shown)


def export_audit_records(call: Call[NoBody, AuditRecordExportQuery]) -> Answer:
    """Every audit record that the filters find. Whoever may take licenses along may not for that
    read who changed what.
    """
    if "audit:read" not in call.principal.scopes:
        message = "The credential lacks the scope audit:read."
        raise Problem("insufficient_scope", message, missing_scopes=["audit:read"])
    rows = audit_records.filtered(call)
    return _export(call, Exported("audit_records", "aud", AuditRecord, rows, audit_records.render))


def _export(call: AnyCall, exported: Exported) -> Answer:
    query: ExportQuery = call.query
    after = query.starting_after
    if after is not None and not is_id(after, exported.prefix):
        message = f"`starting_after` must be an id like {exported.prefix}_…"
        raise field_problem("/starting_after", message)
    exported.rows = filter_created(exported.rows, exported.prefix, query.created_at).filter(
        # What comes into being while it is read is not chased: the end would move on.
        id__lt=id_floor(exported.prefix, call.now + SECOND // 1000)
    )
    write = _lines if query.format == "jsonl" else _table
    columns = _columns(exported.kind) if query.format == "csv" else None

    def read(cursor: str) -> Part:
        found, last = _page(exported, cursor)
        return Part(write([exported.show(row) for row in found]), last)

    first = read(after or "")
    head = _table_row(columns) if columns else b""
    stream = Stream(KINDS[query.format], Part(head + first.content, first.cursor), read)
    name = f'attachment; filename="{exported.noun}.{query.format}"'
    return Answer(stream, headers=(("Content-Disposition", name),))


def _page(exported: Exported, cursor: str) -> tuple[Sequence[Any], str | None]:
    """The rows after the cursor, and the next cursor; None when there are no more."""
    rows = exported.rows.filter(id__gt=cursor).order_by("id")
    if exported.computed is None:
        found = list(rows[:PAGE])
        return found, found[-1].id if len(found) == PAGE else None
    edge = next(iter(rows.values_list("id", flat=True)[WINDOW - 1 : WINDOW]), None)
    window = rows if edge is None else rows.filter(id__lte=edge)
    return list(window.filter(exported.computed)), edge


def _lines(shown: Iterable[msgspec.Struct]) -> bytes:
    return msgspec.json.Encoder().encode_lines(shown)


def _columns(kind: type[msgspec.Struct]) -> list[str]:
    return [field.name for field in msgspec.structs.fields(kind) if field.name != "object"]


def _table(shown: Sequence[msgspec.Struct]) -> bytes:
    if not shown:
        return b""
    columns = _columns(type(shown[0]))
    return b"".join(_table_row([_cell(getattr(row, name)) for name in columns]) for row in shown)


def _table_row(cells: Sequence[str]) -> bytes:
    """One record of RFC 4180. All cells are quoted: none is split at another's separator."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None or value is UNSET:
        return ""
    if isinstance(value, str):
        return guard(value)
    return msgspec.json.encode(value).decode()
