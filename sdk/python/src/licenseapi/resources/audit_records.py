"""The audit log: who changed what, when and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import ListParams, RequestOptions
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page


class AuditRecordList(ListParams, total=False):
    """Filters of the list. `operation` is like `licenses.update`."""

    actor: str
    object_id: str
    operation: str


class AuditRecords(Resource):
    """The methods of audit_records."""

    def retrieve(self, record_id: str, /, **options: Unpack[RequestOptions]) -> AuditRecord:
        """Show an audit record."""
        return self._run(Call("audit_records.get", AuditRecord.read, (record_id,), options))

    def list(self, **query: Unpack[AuditRecordList]) -> Page[AuditRecord]:
        """List audit records, newest first."""
        return self._list("audit_records.list", AuditRecord.read, query)


class AsyncAuditRecords(AsyncResource):
    """The methods of audit_records."""

    async def retrieve(self, record_id: str, /, **options: Unpack[RequestOptions]) -> AuditRecord:
        """Show an audit record."""
        return await self._run(Call("audit_records.get", AuditRecord.read, (record_id,), options))

    def list(self, **query: Unpack[AuditRecordList]) -> AsyncList[AuditRecord]:
        """List audit records, newest first."""
        return self._list("audit_records.list", AuditRecord.read, query)


class AuditRecord(ApiObject, kind="audit_record", promised=RESOURCE):
    """One change. `detail` is None once it has been erased, `seal` until it is sealed."""

    id: str
    mode: str
    operation: str
    actor_type: str
    actor: str
    object_id: str | None
    ip: str | None
    request_id: str | None
    detail: Mapping[str, Any] | None
    detail_digest: str
    number: int | None
    seal: str | None
    created_at: str

    retrieve = on_default_client(AuditRecords, AuditRecords.retrieve)
    list = on_default_client(AuditRecords, AuditRecords.list)
