"""Settings: from arguments, from the environment, and refused when they cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from test_vectors import load

import licenseapi
from licenseapi.error import APIError
from licenseapi.settings import read_api_base, read_settings


@pytest.mark.parametrize("case", load("settings.json")["addresses"], ids=str)
def test_an_address_is_taken_or_refused_as_the_vectors_say(case: dict[str, Any]) -> None:
    if case["expected"] is not None:
        assert read_api_base(case["given"]) == case["expected"]
        return
    with pytest.raises(APIError) as caught:
        licenseapi.LicenseAPI("k", case["given"])
    assert "password" not in str(caught.value)


@pytest.mark.parametrize("case", load("settings.json")["keys"], ids=str)
def test_a_key_loses_its_blanks(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICENSEAPI_API_KEY", "of-another-account")

    assert read_settings(case["given"]).api_key == case["expected"]


@pytest.mark.parametrize("key", load("settings.json")["refused_keys"], ids=repr)
def test_a_key_that_cannot_be_is_refused_without_quoting_it(key: Any) -> None:
    with pytest.raises(APIError) as caught:
        licenseapi.LicenseAPI(key)

    assert str(key) not in str(caught.value)


@pytest.mark.parametrize("name", ["timeout_seconds", "max_retries"])
def test_limits_are_those_of_the_vectors(name: str) -> None:
    argument = name.removesuffix("_seconds")
    for given in load("settings.json")[name]["taken"]:
        assert getattr(read_settings(**{argument: given}), argument) == given
    for given in [*load("settings.json")[name]["refused"], float("nan"), float("inf")]:
        with pytest.raises(APIError, match=argument):
            licenseapi.LicenseAPI("k", **{argument: given})


@pytest.mark.parametrize("flaw", [0, -1, 1500, "1"])
def test_the_time_limit_of_a_call_is_checked_too(flaw: Any) -> None:
    client = licenseapi.LicenseAPI("k", "http://127.0.0.1:1")

    with pytest.raises(APIError, match="timeout must be a number of seconds"):
        client.me.retrieve(timeout=flaw)


def test_environment_is_read_and_arguments_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICENSEAPI_API_KEY", " from-environment\n")
    monkeypatch.setenv("LICENSEAPI_API_BASE", "http://localhost:1/v1")
    monkeypatch.setenv("LICENSEAPI_CA_BUNDLE", "/ca.pem")

    settings = read_settings()
    given = read_settings("given", "http://localhost:2", ca_bundle="/other.pem")

    assert (settings.api_key, settings.api_base) == ("from-environment", "http://localhost:1")
    assert settings.ca_bundle == "/ca.pem"
    assert (given.api_key, given.api_base) == ("given", "http://localhost:2")
    assert given.ca_bundle == "/other.pem"


def test_defaults() -> None:
    settings = read_settings()

    assert settings.api_base == "https://api.license-api.com"
    assert (settings.api_key, settings.ca_bundle) == (None, None)
    assert (settings.timeout, settings.max_retries) == (30.0, 2)


def test_a_client_never_shows_its_key() -> None:
    client = licenseapi.LicenseAPI("lapi_sk_live_secret", "https://host")

    assert repr(client) == "<LicenseAPI https://host>"
    assert "secret" not in repr(read_settings("lapi_sk_live_secret"))
