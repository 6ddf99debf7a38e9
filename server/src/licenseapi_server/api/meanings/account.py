"""What the fields of API keys, signing keys, the request log and the account mean."""

from licenseapi_server.api.meanings.shared import MODE, PAGE_QUERY, WHOLE_LIST, stamps

_KEY_NAME = "What the key is for, so that people recognize it; one line."
_SCOPES = "What a restricted key may do: scopes that the calling key has itself"
_PRODUCT_IDS = "The products that the key is bound to; `[]` is all."
_ALLOWED_IPS = (
    "From where the key may be used: addresses, or networks like `203.0.113.0/24`. `[]` is from "
    "wherever the calling key may be."
)
_PLAN_LIMITS = {
    "name": "The name of the plan.",
    "max_licenses": "How many licenses that are not revoked; null is unlimited.",
    "max_requests_per_month": "How many requests in a calendar month (UTC); null is unlimited.",
    "rate_per_second": "How many requests a second in the long run; null is unlimited.",
    "rate_burst": "How many requests at once before that rate holds; null is unlimited.",
}
_SETTINGS = {
    "name": "What people call the account; one line.",
    "max_token_ttl_seconds": "How long a token may live at most, in seconds.",
    "expiring_window_days": "How many days before its expiry a license is `expiring`.",
    "allowed_origins": (
        "Web pages that may call from a browser, like `https://app.example.com`; `[]` is none."
    ),
    "portal_url": (
        "Your own page for customers, like `https://acme.example.com/licenses`: mailed links lead "
        "there, with `token=…` added. Null is this server's page."
    ),
}

