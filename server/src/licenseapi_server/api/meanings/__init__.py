"""What each field of the API means: for the OpenAPI document and the reference page.

Tables by Struct and field, beside the code: a Struct stays a list of names and types. Nothing
is inherited by name. A house test holds Structs and tables together.
"""

from collections.abc import Mapping
from typing import Any

from licenseapi_server.api.meanings import (
    account,
    activations,
    audit_records,
    billing,
    bulk,
    catalog,
    denials,
    events,
    leaks,
    leases,
    license_users,
    licenses,
    offline,
    policies,
    portal,
    runtime,
    shared,
)

MEANINGS: Mapping[str, Mapping[str, str]] = {
    **shared.STRUCTS,
    **catalog.STRUCTS,
    **policies.STRUCTS,
    **licenses.STRUCTS,
    **license_users.STRUCTS,
    **activations.STRUCTS,
    **leases.STRUCTS,
    **events.STRUCTS,
    **denials.STRUCTS,
    **audit_records.STRUCTS,
    **bulk.STRUCTS,
    **billing.STRUCTS,
    **account.STRUCTS,
    **runtime.STRUCTS,
    **offline.STRUCTS,
    **portal.STRUCTS,
    **leaks.STRUCTS,
}


def struct_of(schema_name: str) -> str:
    """The Struct that a schema is of: all pages of a list share theirs."""
    return schema_name.partition("_")[0]


def add_meanings(schemas: Mapping[str, dict[str, Any]]) -> None:
    """Give every property of these schemas its description."""
    for name, schema in schemas.items():
        meanings = MEANINGS.get(struct_of(name), {})
        for field in schema["properties"].keys() & meanings.keys():
            schema["properties"][field]["description"] = meanings[field]
