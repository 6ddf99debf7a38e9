"""The parameters of an operation: in its path, its query and its headers."""

from itertools import pairwise
from typing import Any

from licenseapi_server.api.call import NoQuery
from licenseapi_server.api.openapi_schemas import Schemas
from licenseapi_server.api.registry import Route

# The ids in paths, by the noun before them.
PATH_IDS = {
    "accounts": "The id of the account, `acct_…`: `GET /v1/account` says it.",
    "activations": "The id of the activation, `act_…`.",
    "api_keys": "The id of the key, `key_…`.",
    "audit_records": "The id of the audit record, `aud_…`.",
    "billing_deliveries": "The id of the delivery, `bdl_…`.",
    "billing_providers": "The id of the provider, `bpr_…`.",
    "customers": "The id of the customer, `cus_…`.",
    "denials": "The id of the denial, `den_…`.",
    "entitlements": "The id of the entitlement, `ent_…`.",
    "events": "The id of the event, `evt_…`.",
    "leases": "The id of the lease, `lse_…`.",
    "license_files": "The id of the license file, `lf_…`.",
    "imports": "The id of the import, `imp_…`.",
    "licenses": "The id of the license, `lic_…`.",
    "policies": "The id of the policy, `pol_…`.",
    "portal": "The id of your account, `acct_…`: `GET /v1/account` says it.",
    "products": "The id of the product, `prod_…`.",
    "request_logs": "The id of the request, `req_…`: every answer has it as `Request-Id`.",
    "signing_keys": "The id of the signing key: its `kid`.",
    "users": "The id of the license's user, `usr_…`.",
    "versions": "The version, like `2.1.0`: 1 to 64 letters, digits and `.+_~-`.",
    "subscription_links": "The id of the link, `sub_…`.",
    "billing": "`stripe`, `paddle`, `lemon_squeezy` or `generic`.",
    "{provider}": "The id of the account, `acct_…`: `delivery_url` of the provider has it.",
}


def parameters_of(route: Route, schemas: Schemas) -> list[dict[str, Any]]:
    """All parameters, each with what it means."""
    return [
        *_path_parameters(route),
        *_query_parameters(route, schemas),
        *_header_parameters(route),
    ]


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": part[1:-1],
            "in": "path",
            "required": True,
            "description": PATH_IDS.get(noun, ""),
            "schema": {"type": "string", "minLength": 1, "maxLength": 64},
        }
        for noun, part in pairwise(route.path.split("/"))
        if part.startswith("{")
    ]


def _query_parameters(route: Route, schemas: Schemas) -> list[dict[str, Any]]:
    if route.query is NoQuery:
        return []
    schema = schemas.named[route.query.__name__]
    required = set(schema.get("required", ()))
    parameters = []
    for name, field in schema["properties"].items():
        parameter: dict[str, Any] = {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": field.get("description", ""),
            "schema": {
                key: value for key, value in _without_null(field).items() if key != "description"
            },
        }
        if _is_map(field):
            parameter |= {"style": "deepObject", "explode": True}
        parameters.append(parameter)
    return parameters


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out rather than null."""
    field = {name: value for name, value in field.items() if name != "default" or value is not None}
    choices = [item for item in field.get("anyOf", ()) if item.get("type") != "null"]
    if len(choices) == 1 and "anyOf" in field:
        rest = {name: value for name, value in field.items() if name not in {"anyOf", "default"}}
        return {**choices[0], **rest}
    return field


def _is_map(field: dict[str, Any]) -> bool:
    return _without_null(field).get("type") == "object"


def _header_parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if route.takes_idempotency_key:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": route.needs_idempotency_key,
                "description": "Any text of your own: a repeat with it has no second effect.",
                "schema": {"type": "string", "pattern": "^[!-~]([ -~]{0,253}[!-~])?$"},
            }
        )
    if route.takes_license_key_header:
        found.append(
            {
                "name": "License-Key",
                "in": "header",
                "required": False,
                "description": "The license key, instead of `?key=`: URLs end up in logs.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,512}$"},
            }
        )
    if "version_mismatch" in route.errors:
        found.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": False,
                "description": "The `version` that you have read, in quotes; 412 when it is old.",
                "schema": {"type": "string", "pattern": '^"[0-9]{1,18}"$'},
            }
        )
    return found
