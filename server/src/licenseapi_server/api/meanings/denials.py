"""What the fields of denials mean."""

from licenseapi_server.api.meanings.shared import PAGE_QUERY

STRUCTS = {
    "DenialQuery": {
        **PAGE_QUERY,
        "license_id": "Denials of this license, also after its deletion.",
        "code": "Denials with this code, like `NOT_ACTIVATED` or `activation_limit_reached`.",
    },
    "Denial": {
        "id": "The id of the denial; ids sort by the first time within the hour.",
        "object": "Always `denial`.",
        "mode": "`live` or `test`: that of the license.",
        "license_id": "The license that was refused, which may be deleted by now.",
        "product_id": "The product of that license.",
        "fingerprint": "The machine that was presented; null when none was.",
        "code": "Why: the code of the validation or of the error.",
        "operation": "The operation that was last refused so, like `licenses.validate`.",
        "count": "How often, within the hour of `created_at`.",
        "created_at": "The first time within the hour.",
        "last_denied_at": "The last time within the hour.",
    },
}
