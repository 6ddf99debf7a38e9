"""What the fields of the customer portal mean."""

from licenseapi_server.api.meanings.shared import PAGE_QUERY

STRUCTS = {
    "LinkRequest": {
        "email": "The address that stands with the customer; the case of its letters is ignored."
    },
    "LinkRequested": {"object": "Always `portal_link_request`; it says nothing else to anybody."},
    "LinkToken": {"token": "What stands after `token=` in the mailed link."},
    "PortalSession": {
        "object": "Always `portal_session`.",
        "access_token": "The token, a JWT: send it as `Authorization: Bearer …`.",
        "token_type": "Always `Bearer`.",
        "expires_in": "How long it holds, in seconds.",
        "scope": "What it may do: `portal:read`, `portal:release` and `portal:files`.",
        "token_id": "Its id, `tok_…`: you may revoke it like any token.",
        "customer_id": "The customer whose portal it opens.",
    },
    "EndedSession": {
        "object": "Always `portal_session`.",
        "token_id": "The token that is refused from now on.",
        "ended": "Always true.",
    },
    "PortalLicense": {
        "id": "The id of the license, `lic_…`.",
        "object": "Always `license`.",
        "name": "What you call the license; null is not given.",
        "status": "Its status now, computed: `active`, `expiring`, `expired`, `banned` and so on.",
        "key_hint": "A part of the key, by which its holder knows it. The portal never shows it all.",
        "product_id": "The product that is licensed.",
        "product_name": "What that product is called.",
        "starts_at": "When it begins; null is at once.",
        "expires_at": "When it expires; null is never, or not yet known.",
        "ends_at": "When it stops working: `expires_at` and the policy's `grace_period`.",
        "limits": "What it allows, by its policy and its own limits; null is unlimited.",
        "activation_count": "On how many machines it is active.",
        "metadata": "Your own texts about the license that its software may see.",
        "created_at": "When it was created.",
    },
    "PortalActivation": {
        "id": "The id of the activation, `act_…`.",
        "object": "Always `activation`.",
        "license_id": "The license that takes the seat.",
        "fingerprint": "The machine's fingerprint, as it was last seen.",
        "name": "What people call the machine; null is not given.",
        "hostname": "Its host name; null is not given.",
        "platform": "Its operating system; null is not given.",
        "activated_at": "Since when it has lived without a break.",
        "last_seen_at": "When it was last heard of, to the hour.",
        "ended_at": "When it ended; null while it has its seat.",
        "ended_reason": "Why: `released` by its holder, or as of any activation; null while it lives.",
    },
    "PortalActivationQuery": {
        **PAGE_QUERY,
        "ended": "`true`: only those that have ended; `false`: only the others.",
    },
}
