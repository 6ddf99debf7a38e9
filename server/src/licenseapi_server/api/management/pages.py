"""Lists: keyset pages by id, newest first. A deleted cursor still marks its place."""

from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from django.db.models import Q, QuerySet
from msgspec import Meta

from licenseapi_server.api.call import Call, Page
from licenseapi_server.api.management.fields import InstantText, ObjectId
from licenseapi_server.domain.ids import id_floor, is_id
from licenseapi_server.domain.instants import parse_instant
from licenseapi_server.domain.problems import field_problem

Row = TypeVar("Row", bound=Any)
COUNT_LIMIT = 10_000
# A filter on what is computed looks at this many rows at most, in windows that grow:
# most pages are full after the first.
WINDOWS = (2_000, 10_000, 38_000)
Bound = Literal["gt", "gte", "lt", "lte"]
InstantRange = dict[Bound, InstantText]


class PageQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The parameters that every list takes."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    starting_after: ObjectId | None = None
    ending_before: ObjectId | None = None
    include: Literal["total_count"] | None = None
    created_at: InstantRange | None = None


class ExportQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The parameters that every export takes."""

    format: Literal["csv", "jsonl"] = "csv"
    starting_after: ObjectId | None = None
    created_at: InstantRange | None = None


def list_page(
    call: Call[Any, PageQuery],
    rows: "QuerySet[Row]",
    prefix: str,
    render: Callable[[Sequence[Row]], list[Any]],
    *,
    computed: Q | None = None,
) -> Page[Any]:
    """One page of `rows`. `computed` is a filter that no index serves."""
    query = call.query
    rows = filter_created(rows, prefix, query.created_at)
    total = _count(rows if computed is None else rows.filter(computed), query)
    rows, is_backward = _after_cursor(rows, prefix, query)
    found, stopped_at = _fetch(rows, computed, query.limit, is_backward=is_backward)
    has_more = len(found) > query.limit or stopped_at is not None
    found = found[: query.limit]
    if is_backward:
        found.reverse()
    last = stopped_at or (found[-1].id if found and has_more else None)
    return Page(
        url=call.path,
        has_more=has_more,
        next_cursor=last if has_more and not is_backward else None,
        data=render(found),
        **total,
    )


class Source(msgspec.Struct):
    """One kind of row of a list that holds several: its ids' prefix, and how one is shown."""

    rows: "QuerySet[Any]"
    prefix: str
    render: Callable[[Any], Any]


def list_merged(call: Call[Any, PageQuery], sources: Sequence[Source]) -> Page[Any]:
    """One page of rows of several kinds, whose ids are in one order but for their prefixes."""
    query = call.query
    found: list[tuple[str, Any]] = []
    totals = []
    is_backward = query.ending_before is not None
    for source in sources:
        rows = filter_created(source.rows, source.prefix, query.created_at)
        totals.append(_count(rows, query))
        own = _own_cursor(query, source.prefix, {one.prefix for one in sources})
        rows, _ = _after_cursor(rows, source.prefix, own)
        found += [(_place(row.id), source.render(row)) for row in rows[: query.limit + 1]]
    found.sort(key=lambda item: item[0], reverse=not is_backward)
    has_more = len(found) > query.limit
    shown = [item for _, item in found[: query.limit]]
    if is_backward:
        shown.reverse()
    is_next = has_more and not is_backward
    page: Page[Any] = Page(
        url=call.path,
        has_more=has_more,
        next_cursor=shown[-1].id if is_next else None,
        data=shown,
    )
    if query.include == "total_count":
        total = sum(one["total_count"] for one in totals)
        page.total_count = min(total, COUNT_LIMIT)
        page.total_count_is_exact = total <= COUNT_LIMIT and all(
            one["total_count_is_exact"] for one in totals
        )
    return page


def _place(row_id: str) -> str:
    """An id without its prefix: its place in time."""
    return row_id.partition("_")[2]


def _own_cursor(query: PageQuery, prefix: str, prefixes: Collection[str]) -> PageQuery:
    """The query with the cursors that it has as ids of this kind, whatever kind they are of."""
    changes = {}
    for name in ("starting_after", "ending_before"):
        value = getattr(query, name)
        if value is not None and any(is_id(value, known) for known in prefixes):
            changes[name] = f"{prefix}_{_place(value)}"
    return msgspec.structs.replace(query, **changes)


def _after_cursor(
    rows: "QuerySet[Row]", prefix: str, query: PageQuery
) -> tuple["QuerySet[Row]", bool]:
    if query.starting_after is not None and query.ending_before is not None:
        message = "Send either `starting_after` or `ending_before`."
        raise field_problem("/ending_before", message)
    for name in ("starting_after", "ending_before"):
        value = getattr(query, name)
        if value is not None and not is_id(value, prefix):
            message = f"`{name}` must be an id like {prefix}_…"
            raise field_problem(f"/{name}", message)
    if query.ending_before is not None:
        return rows.filter(id__gt=query.ending_before).order_by("id"), True
    if query.starting_after is not None:
        rows = rows.filter(id__lt=query.starting_after)
    return rows.order_by("-id"), False


def _fetch(
    rows: "QuerySet[Row]", computed: Q | None, limit: int, *, is_backward: bool
) -> tuple[list[Row], str | None]:
    """The rows of a page and one more; and where the search stopped, if before the end."""
    if computed is None:
        return list(rows[: limit + 1]), None
    found: list[Row] = []
    for window in WINDOWS:
        ids = rows.values_list("id", flat=True)
        edge = next(iter(ids[window - 1 : window]), None)
        beyond = "id__lte" if is_backward else "id__gte"
        part = rows if edge is None else rows.filter(**{beyond: edge})
        found.extend(part.filter(computed)[: limit + 1 - len(found)])
        if edge is None or len(found) > limit:
            return found, None
        rows = rows.filter(**{"id__gt" if is_backward else "id__lt": edge})
    return found, edge


def filter_created(
    rows: "QuerySet[Row]", prefix: str, bounds: InstantRange | None
) -> "QuerySet[Row]":
    """Restrict by creation time; ids sort by it, so the index on them serves the range."""
    for name, text in (bounds or {}).items():
        instant = read_bound("created_at", name, text)
        rows = rows.filter(**{f"created_at__{name}": instant})
        if name in {"gt", "gte"}:
            rows = rows.filter(id__gte=id_floor(prefix, instant))
        else:
            rows = rows.filter(id__lt=id_floor(prefix, instant + 1_000))
    return rows


def read_bound(field: str, name: str, text: str) -> int:
    """One end of a range. Raises Problem at its parameter."""
    try:
        return parse_instant(text)
    except ValueError as error:
        raise field_problem(f"/{field}[{name}]", f"`{field}[{name}]` {error}.") from error


def _count(rows: "QuerySet[Row]", query: PageQuery) -> dict[str, Any]:
    if query.include != "total_count":
        return {}
    count = len(rows.order_by("-id").values_list("id")[: COUNT_LIMIT + 1])
    return {
        "total_count": min(count, COUNT_LIMIT),
        "total_count_is_exact": count <= COUNT_LIMIT,
    }
