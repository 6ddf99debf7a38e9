"""What the fields of audit records mean."""

from licenseapi_server.api.meanings.shared import PAGE_QUERY

_FILTERS = {
    "actor": "What this API key changed, `key_…`, also after its end.",
    "object_id": "Changes of this object, also after its deletion.",
    "operation": "Changes by this operation, like `licenses.update`.",
}

STRUCTS = {
    "AuditRecordQuery": {**PAGE_QUERY, **_FILTERS},
    "AuditRecordExportQuery": {
        "format": "`csv` is a table with a header line, `jsonl` one JSON object a line.",
        "starting_after": "Go on after this id: the last one that arrived before an export broke off.",
        "created_at": PAGE_QUERY["created_at"],
        **_FILTERS,
    },
    "AuditRecord": {
        "id": "The id of the record; ids sort by time.",
        "object": "Always `audit_record`.",
        "mode": "`live` or `test`: that of the key that made the change; `live` for the operator.",
        "operation": "What was done: an operation like `licenses.update`, or a command's name.",
        "actor_type": "The type of the credential, like `secret`; `operator` is the command line.",
        "actor": "The API key that did it, `key_…`.",
        "object_id": "What it was done to; null when that is no one object, as of a batch.",
        "ip": "The address that the request came from; null for the operator.",
        "request_id": "The request, `req_…`, as the request log has it; null for the operator.",
        "detail": (
            "`changes`: what was saved and deleted, up to 100, with `before` and `after` by column; "
            "`change_count`: how many there were. Never a secret. Null when it has been erased."
        ),
        "detail_digest": "The SHA-256 of the detail as it was written, in hexadecimal.",
        "number": "Its place in the account's chain, counted from 1; null for a few seconds.",
        "seal": "The seal over it and all before it, in hexadecimal; null for a few seconds.",
        "created_at": "When the change was made.",
    },
}
