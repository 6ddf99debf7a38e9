"""The page of the data model, read from the models themselves: tables, columns, indexes."""

import inspect
import sys
from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.db import models
from licenseapi_server.columns import ByteOrderField, IdField, InstantField, JsonTextField
from tables import make_page, make_table

# The first that fits names a column's type; `{}` is its length.
TYPES = (
    (IdField, "id"),
    (InstantField, "instant"),
    (JsonTextField, "JSON text"),
    (ByteOrderField, "text to {}, in byte order"),
    (models.CharField, "text to {}"),
    (models.TextField, "text"),
    (models.BinaryField, "bytes"),
    (models.BooleanField, "boolean"),
    (models.BigAutoField, "bigint, counted up"),
    (models.BigIntegerField, "bigint"),
    (models.IntegerField, "integer"),
    (models.DateTimeField, "timestamp"),
)
INTRO = (
    "The same tables on SQLite and on PostgreSQL; the words are those of the "
    "[glossary](../glossary.md). Programs use the API: a table may change with any release, and a "
    "query of your own is for looking, not for writing.\n\n"
    "An *id* is text of at most 40 characters that sorts, byte by byte, by the time of its making. "
    "An *instant* is a bigint: microseconds since 1970 in UTC. A row that others refer to is not "
    "deleted before them, unless they are deleted along with it. Without the server's secrets, "
    "columns that end in `_encrypted` cannot be read."
)


def render_data_model() -> str:
    """Every table of our apps, and how the nouns relate."""
    ours = [
        config
        for config in apps.get_app_configs()
        if config.name.startswith("licenseapi_server.") and list(config.get_models())
    ]
    every = [model for app in ours for model in app.get_models()]
    relations = "\n".join(f"- {_link(model)} {_relation(model)}." for model in every)
    tables = [part for app in ours for part in _app(app)]
    return make_page("Data model", INTRO, "## How the nouns relate", relations, *tables)


def _app(app: AppConfig) -> Iterator[str]:
    yield f"## `{app.label}`"
    yield _document(sys.modules[f"{app.name}.models"])
    for model in app.get_models():
        yield f"### {model.__name__}"
        yield f"Table `{_meta(model).db_table}`. {_document(model)}"
        yield make_table(
            ("Column", "Type", "Null", "Refers to"),
            list(map(_column, _meta(model).concrete_fields)),
        )
        yield make_table(("Index or constraint", "Columns", "Name"), list(_indexes(model)))


def _meta(model: type[models.Model]) -> Any:
    return model._meta  # noqa: SLF001 - Django's documented way


def _relation(model: type[models.Model]) -> str:
    """What a row belongs to, needed parents first."""
    references = [field for field in _meta(model).concrete_fields if field.is_relation]
    parents = [field for field in references if field.related_model.__name__ != "Account"]
    if not parents:
        has_account = any(field.column == "account_id" for field in _meta(model).concrete_fields)
        alone = "belongs to its account, named by id only" if has_account else "stands for itself"
        return "belongs to its account" if references else alone
    needed = [f"one {_link(field.related_model)}" for field in parents if not field.null]
    perhaps = [f"perhaps one {_link(field.related_model)}" for field in parents if field.null]
    *first, last = ["its account", *needed, *perhaps]
    return f"belongs to {', '.join(first)} and {last}"


def _link(model: type[models.Model]) -> str:
    return f"[{model.__name__}](#{model.__name__.lower()})"


def _column(field: Any) -> tuple[str, ...]:
    return (
        f"`{field.column}`",
        _type(field),
        "yes" if field.null else "",
        _reference(field) if field.is_relation else "",
    )


def _type(field: Any) -> str:
    if field.is_relation:
        return _type(field.target_field)
    return next(name for kind, name in TYPES if isinstance(field, kind)).format(field.max_length)


def _reference(field: Any) -> str:
    is_cascading = field.remote_field.on_delete is models.CASCADE
    deletion = "; deleted along with it" if is_cascading else ""
    trust = "" if field.db_constraint else "; not checked by the database"
    return f"{_link(field.related_model)}{deletion}{trust}"


def _indexes(model: type[models.Model]) -> Iterator[tuple[str, ...]]:
    """Those of single columns, then the named ones."""
    for field in _meta(model).concrete_fields:
        if field.primary_key:
            yield "primary key", _columns(field), ""
        elif field.unique:
            yield "unique", _columns(field), ""
        elif field.db_index:
            yield "index", _columns(field), ""
    for kind, named in (("unique", _meta(model).constraints), ("index", _meta(model).indexes)):
        for one in named:
            fields = [_meta(model).get_field(name) for name in one.fields]
            yield kind, _columns(*fields), f"`{one.name}`"


def _columns(*fields: Any) -> str:
    return ", ".join(f"`{field.column}`" for field in fields)


def _document(documented: Any) -> str:
    return inspect.getdoc(documented) or ""
