"""What the fields of licenses mean, in what is sent and in what is shown."""

from licenseapi_server.api.meanings.shared import (
    CHANGED_METADATA,
    METADATA,
    PAGE_QUERY,
    metadata_filter,
    stamps,
)

_COUNTED = {
    "max_activations": "How many machines may be active at once",
    "max_leases": "How many uses of a floating license at once",
    "max_users": "How many named users",
    "max_cores": "Processor cores of all machines together",
    "max_memory_bytes": "Memory of all machines together, in bytes",
    "max_disk_bytes": "Disk space of all machines together, in bytes",
}
_EFFECTIVE = frozenset(_COUNTED) - {"max_leases"}
_OVERRIDES = {
    name: (
        f'{text}; null takes the limit of the policy, `"unlimited"` lifts it.'
        f"{'' if name in _EFFECTIVE else ' Stored now; takes effect with a later version.'}"
    )
    for name, text in _COUNTED.items()
}
_NAME = "What people call the license, like the holder's name; one line, null is none."
_CUSTOMER_ID = "The customer who holds it; null is nobody."
_STARTS_AT = "Before this time the license answers `NOT_STARTED`; null is from the beginning."
_EXPIRES_AT = "When the license expires; null is never."
_TEST = "A test license ends within 90 days."
_PRIVATE = "never part of a validation"
_ENTITLEMENTS = "Features that this license carries beside those of its policy"
_PRODUCT_ID = "The product that it is for."
_POLICY_ID = "The policy that it is under."
_ENDS_AT = "`expires_at` and the grace period after it; null is never."
_LAST_CHECK_IN_AT = "When it was last checked in; null is never."
_CHECK_IN_DUE_AT = (
    "By when it has to be checked in, else it answers `CHECK_IN_OVERDUE`; null where its policy "
    "has no `check_in_interval`."
)
_MAINTENANCE_ENDS_AT = (
    "Versions released from then on answer `VERSION_NOT_COVERED`; null where its policy has no "
    "`maintenance`."
)
_KEY_HINT = "The last characters of the key, to tell licenses apart."
_ACTIVATION_COUNT = "How many machines are bound to it now; those that have ended not counted."
_USER_COUNT = "How many named users it has, banned ones included."
_EXPAND = (
    "Show these related objects in full: `expand[]=customer&expand[]=policy`. Each needs its "
    "own scope, like `customers:read`."
)

