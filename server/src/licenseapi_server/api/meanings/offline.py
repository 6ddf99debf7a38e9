"""What the fields of roots, license files and revocations mean."""

from licenseapi_server.api.meanings.shared import WHOLE_LIST

STRUCTS = {
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
