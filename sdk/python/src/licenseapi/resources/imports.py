"""Imports: licenses that arrive from elsewhere, with the keys that customers have."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.resources.license_batch_actions import ItemError
from licenseapi.resources.resource import AsyncResource, Resource
from licenseapi.tables import parts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Unpack

    from licenseapi.params import RequestOptions
    from licenseapi.resources.import_params import ImportRows, NewImport
    from licenseapi.tables import Rows


class Imports(Resource):
    """The methods of imports."""

    def create(self, **fields: Unpack[NewImport]) -> Import:
        """Begin an import. Nothing is taken in yet."""
        return self._run(Call("imports.create", Import.read, fields=fields))

    def upload(self, import_id: str, /, **fields: Unpack[ImportRows]) -> ImportReport:
        """Take in the next rows. Those that were sent before are only answered."""
        return self._run(Call("imports.upload", ImportReport.read, (import_id,), fields))

    def retrieve(self, import_id: str, /, **options: Unpack[RequestOptions]) -> Import:
        """Show how far an import has come."""
        return self._run(Call("imports.get", Import.read, (import_id,), options))

    def run(self, import_id: str, source: str | Path | Rows, /) -> Iterator[RowResult]:
        """Take in all rows of a file (CSV, or JSON lines if it is named so) or those given.

        What became of each, as it happens: iterate to the end. After a break call it again
        with the same import and the same rows. Raises APIError; ValueError on a broken file.
        """
        first = 1
        for part in parts(source):
            yield from self.upload(import_id, rows=part, first_row=first).data
            first += len(part)


class AsyncImports(AsyncResource):
    """The methods of imports."""

    async def create(self, **fields: Unpack[NewImport]) -> Import:
        """Begin an import. Nothing is taken in yet."""
        return await self._run(Call("imports.create", Import.read, fields=fields))

    async def upload(self, import_id: str, /, **fields: Unpack[ImportRows]) -> ImportReport:
        """Take in the next rows. Those that were sent before are only answered."""
        return await self._run(Call("imports.upload", ImportReport.read, (import_id,), fields))

    async def retrieve(self, import_id: str, /, **options: Unpack[RequestOptions]) -> Import:
        """Show how far an import has come."""
        return await self._run(Call("imports.get", Import.read, (import_id,), options))

    async def run(self, import_id: str, source: str | Path | Rows, /) -> AsyncIterator[RowResult]:
        """Take in all rows of a file (CSV, or JSON lines if it is named so) or those given.

        What became of each, as it happens: iterate to the end. After a break call it again
        with the same import and the same rows. Raises APIError; ValueError on a broken file.
        """
        first = 1
        for part in parts(source):
            report = await self.upload(import_id, rows=part, first_row=first)
            for result in report.data:
                yield result
            first += len(part)


class Import(ApiObject, kind="import", promised=RESOURCE):
    """An import, and how far it has come."""

    id: str
    mode: str
    policy_id: str | None
    dry_run: bool
    allow_weak: bool
    next_row: int
    created: int
    failed: int
    created_at: str
    updated_at: str


class RowResult(ApiObject):
    """What became of one row: `status` is `created` or `failed`."""

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {"error": ItemError}

    row: int
    status: str
    license_id: str | None = None
    error: ItemError | None = None


class ImportReport(ApiObject, kind="import_report", promised={"data": list}):
    """What became of each row that was sent, in their order."""

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {"data": RowResult}

    import_id: str
    dry_run: bool
    next_row: int
    data: Sequence[RowResult]
    created: int
    failed: int
