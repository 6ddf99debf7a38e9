"""The list of operations ⇔ the methods of both clients ⇔ the module style."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

import licenseapi
from licenseapi.async_client import AsyncLicenseAPI
from licenseapi.client import LicenseAPI
from licenseapi.messages import Call
from licenseapi.operations import LEFT_OUT, OPERATIONS
from licenseapi.paging import PageContent
from licenseapi.resources.resource import AsyncResource, Resource

# Built on the method named: no operation of their own.
HELPERS = {"imports.run": "imports.upload", "licenses.require_valid": "licenses.validate"}
CLIENT = LicenseAPI("k")


def methods(client: Any, kind: type) -> dict[str, Any]:
    """Every public method of every resource of a client, like `licenses.create`."""
    found = {}
    for noun, resource in vars(client).items():
        if isinstance(resource, kind):
            for name, method in inspect.getmembers(type(resource), inspect.isfunction):
                if not name.startswith("_"):
                    found[f"{noun}.{name}"] = method
    return found


def method_name(operation: str) -> str:
    """How the method of an operation is called."""
    return re.sub(r"\.get$", ".retrieve", operation)


def test_every_operation_is_a_method_and_every_method_an_operation() -> None:
    expected = {method_name(name) for name in OPERATIONS} | set(HELPERS)

    assert set(methods(CLIENT, Resource)) == expected
    assert not set(OPERATIONS) & LEFT_OUT


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_a_method_calls_the_operation_of_its_name(operation: Any) -> None:
    called: list[Call[Any]] = []

    class Runner:
        def run(self, call: Call[Any]) -> Any:
            called.append(call)
            return PageContent([], has_more=False)

        def stream(self, call: Call[Any]) -> Any:
            called.append(call)
            return iter([])

    noun, _, name = method_name(operation.name).partition(".")
    ids = [f"id_{place}" for place in range(operation.path.count("{"))]
    answer = getattr(type(getattr(CLIENT, noun))(Runner()), name)(*ids, timeout=1)
    if isinstance(answer, licenseapi.Export):
        assert list(answer) == []

    assert [(call.name, list(call.ids)) for call in called] == [(operation.name, ids)]
    assert called[0].fields["timeout"] == 1


def test_both_clients_have_the_same_methods_with_the_same_parameters() -> None:
    sync = methods(CLIENT, Resource)
    twins = methods(AsyncLicenseAPI("k"), AsyncResource)

    assert list(sync) == list(twins)
    for name, method in sync.items():
        twin = twins[name]
        assert inspect.signature(method).parameters == inspect.signature(twin).parameters, name
        answer = inspect.signature(method).return_annotation
        assert inspect.iscoroutinefunction(twin) is not answer.startswith(
            ("Page[", "Export[", "Iterator[")
        )
        theirs = (
            answer.replace("Page[", "AsyncList[")
            .replace("Export[", "AsyncExport[")
            .replace("Iterator[", "AsyncIterator[")
        )
        assert inspect.signature(twin).return_annotation == theirs


def test_module_style_has_the_methods_of_the_client() -> None:
    nouns = {
        "License": "licenses",
        "LicenseUser": "license_users",
        "LicenseFile": "license_files",
        "Product": "products",
        "ProductVersion": "product_versions",
        "Policy": "policies",
        "Customer": "customers",
        "Entitlement": "entitlements",
        "Activation": "activations",
        "Event": "events",
        "Denial": "denials",
        "AuditRecord": "audit_records",
        "APIKey": "api_keys",
        "Token": "tokens",
    }
    available = methods(CLIENT, Resource)
    for kind, noun in nouns.items():
        for full_name, method in available.items():
            if full_name.startswith(f"{noun}."):
                static = getattr(getattr(licenseapi, kind), full_name.partition(".")[2])
                assert static.__wrapped__ is method


def test_no_member_of_an_object_is_named_like_a_method() -> None:
    for kind in licenseapi.ApiObject.__subclasses__():
        declared = set(kind.__annotations__)
        taken = {name for name, _ in inspect.getmembers(kind, callable)}
        assert not declared & taken, kind


def test_public_names_are_listed() -> None:
    public = {name for name in vars(licenseapi) if not name.startswith("_")}
    modules = {name for name in public if inspect.ismodule(getattr(licenseapi, name))}
    constants = {"DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT_SECONDS"}

    assert public - modules - constants | {"error", "__version__"} == set(licenseapi.__all__)