STRUCTS = {
    "NewApiKey": {
        "name": _KEY_NAME,
        "type": (
            "`restricted` for servers, with scopes of its choice; `publishable` for apps, which "
            "may only validate and what goes with it."
        ),
        "scopes": f"{_SCOPES}. Required for it; a publishable key leaves them out.",
        "product_ids": f"{_PRODUCT_IDS} A bound key can make keys of its own products only.",
        "expires_at": (
            "When the key stops working, and at the latest when the calling key does; null is "
            "as late as possible."
        ),
        "allowed_ips": _ALLOWED_IPS,
    },
    "ApiKeyChange": {
        "name": _KEY_NAME,
        "scopes": f"{_SCOPES}. Replaces the list; taking one away ends the key's tokens.",
        "product_ids": f"{_PRODUCT_IDS} Taking one away ends the key's tokens.",
        "expires_at": "When the key stops working; null is as late as the calling key allows.",
        "allowed_ips": _ALLOWED_IPS,
    },
    "RollBody": {
        "overlap_seconds": (
            "How long the old secret works on beside the new one, up to 7 days. 0 ends it at "
            "once, and with it the tokens that the key has minted."
        )
    },
    "RevokeBody": {
        "revoke_children": "Whether the keys that this one has made, and theirs, are revoked too."
    },
    "Secret": {
        "id": "The id of the secret.",
        "hint": "Its beginning and last four characters, to recognize it by.",
        "created_at": "When it was made.",
        "expires_at": "When it stops working; null is with the key.",
        "last_used_at": "When it was last used, to the minute; null is never.",
    },
    "ApiKey": {
        **stamps("key, `key_…`; it stays when the secret is rolled", "api_key"),
        "type": "`secret`, `restricted` or `publishable`.",
        "name": _KEY_NAME,
        "hint": "The beginning and last four characters of its newest secret.",
        "secret": "The key's text: only in the answer that creates or rolls it.",
        "scopes": "All that the key may do.",
        "product_ids": _PRODUCT_IDS,
        "allowed_ips": "From where it may be used; `[]` is from anywhere.",
        "expires_at": "When it stops working; null is never.",
        "revoked_at": "When it was revoked, which is final; null while it is not.",
        "exposed_at": (
            "When it was first seen in a URL or over plain HTTP, where others may have read it: "
            "roll it. null is never."
        ),
        "created_by_key": "The key that made it; null when a person did.",
        "last_used_at": "When it was last used, to the minute; null is never.",
        "last_ip": "From which address it was last used; null is never.",
        "secrets": "Its secrets, newest first: two can work at once after a roll.",
    },
    "SigningKey": {
        "id": "Its `kid`, as in the header of what it signs.",
        "object": "Always `signing_key`.",
        "mode": MODE,
        "use": (
            "What it signs: `token`; `file`, `permit`, `revocations` or `key`, documents that "
            "hold offline; or `root`, the statements about those keys."
        ),
        "state": (
            "`pending` until it takes over, `active` while it signs, `retiring` while what it "
            "signed may live, then `retired`; or `revoked`."
        ),
        "public_jwk": "Its public half, a JSON Web Key (RFC 7517).",
        "signs_from": "From when it signs.",
        "signs_until": "Until when it signs; null until the next one is made.",
        "published_until": (
            "Until when it stands in the key set; null until the next one is made, and for roots."
        ),
        "created_at": "When it was made.",
    },
    "SigningKeys": {
        **WHOLE_LIST,
        "data": "The keys of the account and mode, newest first.",
    },
    "SigningKeyQuery": {
        "use": "Only keys that sign this; asking for `root` makes the first one.",
    },
    "Rotate": {
        "use": "Whose successor is made; without it `token`.",
        "takes_over_at": (
            "When a new root takes over, at most ten years from now; null is in 180 days. Apps "
            "that do not have it by then refuse what is signed later."
        ),
    },
    "RequestLogQuery": {
        **PAGE_QUERY,
        "key_id": "Only requests with this key, or with tokens that it minted.",
        "license_id": "Only requests about this license.",
        "operation": "Only requests of this operation, like `licenses.validate`.",
        "status": "Only requests that were answered with this HTTP status.",
        "code": "Only requests with this error code or validation code.",
    },
    "RequestLogEntry": {
        "id": "The request's id, `req_…`: every answer has it as `Request-Id`.",
        "object": "Always `request_log`.",
        "mode": "`live` or `test`: that of the credential.",
        "credential_type": (
            "`secret`, `restricted`, `publishable`, `token` or `portal`; `billing` is a provider."
        ),
        "key_id": (
            "The key, or the key that minted the token; in the portal the customer, of deliveries "
            "the provider. Null is nobody."
        ),
        "token_id": "The token, `tok_…`; null when there was none.",
        "operation": "The operation that was called; null when there is none at this path.",
        "method": "The HTTP method.",
        "path": "The path, without the query and without secrets.",
        "status": "The HTTP status of the answer.",
        "code": (
            "The error's code, or the validation's; `incomplete` when the answer broke off after "
            "its head; else null."
        ),
        "license_id": "The license that the request was about; null when none was found.",
        "ip": "Where it came from; null is unknown.",
        "user_agent": "The program that sent it, by its own account; null is unknown.",
        "is_replay": "Whether an `Idempotency-Key` was answered once more, without an effect.",
        "duration_us": "How long the answer took, in microseconds.",
        "created_at": "When it arrived.",
    },
    "AccountChange": _SETTINGS,
    "Account": {
        **_SETTINGS,
        "id": "The id of the account, `acct_…`.",
        "object": "Always `account`.",
        "plan": "The name of its plan.",
        "api_version": (
            "The version of the API that it is pinned to since its first call; null before."
        ),
        "issuer": "What stands as `iss` in its tokens of this mode.",
        "jwks_url": "Where the keys are that verify them.",
        "created_at": "When it was created.",
        "updated_at": "When it was last changed.",
        "version": "Rises with every change; send it as `If-Match`.",
    },
    "AccountUsage": {
        "object": "Always `account_usage`.",
        "mode": "`live` or `test`: they are counted apart.",
        "plan": "The name of the plan.",
        "requests": "Requests of this calendar month.",
        "licenses": "Licenses that are not revoked.",
        "period_start": "When this month began, in UTC.",
        "resets_at": "When it ends, and the requests are counted anew.",
    },
    "Amount": {
        "used": "How many have been used.",
        "limit": "How many there may be; null is unlimited.",
    },
    "Me": {
        "object": "Always `me`.",
        "account_id": "The account of the key, `acct_…`.",
        "account_name": "What people call the account.",
        "mode": "`live` or `test`: what the key sees and makes.",
        "plan": "The name of the account's plan.",
        "key_id": "The key that asked, `key_…`.",
        "credential_type": "`secret` or `restricted`.",
        "scopes": "All that the key may do.",
        "product_ids": _PRODUCT_IDS,
        "limits": "What the plan allows in this mode.",
    },
    "Plan": _PLAN_LIMITS,
}
