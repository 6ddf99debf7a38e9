"""What the fields of products, entitlements and customers mean."""

from licenseapi_server.api.meanings.shared import (
    ARCHIVED_AT,
    CHANGED_METADATA,
    METADATA,
    MODE,
    PAGE_QUERY,
    SHOWN_METADATA,
    metadata_filter,
    stamps,
)

_PRODUCT_NAME = "What people call the product; one line."
_PRODUCT_CODE = (
    "What apps and scripts call the product: 1 to 64 letters, digits or `. _ : -`. No other "
    "product of the account and mode has it."
)
_PLATFORMS = "Where the product runs, in words of your own like `windows`; for people only."
_PRODUCT_URL = "The product's page on the web, `https://…`; null is none."
_ENTITLEMENT_NAME = "What people call the feature; one line."
_ENTITLEMENT_CODE = (
    "What apps ask for: 1 to 64 letters, digits or `. _ : -`. No other entitlement of the "
    "account and mode has it, and it never changes."
)
_CUSTOMER_NAME = "Who holds the licenses, a person or a company; one line, null is unknown."
_EMAIL = "Where to write to the customer; several customers may share it. null is unknown."
_EXTERNAL_ID = (
    "Your own id of the customer, from a shop or CRM. No other customer of the account and "
    "mode has it. null is none."
)
_HOLDS = "null takes it away."

_RELEASED_AT = "When the version was released; a time to come is fine."

_ARCHIVED_PRODUCT = "True takes no new policies; licenses go on. False undoes it."
_ARCHIVED_ENTITLEMENT = "True marks it as no longer offered; what carries it keeps it."

STRUCTS = {
    "Release": {"released_at": _RELEASED_AT},
    "ProductVersion": {
        "id": "The id of the version, `ver_…`; lists go on after it.",
        "object": "Always `product_version`.",
        "mode": MODE,
        "product_id": "The product that it is a version of.",
        "version": "What the version is called, as apps present it.",
        "released_at": _RELEASED_AT,
        "created_at": "When it was listed.",
        "updated_at": "When its release date was last changed.",
    },
    "NewProduct": {
        "name": _PRODUCT_NAME,
        "code": _PRODUCT_CODE,
        "platforms": _PLATFORMS,
        "url": _PRODUCT_URL,
        "metadata": METADATA,
    },
    "ProductChange": {
        "name": _PRODUCT_NAME,
        "code": f"{_PRODUCT_CODE} Apps that validate with the old one get `PRODUCT_MISMATCH`.",
        "platforms": f"{_PLATFORMS} Replaces the list.",
        "url": _PRODUCT_URL,
        "metadata": CHANGED_METADATA,
        "archived": _ARCHIVED_PRODUCT,
    },
    "ProductQuery": {**PAGE_QUERY, "code": "Only the product with this code."},
    "Product": {
        **stamps("product, `prod_…`", "product"),
        "name": _PRODUCT_NAME,
        "code": _PRODUCT_CODE,
        "platforms": _PLATFORMS,
        "url": _PRODUCT_URL,
        "metadata": SHOWN_METADATA,
        "archived_at": ARCHIVED_AT,
    },
    "NewEntitlement": {
        "name": _ENTITLEMENT_NAME,
        "code": _ENTITLEMENT_CODE,
        "metadata": METADATA,
    },
    "EntitlementChange": {
        "name": _ENTITLEMENT_NAME,
        "metadata": CHANGED_METADATA,
        "archived": _ARCHIVED_ENTITLEMENT,
    },
    "EntitlementQuery": {**PAGE_QUERY, "code": "Only the entitlement with this code."},
    "Entitlement": {
        **stamps("entitlement, `ent_…`", "entitlement"),
        "name": _ENTITLEMENT_NAME,
        "code": _ENTITLEMENT_CODE,
        "metadata": SHOWN_METADATA,
        "archived_at": ARCHIVED_AT,
    },
    "NewAttachment": {
        "code": "The code of an entitlement that exists; each at most once in the list.",
        "expires_at": "Until when it is carried; null is without end of its own.",
        "max_leases": (
            "How many seats of it may be leased at once; null is unlimited. A license's own limit "
            "stands in place of its policy's."
        ),
    },
    "AttachedEntitlement": {
        "id": "The id of the entitlement, `ent_…`.",
        "code": "Its code, which apps ask for.",
        "expires_at": "Until when it is carried; null is without end of its own.",
        "max_leases": "How many seats of it may be leased at once; null is unlimited.",
    },
    "NewCustomer": {
        "name": _CUSTOMER_NAME,
        "email": _EMAIL,
        "external_id": _EXTERNAL_ID,
        "metadata": METADATA,
    },
    "CustomerChange": {
        "name": _CUSTOMER_NAME,
        "email": f"Where to write to the customer. {_HOLDS}",
        "external_id": f"Your own id of the customer, unique in account and mode. {_HOLDS}",
        "metadata": CHANGED_METADATA,
    },
    "BanBody": {
        "reason": "Why, for your staff: kept with the customer, never shown to apps; null is none."
    },
    "CustomerQuery": {
        **PAGE_QUERY,
        "email": "Only customers with exactly this address.",
        "external_id": "Only the customer with this id of yours.",
        "q": "Only those whose name, email or external id begins so; letter case does not matter.",
        "metadata": metadata_filter("[region]=emea"),
    },
    "Customer": {
        **stamps("customer, `cus_…`", "customer"),
        "name": _CUSTOMER_NAME,
        "email": _EMAIL,
        "external_id": _EXTERNAL_ID,
        "metadata": SHOWN_METADATA,
        "banned_at": "Since when the customer's licenses answer `BANNED`; null while they do not.",
        "ban_reason": "Why the customer is banned, as it was sent; null is without a reason.",
    },
}
