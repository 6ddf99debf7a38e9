"""The JSON schemas of the OpenAPI document: of the Structs at the edge, and of errors."""

from collections.abc import Sequence
from typing import Any

import msgspec

from licenseapi_server.api.meanings import add_meanings
from licenseapi_server.api.patterns import END
from licenseapi_server.api.registry import Route
from licenseapi_server.domain.problems import PROBLEMS

REF = "#/components/schemas/{name}"


def _text(meaning: str) -> dict[str, Any]:
    return {"description": meaning, "type": "string"}


PROBLEM_SCHEMA = {
    "type": "object",
    "description": "An error (RFC 9457). `code` is stable; `detail` says what to do.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": _text("The address of the page about this code."),
        "title": _text("What is wrong, the same for every error of this code."),
        "status": {"description": "The HTTP status.", "type": "integer"},
        "detail": _text("What is wrong this time, and what to do."),
        "instance": _text("This one error: where its request is found in the log."),
        "code": {
            "description": "What is wrong, as a stable code.",
            "type": "string",
            "enum": sorted(PROBLEMS),
        },
        "request_id": _text("The id of the request, `req_…`, for the request log."),
        "param": _text("The field or parameter that is wrong, when it is only one."),
        "errors": {
            "description": "Everything that is wrong with what was sent.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": _text("Where it stands, a JSON pointer (RFC 6901) like `/name`."),
                    "code": _text("What is wrong there, as a stable code."),
                    "message": _text("The same in a sentence."),
                },
                "additionalProperties": False,
            },
        },
        "missing_scopes": {
            "description": "With `insufficient_scope`: what the credential lacks.",
            "type": "array",
            "items": {"type": "string"},
        },
        "license_code": _text("With `license_refused`: what a validation would answer as `code`."),
        "limit": {
            "description": "With a limit that is reached: the limit.",
            "type": ["integer", "null"],
        },
    },
    "additionalProperties": False,
}


def close(schema: Any) -> Any:
    """Answers show exactly what is documented: no member appears by accident."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            close(value)
    elif isinstance(schema, list):
        for value in schema:
            close(value)
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
        add_meanings(self.named)

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of one type, mostly a reference."""
        found: dict[str, Any] = self._found[kind]
        return found
