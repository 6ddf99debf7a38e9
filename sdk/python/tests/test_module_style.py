"""Module style: one client for the process, with the settings of the module as they are now."""

from __future__ import annotations

import pytest
from edge import Edge, answers, refuses

import licenseapi

NOTHING = answers({"object": "list", "has_more": False, "data": []})


def test_settings_of_the_module_are_those_of_the_next_call(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge.will(NOTHING, NOTHING)
    monkeypatch.setenv("LICENSEAPI_API_BASE", edge.address + "/v1/")
    monkeypatch.setenv("LICENSEAPI_API_KEY", "from-environment")

    licenseapi.License.list()
    licenseapi.api_key = "from-module"
    licenseapi.License.list()

    keys = [asked.headers["authorization"] for asked in edge.asked]
    assert keys == ["Bearer from-environment", "Bearer from-module"]


def test_the_client_is_kept_while_its_settings_are(edge: Edge) -> None:
    from licenseapi.default_client import default_runner

    licenseapi.api_key, licenseapi.api_base = "k", edge.address

    assert default_runner() is default_runner()


def test_without_a_key_the_sample_catches_an_api_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICENSEAPI_API_BASE", "http://127.0.0.1:1")

    with pytest.raises(licenseapi.error.APIError, match=r"licenseapi\.api_key"):
        licenseapi.License.list()


def test_str_of_an_error_starts_with_the_request_id(edge: Edge) -> None:
    licenseapi.api_key, licenseapi.api_base = "k", edge.address
    edge.will(refuses(401, "authentication_failed"))

    with pytest.raises(licenseapi.error.APIError) as caught:
        licenseapi.License.list()

    assert str(caught.value).startswith("req_01k0v9x5c3e8t4f0g6h2j7k1m5: ")
