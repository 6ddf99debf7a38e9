"""The OpenAPI 3.1 document, generated from the route registry and the Structs."""

from collections.abc import Sequence
from typing import Any

import msgspec

from licenseapi_server import __version__
from licenseapi_server.api.call import NoBody, NoQuery
from licenseapi_server.api.patterns import END
from licenseapi_server.api.registry import Route
from licenseapi_server.domain.problems import PROBLEMS

REF = "#/components/schemas/{name}"
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "An error (RFC 9457). `code` is stable; `detail` says what to do.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "enum": sorted(PROBLEMS)},
        "request_id": {"type": "string"},
        "param": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
                "additionalProperties": False,
            },
        },
        "missing_scopes": {"type": "array", "items": {"type": "string"}},
        "license_code": {"type": "string"},
        "limit": {"type": ["integer", "null"]},
    },
    "additionalProperties": False,
}
# What any authenticated operation may answer, whatever it does.
ALWAYS = (
    "invalid_request",
    "unknown_field",
    "multiple_credentials",
    "credential_in_url",
    "unsupported_version",
    "authentication_required",
    "authentication_failed",
    "key_expired",
    "key_revoked",
    "https_required",
    "credential_not_allowed",
    "insufficient_scope",
    "rate_limited",
    "too_many_failures",
    "request_timeout",
    "internal_error",
    "unavailable",
)
PUBLIC = ("https_required", "unsupported_version", "credential_in_url", "unavailable")
WITH_BODY = ("invalid_json", "duplicate_member", "body_too_large", "unsupported_media_type")
WITH_KEY = ("idempotency_in_flight", "idempotency_mismatch")


def errors_of(route: Route) -> tuple[str, ...]:
    """Every error code that the route may answer, sorted by status."""
    codes = set(PUBLIC if route.is_public else ALWAYS) | set(route.errors)
    codes |= {"internal_error"}
    if not route.is_public and route.is_counted and not route.ignores_quota:
        codes.add("quota_exceeded")
    if takes_body(route):
        codes |= set(WITH_BODY)
    if route.takes_idempotency_key:
        codes |= set(WITH_KEY)
    if route.is_runtime and not route.is_public:
        codes.add("origin_not_allowed")
    return tuple(sorted(codes, key=lambda code: (PROBLEMS[code].status, code)))


def takes_body(route: Route) -> bool:
    """Whether the route reads a body at all."""
    return route.method in {"POST", "PATCH", "PUT"}


def _close(schema: Any) -> Any:
    """Answers show exactly what is documented: no member appears by accident."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            _close(value)
    elif isinstance(schema, list):
        for value in schema:
            _close(value)
    return schema


def _unanchor(schema: Any) -> None:
    """Patterns as JSON Schema has them: there `$` means the very end."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            schema["pattern"] = schema["pattern"].removesuffix(END)
        for value in schema.values():
            _unanchor(value)
    elif isinstance(schema, list):
        for value in schema:
            _unanchor(value)


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 64},
        }
        for name in names
    ]


def _query_parameters(route: Route, schemas: "Schemas") -> list[dict[str, Any]]:
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
            "schema": _without_null(field),
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
                "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
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


def _responses(route: Route, schemas: "Schemas") -> dict[str, Any]:
    schema = schemas.of(route.answer)
    responses: dict[str, Any] = {
        str(route.status): {
            "description": "Done.",
            "headers": {"Request-Id": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": schema}},
        }
    }
    by_status: dict[int, list[str]] = {}
    for code in errors_of(route):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    if route.is_public:
        responses["304"] = {"description": "What `If-None-Match` names is still current."}
    for status, codes in by_status.items():
        responses[str(status)] = {
            "description": " ".join(f"`{code}`: {PROBLEMS[code].title}." for code in codes),
            "content": {
                "application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}
            },
        }
    return responses


def _operation(route: Route, schemas: "Schemas") -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.name.partition(".")[0]],
        "parameters": [
            *_path_parameters(route),
            *_query_parameters(route, schemas),
            *_header_parameters(route),
        ],
        "responses": _responses(route, schemas),
        "x-credentials": sorted(route.credentials) if not route.is_public else [],
        "x-idempotency": "key" if route.takes_idempotency_key else "none",
    }
    if route.description:
        operation["description"] = route.description
    if route.is_public:
        operation["security"] = []
    else:
        operation["x-scope"] = route.scope
        operation["security"] = [{"bearer": []}, {"basic": []}]
    if takes_body(route) and route.body is not NoBody:
        content: dict[str, Any] = {"schema": schemas.of(route.body)}
        if route.example is not None:
            content["example"] = route.example
        operation["requestBody"] = {
            "required": bool(schemas.named[route.body.__name__].get("required")),
            "content": {"application/json": content},
        }
    return operation


class Schemas:
    """The JSON schema of every Struct at the edge."""

    def __init__(self, routes: Sequence[Route]) -> None:
        kinds = tuple(
            dict.fromkeys(
                kind for route in routes for kind in (route.body, route.query, route.answer)
            )
        )
        found, self.named = msgspec.json.schema_components(kinds, ref_template=REF)
        self._found = dict(zip(kinds, found, strict=True))
        _unanchor(self.named)

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of one type, mostly a reference."""
        found: dict[str, Any] = self._found[kind]
        return found


def build_openapi(routes: Sequence[Route], base_url: str) -> dict[str, Any]:
    """The document as a value."""
    schemas = Schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    queries = {route.query.__name__ for route in routes}
    shown = {name: _close(schema) for name, schema in schemas.named.items() if name not in queries}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "License-API",
            "version": __version__,
            "description": (
                "Software licenses, activations and usage. Send an API key or a token as "
                "`Authorization: Bearer …`. Errors are problem documents (RFC 9457)."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": {**shown, "Problem": PROBLEM_SCHEMA},
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, or a token minted with one.",
                },
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "The API key as user name, without a password.",
                },
            },
        },
    }


def render_openapi(routes: Sequence[Route], base_url: str) -> bytes:
    """The document as JSON."""
    return msgspec.json.format(msgspec.json.encode(build_openapi(routes, base_url)), indent=1)
