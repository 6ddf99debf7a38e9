"""What the fields of roots, license files and revocations mean."""

from licenseapi_server.api.meanings.shared import CREATED_AT, MODE, PAGE_QUERY, WHOLE_LIST

STRUCTS = {
    "CheckOut": {
        "license_key": "The license's key: required with a publishable key.",
        "product": (
            "The product that is running, by id or code; another one is refused. Required with a "
            "publishable key that is bound to no product."
        ),
        "fingerprint": (
            "The machine that the file is for: it has to be activated. null is any machine, where "
            "the policy does not require the fingerprint."
        ),
        "ttl_seconds": "How long the file is to last; null is as long as the policy allows.",
    },
    "LicenseFile": {
        "id": "The id of the license file, `lf_…`.",
        "object": "Always `license_file`.",
        "mode": MODE,
        "license_id": "The license.",
        "product_id": "Its product.",
        "activation_id": "The activation of the machine that it is bound to; null is none.",
        "kid": "The key that signed it.",
        "expires_at": "When it ends; the machine's seat stays taken until then.",
        "superseded_at": "When the same machine got a newer one; null while it has none.",
        "revoked_at": "When it was revoked, which is final; null while it is not.",
        "created_at": CREATED_AT,
        "document": "The file itself, to be stored as it stands; only in the answer that makes it.",
    },
    "LicenseFileQuery": {
        **PAGE_QUERY,
        "license_id": "Only files of this license.",
        "activation_id": "Only files for the machine of this activation.",
    },
    "RevocationList": {
        "object": "Always `revocation_list`.",
        "mode": MODE,
        "number": "Rises with each revocation: an app refuses a lower one than it has seen.",
        "issued_at": "When it was issued: the beginning of the hour.",
        "next_update_at": "By when to fetch the next one.",
        "document": (
            "The list itself, a compact JWS of type `rl+jws`: revoked licenses, license files "
            "and signing keys."
        ),
    },
    "RootKeys": {
        **WHOLE_LIST,
        "data": "The roots of the account and mode, newest first. Embed all of them.",
    },
    "RootKey": {
        "id": "Its `kid` (RFC 7638), which key statements name.",
        "object": "Always `root_key`.",
        "mode": "`live` or `test`: the documents that it vouches for.",
        "public_key": "What apps embed: the Ed25519 key, 43 characters of base64url.",
        "state": (
            "`pending` until it takes over, `active` while it vouches for keys, `retiring` "
            "afterwards: what it has vouched for goes on."
        ),
        "signs_from": "From when it vouches for keys.",
        "signs_until": "Until when; null until there is a successor.",
    },
}
