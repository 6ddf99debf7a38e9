"""The texts that objects are found by, kept in the transaction that changes the object."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.sql import InsertQuery

from licenseapi_server.licensing.models import Customer, License, SearchTerm

Term = tuple[str, str]
# Account, mode, object type, kind, term, object id.
TermRow = tuple[str, str, str, str, str, str]
MAX_TERM = 600
METADATA = "metadata"
FEW = 500


def fold(text: str) -> str:
    """How a term is stored and asked for: without regard to letter case."""
    return text.casefold()[:MAX_TERM]


def metadata_term(key: str, value: str) -> str:
    """One metadata entry as a term: compared whole, with its letter case."""
    term = f"{key}={value}"
    if len(term) <= MAX_TERM:
        return term
    # Too long for an index: its beginning for whoever reads the table, a digest for the rest.
    digest = hashlib.sha256(term.encode()).hexdigest()
    return f"{term[: MAX_TERM - len(digest)]}{digest}"


def customer_terms(row: Customer) -> list[Term]:
    """What a customer is found by."""
    texts = [("name", row.name), ("email", row.email), ("external_id", row.external_id)]
    return _terms(texts, row.metadata)


def license_terms(row: License) -> list[Term]:
    """What a license is found by; its whole key finds it by digest instead."""
    return _terms([("name", row.name), ("key_hint", row.key_hint.lstrip("…"))], row.metadata)


def _terms(texts: Iterable[tuple[str, str | None]], metadata: str) -> list[Term]:
    named = [(kind, fold(text)) for kind, text in texts if text]
    entries: dict[str, str] = msgspec.json.decode(metadata) if metadata != "{}" else {}
    return named + [(METADATA, metadata_term(key, value)) for key, value in entries.items()]


def rows_for(row: Any, object_type: str, terms: Iterable[Term]) -> list[TermRow]:
    """The rows that make `row` findable."""
    owner = (row.account_id, row.mode, object_type)
    return [(*owner, kind, term, row.pk) for kind, term in terms]


def insert(rows: Sequence[TermRow]) -> None:
    """Write rows of terms: compiled once for tens of thousands, while everyone waits.

    A batch of a thousand licenses with sixty metadata entries each has as many; Django's
    bulk_create compiles each of them.
    """
    if not rows:
        return
    fields = SearchTerm._meta.concrete_fields[1:]  # noqa: SLF001 - Django's documented way
    query = InsertQuery(SearchTerm)
    example = SearchTerm(
        **{field.attname: value for field, value in zip(fields, rows[0], strict=True)}
    )
    query.insert_values(fields, [example])
    ((statement, _),) = query.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def replace(row: Any, object_type: str, terms: Iterable[Term]) -> None:
    """Make `row` findable by exactly these terms."""
    remove(row.account_id, [row.pk])
    insert(rows_for(row, object_type, terms))


def remove(account_id: str, ids: Sequence[str]) -> None:
    """Let nothing be found by these objects' terms any more."""
    SearchTerm.objects.filter(account_id=account_id, object_id__in=ids).delete()


def find_by_term(owner: tuple[str, str, str], kind: str, text: str) -> list[str]:
    """The ids of the objects that have this very text, whatever the case of its letters."""
    account_id, mode, object_type = owner
    rows = SearchTerm.objects.filter(
        account_id=account_id, mode=mode, object_type=object_type, kind=kind, term=fold(text)
    )
    return list(rows.values_list("object_id", flat=True)[:FEW])


def conditions(
    owner: tuple[str, str, str], prefix: str | None, metadata: Mapping[str, str] | None
) -> list[Q]:
    """What the ids of the objects that match must fulfil; `owner` is account, mode and type."""
    found = []
    account_id, mode, object_type = owner
    terms = SearchTerm.objects.filter(
        account_id=account_id, mode=mode, object_type=object_type
    ).values_list("object_id", flat=True)
    if prefix is not None:
        begin = fold(prefix)
        # A range instead of LIKE: the same on both engines, and the index serves it.
        end = begin + "\U0010ffff"
        kinds = Q(kind__in=("name", "email", "external_id", "key_hint"))
        found.append(_among(terms.filter(kinds, term__gte=begin, term__lt=end)))
    for key, value in (metadata or {}).items():
        found.append(_among(terms.filter(kind=METADATA, term=metadata_term(key, value))))
    return found


def _among(ids: "QuerySet[SearchTerm, Any]") -> Q:
    """Few matches are named: a planner that walks all objects for them takes half a second."""
    few = list(ids[: FEW + 1])
    return Q(pk__in=few) if len(few) <= FEW else Q(pk__in=ids)