STRUCTS = {
    "NewLicense": {
        **_OVERRIDES,
        "policy_id": "The policy that the license is under. It decides the product.",
        "name": _NAME,
        "customer_id": _CUSTOMER_ID,
        "key": (
            "A key of your own: 16 to 512 printable characters that no other license has. null "
            "has one made, unless the policy has `key_format: custom`; with `signed` it must be null."
        ),
        "starts_at": _STARTS_AT,
        "expires_at": (
            f"When the license expires. null counts the policy's `duration`, if any. {_TEST}"
        ),
        "metadata": f"{METADATA} Apps see it.",
        "private_metadata": f"The same for your eyes only: {_PRIVATE}.",
        "entitlements": f"{_ENTITLEMENTS}, by code.",
        "users": "The people who may use it, by name: up to 100; later ones are added one by one.",
    },
    "LicenseChange": {
        **_OVERRIDES,
        "name": _NAME,
        "customer_id": _CUSTOMER_ID,
        "starts_at": _STARTS_AT,
        "expires_at": f"{_EXPIRES_AT} {_TEST}",
        "metadata": f"{CHANGED_METADATA} Apps see them.",
        "private_metadata": f"Replaces all private texts of your own: {_PRIVATE}.",
        "entitlements": f"{_ENTITLEMENTS}, by code. Replaces the list; `[]` empties it.",
    },
    "LicenseQuery": {
        **PAGE_QUERY,
        "policy_id": "Only licenses under this policy.",
        "product_id": "Only licenses for this product.",
        "customer_id": "Only licenses of this customer.",
        "status": "Only licenses with this status, as the clock has it now.",
        "expires_at": (
            "Only licenses that expire then: `expires_at[gte]=2026-01-01T00:00:00Z`, also with "
            "`gt`, `lt` and `lte`; two of them make a range."
        ),
        "metadata": metadata_filter("[order]=1017"),
        "q": "A whole license key, or the beginning of a name, or the end of a key.",
        "expand[]": _EXPAND,
    },
    "ExpandQuery": {"expand[]": _EXPAND},
    "Batch": {
        "items": "The licenses to create, each like the body of Create a license; up to 1,000.",
        "count": "How many licenses to make from `template`; up to 1,000. Not with `items`.",
        "template": "What the `count` licenses have in common; a `key` only with a count of 1.",
    },
    "ReasonBody": {
        "reason": "Why, for your staff: kept with the license, never shown to apps; null is none."
    },
    "ExtendBody": {
        "by": "What to add to the expiry, an ISO 8601 duration like `P30D`; either this or `until`.",
        "until": "The new expiry itself, later than the present one; either this or `by`.",
    },
    "TransferBody": {
        "policy_id": (
            "The new policy, of the same product; its `transfer_strategy` decides about the "
            "expiry. Either this or `customer_id`."
        ),
        "customer_id": "The new holder. Either this or `policy_id`.",
    },
    "RollKeyBody": {
        "key": (
            "A key of your own: 16 to 512 printable characters that no other license has, or had "
            "before its last roll. null has one made, unless the policy has `key_format: custom`; "
            "with `signed` it must be null."
        ),
        "overlap_seconds": (
            "How long the old key works on: 0, which is not at all, to 2592000, which is 30 days. "
            "Then it answers `KEY_REPLACED`; a key from before that answers `NOT_FOUND` at once."
        ),
    },
    "License": {
        **stamps("license, `lic_…`", "license"),
        "name": _NAME,
        "status": (
            "What holds now, the first that does: `revoked`, `banned`, `suspended`, `pending` "
            "(before `starts_at`), `grace`, `expired`, `expiring` (within the account's window), "
            "`inactive` (unused for 90 days), `active`."
        ),
        "key": (
            "The whole key: in the answers that make it, later only for keys with "
            "the scope `licenses:reveal`."
        ),
        "key_hint": _KEY_HINT,
        "previous_key_until": (
            "Until when the key before the last roll works or worked; null is never rolled."
        ),
        "product_id": _PRODUCT_ID,
        "policy_id": _POLICY_ID,
        "customer_id": _CUSTOMER_ID,
        "starts_at": _STARTS_AT,
        "expires_at": _EXPIRES_AT,
        "ends_at": _ENDS_AT,
        "last_check_in_at": _LAST_CHECK_IN_AT,
        "check_in_due_at": _CHECK_IN_DUE_AT,
        "maintenance_ends_at": _MAINTENANCE_ENDS_AT,
        "suspended_at": "Since when it is suspended; null while it is not.",
        "suspension_reason": "Why it is suspended, as it was sent; null is without a reason.",
        "revoked_at": "When it was revoked, which is final; null while it is not.",
        "revocation_reason": "Why it was revoked, as it was sent; null is without a reason.",
        "limits": "The limits in force: its own, else its policy's.",
        "overridden": "The names of the limits that are its own.",
        "entitlements": f"{_ENTITLEMENTS}.",
        "activation_count": _ACTIVATION_COUNT,
        "user_count": _USER_COUNT,
        "last_validated_at": (
            "When it was last validated, to the minute; null is never. A dry run leaves no trace."
        ),
        "metadata": "The texts of your own, by name. Apps see them.",
        "private_metadata": f"The texts for your eyes only: {_PRIVATE}.",
        "customer": "The customer in full, with `expand[]=customer`; null is nobody.",
        "policy": "The policy in full, with `expand[]=policy`.",
        "product": "The product in full, with `expand[]=product`.",
    },
    "Limits": {name: f"{text}; null is unlimited." for name, text in _COUNTED.items()},
    "BatchResult": {
        "object": "Always `batch`.",
        "data": "What became of each item, in their order.",
        "created": "How many were created.",
        "failed": "How many were not.",
    },
    "BatchItem": {
        "status": "Whether this license was created.",
        "license": "The license with its whole `key`, when it was created.",
        "error": "Why it was not, when it failed.",
    },
    "BatchAction": {
        "action": "What is done to each license, as by the operation of this name.",
        "ids": "The licenses, 1 to 1,000 ids, each once.",
        "reason": "Why; with `suspend`, `reinstate`, `revoke` and `renew`.",
        "by": "With `extend`: a duration to add to each expiry, like `P30D`.",
        "until": "With `extend`: the new expiry; later than each present one.",
        "policy_id": "With `transfer`: another policy of the same product.",
        "customer_id": "With `transfer`: the customer who takes over.",
    },
    "BatchActionResult": {
        "object": "Always `batch_action`.",
        "action": "What was asked for.",
        "data": "What became of each license, in the order of the ids.",
        "done": "How many licenses the action has changed.",
        "unchanged": "How many were already as the action would have them.",
        "failed": "How many refused the action, or do not exist.",
    },
    "ActionItem": {
        "id": "The id as it was sent.",
        "status": "What became of the license.",
        "error": "Why nothing was done, when it failed.",
    },
    "ItemError": {
        "code": "An error code, as a request for this license alone would have got it.",
        "detail": "What is wrong, in a sentence.",
        "errors": "Each flaw with `pointer`, `code` and `message`; empty when it is no flaw.",
    },
    "CheckIn": {"license_key": "The key of the license; a publishable key has to present it."},
    "ValidatedLicense": {
        "id": "The id of the license, `lic_…`.",
        "object": "Always `license`.",
        "name": _NAME,
        "status": "Its status now, one of those of a license.",
        "key_hint": _KEY_HINT,
        "product_id": _PRODUCT_ID,
        "policy_id": _POLICY_ID,
        "customer_id": (
            "The customer who holds it, null is nobody; missing for apps, which call with a "
            "publishable key or a token."
        ),
        "starts_at": _STARTS_AT,
        "expires_at": _EXPIRES_AT,
        "ends_at": _ENDS_AT,
        "last_check_in_at": _LAST_CHECK_IN_AT,
        "check_in_due_at": _CHECK_IN_DUE_AT,
        "maintenance_ends_at": _MAINTENANCE_ENDS_AT,
        "limits": "The limits in force: its own, else its policy's.",
        "activation_count": _ACTIVATION_COUNT,
        "user_count": _USER_COUNT,
        "metadata": "The vendor's own texts, by name.",
        "created_at": "When it was created.",
    },
}
