"""Parameters of the methods of imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from licenseapi.params import RequestOptions, WriteOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Required


class NewImport(WriteOptions, total=False):
    """How the rows that follow are taken; a dry run only says what would become of them."""

    policy_id: str | None
    dry_run: bool
    allow_weak: bool


class ImportRows(RequestOptions, total=False):
    """Rows of an import, up to 10,000, and the number of the first of them."""

    rows: Required[Sequence[Mapping[str, Any]]]
    first_row: int
