"""Every field of the API says what it means."""

import os
import re
import tempfile
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "licenseapi_server.django_settings")
os.environ.setdefault("LICENSEAPI_DATA_DIR", tempfile.mkdtemp(prefix="licenseapi-house-"))

import django

django.setup()

from licenseapi_server.api.meanings import MEANINGS, struct_of
from licenseapi_server.api.openapi import build_openapi
from licenseapi_server.api.openapi_schemas import PROBLEM_SCHEMA, Schemas
from licenseapi_server.api.routes import ROUTES

DOCUMENT = build_openapi(ROUTES, "http://127.0.0.1:8000")
SENTENCES = re.compile(r"^[A-Z`].*[.…]$")


def _fields(schema: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a schema, those of schemas inside it too."""
    if isinstance(schema, dict):
        for name, field in schema.get("properties", {}).items():
            yield f"{place}.{name}", field
        for name, inner in schema.items():
            yield from _fields(inner, f"{place}.{name}")
    elif isinstance(schema, list):
        for inner in schema:
            yield from _fields(inner, place)


def _described(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Properties, parameters and headers, each with its place."""
    for name, schema in document["components"]["schemas"].items():
        yield from _fields(schema, name)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for parameter in operation["parameters"]:
                yield f"{method} {path} {parameter['name']}", parameter
            for answer in operation["responses"].values():
                yield from answer.get("headers", {}).items()


def test_every_field_of_the_openapi_document_has_a_description() -> None:
    """In whole sentences: of bodies, parameters, headers and answers."""
    found = dict(_described(DOCUMENT))
    assert len(found) > 400
    lacking = [
        place for place, field in found.items() if not SENTENCES.match(field.get("description", ""))
    ]
    assert lacking == []


def test_an_undescribed_field_is_found() -> None:
    """A rule that finds nothing might as well not exist."""
    planted = {"properties": {"a": {"description": "So.", "items": {"properties": {"b": {}}}}}}
    assert [place for place, field in _fields(planted, "X") if "description" not in field] == [
        "X.properties.a.items.b"
    ]


def test_the_meanings_are_those_of_the_structs() -> None:
    """Struct by struct the same fields: none forgotten, none left over, none described twice."""
    named = Schemas(ROUTES).named
    structs = {struct_of(name): set(schema["properties"]) for name, schema in named.items()}
    structs = {name: fields for name, fields in structs.items() if fields}
    assert {name: set(fields) for name, fields in MEANINGS.items()} == structs
    assert "Problem" not in MEANINGS
    assert set(PROBLEM_SCHEMA["required"]) <= set(PROBLEM_SCHEMA["properties"])


def test_what_is_written_with_brackets_says_how() -> None:
    """Ranges, metadata and lists: the description shows the parameter as it stands in a URL."""
    for path, methods in DOCUMENT["paths"].items():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                kind = parameter["schema"].get("type")
                if kind in {"object", "array"}:
                    shown = f"`{parameter['name'].removesuffix('[]')}["
                    assert shown in parameter["description"], (path, parameter["name"])
