"""Rows of a tenant: finding, changing and deleting them, never across account or mode."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models.deletion import ProtectedError

from licenseapi_server.api.call import AnyCall
from licenseapi_server.domain.ids import is_id
from licenseapi_server.domain.problems import FieldError, Problem

FOREIGN_KEY_VIOLATION = "23503"
Row = TypeVar("Row", bound=models.Model)


def of_tenant(model: type[Row], call: AnyCall) -> "models.QuerySet[Row]":
    """The rows of the caller's account and mode, whatever products the key is bound to."""
    owner = {"account_id": call.principal.account_id, "mode": call.principal.mode}
    return model._default_manager.filter(**owner)  # noqa: SLF001 - Django's documented way


def visible(model: type[Row], call: AnyCall) -> "models.QuerySet[Row]":
    """The rows that exist for the caller: of its account, its mode and its key's products."""
    rows = of_tenant(model, call)
    column: str | None = getattr(model, "BOUND_BY", None)
    if column is None or not call.principal.product_ids:
        return rows
    return rows.filter(**{f"{column}__in": call.principal.product_ids})


def get_row(rows: "models.QuerySet[Row]", prefix: str, row_id: str) -> Row:
    """The row. Raises Problem not_found, the same for a malformed and for a foreign id."""
    row = rows.filter(id=row_id).first() if is_id(row_id, prefix) else None
    if row is None:
        raise Problem("not_found")
    return row


def find_reference(rows: "models.QuerySet[Row]", prefix: str, row_id: str | None) -> Row | None:
    """A row that a body refers to, or None when there is no such row."""
    if row_id is None or not is_id(row_id, prefix):
        return None
    return rows.filter(pk=row_id).first()


def no_such(pointer: str, noun: str) -> FieldError:
    """What to say about a reference that leads nowhere."""
    message = f"There is no such {noun} in this account and mode."
    return FieldError(pointer, "not_found", message)


def create_unique(row: models.Model, field: str, value: object) -> None:
    """Insert the row. Raises Problem already_exists at `field` when its value is taken."""
    _once(lambda: row.save(force_insert=True), field, value)


def check_version(row: Any, call: AnyCall) -> None:
    """Raise Problem version_mismatch when the caller saw another version."""
    if call.expected_version is not None and call.expected_version != row.version:
        raise Problem(
            "version_mismatch",
            f"The object is at version {row.version} by now.",
        )


def change_row(
    row: Any, call: AnyCall, values: dict[str, Any], *, unique: str | None = None
) -> None:
    """Write `values`, if there are any, and count the version up.

    The row must have been read for update.
    """
    check_version(row, call)
    if not values:
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = call.now
    names = [*values, "version", "updated_at"]
    if unique is None:
        row.save(update_fields=names)
    else:
        _once(lambda: row.save(update_fields=names), unique, values.get(unique))


def delete_row(row: models.Model, call: AnyCall, noun: str) -> None:
    """Delete the row. Raises Problem in_use while something refers to it."""
    check_version(row, call)
    try:
        with transaction.atomic():
            row.delete()
    except (ProtectedError, IntegrityError) as error:
        way = "Archive it instead, or first" if hasattr(row, "archived_at") else "First"
        message = f"The {noun} is in use. {way} delete or change what uses it."
        raise Problem("in_use", message) from error


def is_missing_reference(error: IntegrityError) -> bool:
    """Whether a row refers to one that is gone; else it has a value that another one has."""
    return getattr(error.__cause__, "sqlstate", None) == FOREIGN_KEY_VIOLATION or (
        "FOREIGN KEY" in str(error)
    )


def _once(write: Callable[[], object], field: str, value: object) -> None:
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        if is_missing_reference(error):
            raise
        message = f"Another object has the {field.replace('_', ' ')} {str(value)[:100]!r}."
        flaw = FieldError(f"/{field}", "already_exists", message)
        raise Problem("already_exists", message, param=field, errors=[flaw]) from error
