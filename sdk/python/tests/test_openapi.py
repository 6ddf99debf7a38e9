"""The package ⇔ the OpenAPI document of the server: operations, parameters, members."""

from __future__ import annotations

import inspect
import json
import pkgutil
import re
import urllib.request
from importlib import import_module
from typing import Any

import pytest
from conftest import Server

import licenseapi
from licenseapi import params, resources
from licenseapi.building import OPTIONS
from licenseapi.objects import ApiObject
from licenseapi.operations import LEFT_OUT, OPERATIONS, PUBLIC_OPERATIONS

CLIENT = licenseapi.LicenseAPI("k")


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    """The document as the server gives it."""
    with urllib.request.urlopen(f"{server.address}/v1/openapi.json") as answer:
        loaded: dict[str, Any] = json.load(answer)
    return loaded


@pytest.fixture(scope="module")
def described(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Its operations by name, each with its method and path."""
    return {
        operation["operationId"]: {"method": method.upper(), "path": path, **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def find_class(name: str) -> Any:
    """The class of this name, wherever in the package it is."""
    modules = [
        import_module(f"licenseapi.resources.{module.name}")
        for module in pkgutil.iter_modules(resources.__path__)
    ]
    return next(getattr(module, name) for module in [params, *modules] if hasattr(module, name))


def find_method(name: str) -> Any:
    """The method of an operation."""
    noun, _, verb = re.sub(r"\.get$", ".retrieve", name).partition(".")
    return getattr(getattr(CLIENT, noun), verb)


def keywords(name: str) -> set[str]:
    """The keyword parameters of an operation's method."""
    found: set[str] = set()
    for parameter in inspect.signature(find_method(name)).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            found |= set(find_class(parameter.annotation[len("Unpack[") : -1]).__annotations__)
        elif parameter.kind is not parameter.POSITIONAL_ONLY:
            found.add(parameter.name)
    return found


def schema_of(document: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    """The schema of a body, looked up."""
    kinds = content["content"]
    json_kind = kinds.get("application/json")
    schema = json_kind["schema"] if json_kind else kinds["application/x-ndjson"]["x-line"]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found: dict[str, Any] = schema
    return found


def test_operations_are_those_of_the_server(described: dict[str, dict[str, Any]]) -> None:
    theirs = {
        name: (found["method"], found["path"], found["x-idempotency"] == "key")
        for name, found in described.items()
        if name not in LEFT_OUT
    }

    assert theirs == {
        operation.name: (operation.method, operation.path, operation.is_idempotent_by_key)
        for operation in OPERATIONS.values()
    }
    public = {name for name, found in described.items() if found.get("security") == []}
    assert public - LEFT_OUT == PUBLIC_OPERATIONS


@pytest.mark.parametrize("name", OPERATIONS)
def test_keywords_are_the_fields_of_the_request(
    name: str, document: dict[str, Any], described: dict[str, dict[str, Any]]
) -> None:
    operation = described[name]
    fields = {
        parameter["name"].removesuffix("[]")
        for parameter in operation["parameters"]
        if parameter["in"] == "query"
    }
    headers = {
        parameter["name"].lower().replace("-", "_")
        for parameter in operation["parameters"]
        if parameter["in"] == "header"
    }
    if "requestBody" in operation:
        fields |= set(schema_of(document, operation["requestBody"])["properties"])

    assert keywords(name) - OPTIONS == fields
    assert keywords(name) & OPTIONS == (headers & OPTIONS) | {"timeout"}
    assert OPERATIONS[name].takes_if_match == ("if_match" in headers)


@pytest.mark.parametrize("name", OPERATIONS)
def test_members_are_those_of_the_answer(
    name: str, document: dict[str, Any], described: dict[str, dict[str, Any]]
) -> None:
    answers = described[name]["responses"]
    schema = schema_of(document, answers.get("200") or answers.get("201") or answers["202"])
    annotation = inspect.signature(find_method(name)).return_annotation
    if annotation.startswith("Page["):
        annotation = annotation[len("Page[") : -1]
        item = schema["properties"]["data"]["items"]["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][item]
    annotation = annotation.removeprefix("Export[").removesuffix("]")
    kind = licenseapi.Deleted if annotation == "Deleted" else find_class(annotation)

    assert issubclass(kind, ApiObject)
    members = set(kind.__annotations__) - {"_members"}
    if schema["title"] == "ValidatedLicense":
        # What an app may see of a license: the rest has defaults.
        members -= set(vars(kind)) - set(schema["properties"])
    assert members == set(schema["properties"]) - {"object"}
