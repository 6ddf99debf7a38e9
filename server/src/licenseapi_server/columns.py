"""Column types shared by every model: ids, instants, JSON text.

They exist so that Django's ORM and the hand-written runtime SQL read and write the
same bytes on SQLite and on PostgreSQL.
"""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _Text = models.CharField[Any, Any]
    _LongText = models.TextField[Any, Any]
    _Number = models.BigIntegerField[Any, Any]
    _Reference = models.ForeignKey[Any, Any]
else:  # Django's fields take type arguments in their stubs only.
    _Text, _LongText = models.CharField, models.TextField
    _Number, _Reference = models.BigIntegerField, models.ForeignKey


class ByteOrderField(_Text):
    """Text that is compared byte by byte on both engines: one index serves `=` and ranges."""

    def db_type(self, connection: Any) -> str | None:
        """Text in byte order: `varchar COLLATE "C"`; SQLite compares bytes by default."""
        kind = super().db_type(connection)
        return kind if connection.vendor != "postgresql" else f'{kind} COLLATE "C"'

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Report the collation as part of the type, so that migrations do not add it twice."""
        return {**super().db_parameters(connection), "collation": None}


class IdField(ByteOrderField):
    """A prefixed, time-ordered id."""

    def __init__(self, **options: Any) -> None:
        options["max_length"] = 40
        super().__init__(**options)

    def deconstruct(self) -> Any:
        """Leave out what the class itself decides."""
        name, path, args, options = super().deconstruct()
        options.pop("max_length", None)
        return name, path, args, options


class ParentField(_Reference):
    """A reference to a row of the same tenant, protected against deletion, without an index.

    The tenant indexes, which all begin with `account_id`, serve the lookups; an index per
    reference would be a second one that nothing reads.
    """

    def __init__(self, to: Any, **options: Any) -> None:
        options.setdefault("on_delete", models.PROTECT)
        options.setdefault("db_index", False)
        options.setdefault("related_name", "+")
        super().__init__(to, **options)

    def db_type(self, connection: Any) -> str | None:
        """The type of the id that it refers to."""
        return self.target_field.rel_db_type(connection) or self.target_field.db_type(connection)

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """The parameters of the id that it refers to."""
        return {"type": self.db_type(connection), "check": None, "collation": None}


class InstantField(_Number):
    """Microseconds since the epoch, UTC. One number, the same on both engines."""


class JsonTextField(_LongText):
    """JSON kept as text: the runtime decodes it with msgspec, never the database."""
