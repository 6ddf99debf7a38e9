"""What the fields of a license's named users mean."""

from licenseapi_server.api.meanings.shared import (
    CHANGED_METADATA,
    METADATA,
    PAGE_QUERY,
    SHOWN_METADATA,
    stamps,
)

_NAME = "What people call the user; one line, null is none."
_EMAIL = "The user's address, on a license once whatever its letter case; null is none."
_EXTERNAL_ID = "Your own id of the user, on a license once; null is none."
_CUSTOMER_ID = "The customer that the user belongs to, if not the license's; null is none."
_ONE = "A user needs this or the other."

STRUCTS = {
    "NewLicenseUser": {
        "name": _NAME,
        "email": f"{_EMAIL} {_ONE}",
        "external_id": f"{_EXTERNAL_ID} {_ONE}",
        "customer_id": _CUSTOMER_ID,
        "metadata": METADATA,
    },
    "LicenseUserChange": {
        "name": _NAME,
        "email": f"{_EMAIL} {_ONE}",
        "external_id": f"{_EXTERNAL_ID} {_ONE}",
        "customer_id": _CUSTOMER_ID,
        "metadata": CHANGED_METADATA,
    },
    "UserBan": {
        "reason": "Why, for your staff: kept with the user, never shown to apps; null is none."
    },
    "LicenseUserQuery": {
        **PAGE_QUERY,
        "external_id": "Only the user with this id of yours.",
        "email": "Only the user with this address, whatever its letter case.",
    },
    "LicenseUser": {
        **stamps("user, `usr_…`", "license_user"),
        "license_id": "The license that the user is on.",
        "name": _NAME,
        "email": _EMAIL,
        "external_id": _EXTERNAL_ID,
        "customer_id": _CUSTOMER_ID,
        "metadata": SHOWN_METADATA,
        "banned_at": "Since when the license is refused to this user; null while it is not.",
        "ban_reason": "Why the user is banned, as it was sent; null is without a reason.",
    },
}
