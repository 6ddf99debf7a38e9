"""The audit log: what the methods ask."""

from __future__ import annotations

from edge import Edge, answers

from licenseapi import AuditRecord, LicenseAPI

RECORD = {"object": "audit_record", "id": "aud_1", "operation": "products.update", "detail": None}


def test_methods_ask_for_what_is_named(edge: Edge, client: LicenseAPI) -> None:
    page = {"object": "list", "has_more": False, "data": [RECORD]}
    edge.will(answers(RECORD), answers(page))

    shown = client.audit_records.retrieve("aud_1")
    assert isinstance(shown, AuditRecord)
    assert (shown.operation, shown.detail) == ("products.update", None)
    found = client.audit_records.list(actor="key_1", created_at={"gte": "2026-03-01T00:00:00Z"})
    assert [row.id for row in found.data] == ["aud_1"]

    assert [(asked.path, dict(asked.query)) for asked in edge.asked] == [
        ("/v1/audit_records/aud_1", {}),
        ("/v1/audit_records", {"actor": "key_1", "created_at[gte]": "2026-03-01T00:00:00Z"}),
    ]
