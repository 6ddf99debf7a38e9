"""What the fields of events mean."""

from licenseapi_server.api.meanings.shared import PAGE_QUERY

STRUCTS = {
    "Event": {
        "id": "The id of the event; ids sort by time.",
        "object": "`event`; in a timeline also `denial`.",
        "mode": "`live` or `test`: that of the license.",
        "type": (
            "What happened, like `license.renewed`: `type` of the list of events names them all. "
            "New releases may add some. A denial in a timeline is `license.denied`."
        ),
        "license_id": (
            "The license that it is about, which may be deleted by now; null for the portal."
        ),
        "object_id": (
            "What it happened to: the license itself, one of its activations, leases or users, or "
            "a customer."
        ),
        "data": (
            "More about it, by type: `changed` names the fields of an update, `reason` is the "
            "reason given, `from` and `to` are the expiry before and after; of activations "
            "`hostname`, `reason`, `after`, `from` and `seat_free_at`; of leases `entitlement`, `expires_at`, "
            "`until`, `after` and `reason`; of denials all that `GET /v1/denials` says of them. "
            "What a subscription did names `cause`, the provider, and `delivery_id`. Never a key or "
            "a secret."
        ),
        "actor": (
            "The API key that did it, `key_…`; of machines and of the portal also a token, by "
            "its `jti`, or a customer; of subscriptions also the provider, like `stripe`; of "
            "denials empty."
        ),
        "created_at": "When it happened.",
    },
    "TimelineQuery": {
        **PAGE_QUERY,
        "type": "Events of this type; `license.denied` for the denials.",
    },
    "EventQuery": {
        **PAGE_QUERY,
        "type": "Events of this type.",
        "license_id": "Events of this license, also after its deletion.",
    },
}
