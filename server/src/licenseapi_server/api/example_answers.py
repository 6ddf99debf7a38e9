"""Example answers: one believable object of each kind, and what an operation makes of it.

Built from the answer Structs themselves: a field that is new cannot be forgotten here.
"""

from typing import Any, get_args, get_origin

from msgspec import convert, to_builtins

from licenseapi_server.api.call import Page
from licenseapi_server.api.example_bulk import BULK_OBJECTS
from licenseapi_server.api.example_ids import LICENSE_KEY, PATH_IDS, SECRET
from licenseapi_server.api.example_objects import CUSTOMER, OBJECTS
from licenseapi_server.api.management.products import Deleted
from licenseapi_server.api.registry import Route

SHOWN = {**OBJECTS, **BULK_OBJECTS}
LATER = {"updated_at": "2026-03-09T14:05:00Z", "version": 2}
# What an operation changes of the object, beside what the example request sends.
CHANGES: dict[str, dict[str, Any]] = {
    "products.create": {"platforms": [], "url": None},
    "policies.create": {"max_activations": None, "entitlements": []},
    "customers.create": {"metadata": {}},
    "customers.ban": {
        **LATER,
        "banned_at": LATER["updated_at"],
        "ban_reason": "Shared the key in public",
    },
    "customers.unban": LATER,
    "license_users.create": {"email": None, "customer_id": None},
    "license_users.ban": {
        **LATER,
        "banned_at": LATER["updated_at"],
        "ban_reason": "Shared the login in public",
    },
    "license_users.unban": LATER,
    "imports.create": {"next_row": 1, "created": 0, "failed": 0},
    "licenses.create": {
        "key": LICENSE_KEY,
        "customer_id": None,
        "metadata": {},
        "last_validated_at": None,
    },
    "leases.renew": {"renewed_at": "2026-03-09T08:42:31.402617Z", "version": 2},
    "leases.release": {
        "expires_at": "2026-03-09T08:50:00Z",
        "ended_at": "2026-03-09T08:50:00Z",
        "ended_reason": "released",
        "version": 3,
    },
    "licenses.suspend": {
        **LATER,
        "status": "suspended",
        "suspended_at": LATER["updated_at"],
        "suspension_reason": "Payment disputed",
    },
    "licenses.reinstate": LATER,
    "licenses.revoke": {
        **LATER,
        "status": "revoked",
        "revoked_at": LATER["updated_at"],
        "revocation_reason": "Refunded",
    },
    "licenses.renew": {
        **LATER,
        "expires_at": "2028-03-02T09:30:00Z",
        "ends_at": "2028-03-09T09:30:00Z",
    },
    "licenses.extend": {
        **LATER,
        "expires_at": "2027-04-01T09:30:00Z",
        "ends_at": "2027-04-08T09:30:00Z",
    },
    "licenses.check_out": {
        "document": "-----BEGIN LICENSE FILE-----\neyJwYXlsb2FkIjoi…\n-----END LICENSE FILE-----\n"
    },
    "license_files.revoke": {"revoked_at": "2026-03-09T14:05:00Z"},
    "licenses.transfer": LATER,
    "licenses.roll_key": {
        **LATER,
        "key": LICENSE_KEY,
        "previous_key_until": "2026-03-10T14:05:00Z",
    },
    "licenses.check_in": {
        "last_check_in_at": LATER["updated_at"],
        "check_in_due_at": "2026-03-16T14:05:00Z",
    },
    "billing_providers.roll_secret": {
        **LATER,
        "previous_secret_until": "2026-03-10T14:05:00Z",
    },
    "subscription_links.create": {
        "status": None,
        "paid_until": None,
        "plan": None,
        "updated_at": "2026-03-02T09:30:00Z",
        "version": 1,
    },
    "api_keys.create": {"secret": SECRET, "last_used_at": None, "last_ip": None},
    "api_keys.roll": {**LATER, "secret": SECRET},
    "api_keys.revoke": {**LATER, "revoked_at": LATER["updated_at"]},
    "signing_keys.rotate": {"state": "pending", "signs_from": "2026-03-02T09:35:00Z"},
}


def example_answer(route: Route) -> Any:
    """What the route may answer to its example, as JSON values."""
    if get_origin(route.answer) is Page:
        return _page(route)
    if route.answer is Deleted:
        noun = route.path.split("/")[-2]
        kind = route.name.partition(".")[0]
        return to_builtins(Deleted(PATH_IDS[noun], _singular(kind)))
    found: dict[str, Any] = to_builtins(SHOWN[route.answer])
    sent = route.example if isinstance(route.example, dict) else {}
    shown = {name: value for name, value in sent.items() if name in found}
    changed = LATER if route.method == "PATCH" else {}
    found |= {**shown, **changed, **CHANGES.get(route.name, {})}
    # Through the Struct once more: its order, and nothing that it could not hold.
    return to_builtins(convert(found, route.answer))


def _page(route: Route) -> Any:
    (item,) = get_args(route.answer)
    before, _, _ = route.path.partition("/{id}")
    noun = before.rpartition("/")[2]
    url = route.path.replace("{id}", PATH_IDS[noun]) if "{id}" in route.path else route.path
    page: Page[Any] = Page(url=url, has_more=False, data=[OBJECTS[item]])
    found: dict[str, Any] = to_builtins(page)
    sent = route.example or {}
    if "customer" in sent.get("expand", ()):
        found["data"][0]["customer"] = to_builtins(CUSTOMER)
    return found


def _singular(noun: str) -> str:
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")
