"""Settings: from arguments, from the environment, and refused when they cannot be."""

from __future__ import annotations

import pytest

import licenseapi
from licenseapi.error import APIError
from licenseapi.settings import read_api_base, read_settings


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://api.license-api.com", "https://api.license-api.com"),
        ("https://api.license-api.com/", "https://api.license-api.com"),
        ("https://api.license-api.com/v1", "https://api.license-api.com"),
        ("https://api.license-api.com/v1/", "https://api.license-api.com"),
        (" https://host:8443/licensing/v1/ ", "https://host:8443/licensing"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/v1", "http://[::1]:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_an_address_is_taken_with_and_without_v1(given: str, expected: str) -> None:
    assert read_api_base(given) == expected


@pytest.mark.parametrize(
    "given",
    [
        "api.license-api.com",
        "ftp://host",
        "https://",
        "https://key@host",
        "https://host/?api_key=x",
        "http://api.license-api.com",
        "http://127.evil.example",
        "http://[::1",
    ],
)
def test_an_address_that_cannot_be_or_shows_the_key_is_refused(given: str) -> None:
    with pytest.raises(APIError):
        read_api_base(given)


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


@pytest.mark.parametrize("flaw", [{"timeout": 0}, {"timeout": float("nan")}, {"max_retries": -1}])
def test_limits_that_cannot_be_are_refused(flaw: dict[str, float]) -> None:
    with pytest.raises(APIError, match=next(iter(flaw))):
        licenseapi.LicenseAPI("k", **flaw)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel"])
def test_a_key_that_cannot_be_is_refused_without_quoting_it(key: str) -> None:
    with pytest.raises(APIError) as caught:
        licenseapi.LicenseAPI(key)

    assert key not in str(caught.value)


def test_a_client_never_shows_its_key() -> None:
    client = licenseapi.LicenseAPI("lapi_sk_live_secret", "https://host")

    assert repr(client) == "<LicenseAPI https://host>"
    assert "secret" not in repr(read_settings("lapi_sk_live_secret"))
