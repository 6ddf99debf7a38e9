"""The OpenAPI 3.1 document, generated from the route registry and the Structs."""

from collections.abc import Sequence
from typing import Any

import msgspec

from licenseapi_server.api.call import NoBody
from licenseapi_server.api.example_answers import example_answer
from licenseapi_server.api.openapi_parameters import parameters_of
from licenseapi_server.api.openapi_schemas import PROBLEM_SCHEMA, REF, Schemas, close
from licenseapi_server.api.registry import Route
from licenseapi_server.api.resources import resource_of, used_resources
from licenseapi_server.api.response import API_VERSION
from licenseapi_server.domain.problems import PROBLEMS

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
PUBLIC_WITH_BODY = ("invalid_request", "unknown_field", "rate_limited", "request_timeout")
WITH_BODY = ("invalid_json", "duplicate_member", "body_too_large", "unsupported_media_type")
REQUEST_ID = {
    "description": "The id of this request, `req_…`: it is found in the request log.",
    "schema": {"type": "string"},
}
WITH_KEY = ("idempotency_in_flight", "idempotency_mismatch")


def errors_of(route: Route) -> tuple[str, ...]:
    """Every error code that the route may answer, sorted by status."""
    codes = set(PUBLIC if route.is_public else ALWAYS) | set(route.errors)
    # Any request can be too long before it is known whose it is: filters stand in the URL.
    codes |= {"internal_error", "head_too_large"}
    if not route.is_public and route.is_counted and not route.ignores_quota:
        codes.add("quota_exceeded")
    if takes_body(route):
        codes |= set(WITH_BODY)
        codes |= set(PUBLIC_WITH_BODY if route.is_public else ())
    if route.takes_idempotency_key:
        codes |= set(WITH_KEY)
    if route.answers_pages and not route.is_public:
        codes.add("origin_not_allowed")
    return tuple(sorted(codes, key=lambda code: (PROBLEMS[code].status, code)))


def takes_body(route: Route) -> bool:
    """Whether the route reads a body at all."""
    return route.takes_body


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    responses: dict[str, Any] = {
        str(route.status): {
            "description": "Done.",
            "headers": {"Request-Id": REQUEST_ID},
            "content": _content(route, schemas),
        }
    }
    if route.other_status is not None:
        responses[str(route.other_status)] = responses[str(route.status)]
    by_status: dict[int, list[str]] = {}
    for code in errors_of(route):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    if route.is_public and route.method == "GET":
        responses["304"] = {"description": "What `If-None-Match` names is still current."}
    for status, codes in by_status.items():
        responses[str(status)] = {
            "description": " ".join(f"`{code}`: {PROBLEMS[code].title}." for code in codes),
            "content": {
                "application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}
            },
        }
    return responses


def _content(route: Route, schemas: Schemas) -> dict[str, Any]:
    """What the body is; of one that comes page by page, what each of its lines is."""
    schema = schemas.of(route.answer)
    if not route.streams:
        return {"application/json": {"schema": schema, "example": example_answer(route)}}
    line = {"schema": {"type": "string"}, "x-line": schema}
    return dict.fromkeys(route.streams, line)


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [resource_of(route)],
        "parameters": parameters_of(route, schemas),
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


def build_openapi(routes: Sequence[Route], base_url: str) -> dict[str, Any]:
    """The document as a value."""
    schemas = Schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    queries = {route.query.__name__ for route in routes}
    shown = {name: close(schema) for name, schema in schemas.named.items() if name not in queries}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "License-API",
            # The API's own: the software's would tell strangers which flaws to try.
            "version": API_VERSION,
            "description": (
                "Software licenses, activations and usage. Send an API key or a token as "
                "`Authorization: Bearer …`. Errors are problem documents (RFC 9457)."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}],
        "tags": [
            {"name": resource.name, "description": resource.summary}
            for resource in used_resources(routes)
        ],
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
