"""The edge, and clients that call it without really waiting between tries."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from edge import Edge

import licenseapi
from licenseapi.resources.licenses import Licenses
from licenseapi.settings import Settings
from licenseapi.sync_transport import SyncTransport

API_KEY = "lapi_sk_test_" + "A" * 45 + "wxyz"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test, nor one test's settings the next."""
    for name in [name for name in os.environ if name.startswith("LICENSEAPI_")]:
        if not name.startswith("LICENSEAPI_TEST_"):
            monkeypatch.delenv(name)
    for name in ("api_key", "api_base", "ca_bundle"):
        monkeypatch.setattr(licenseapi, name, None)


@pytest.fixture
def edge() -> Iterator[Edge]:
    """A server that does what the test says."""
    edge = Edge()
    yield edge
    edge.close()


@pytest.fixture
def waits() -> list[float]:
    """The seconds that `transport` was told to wait."""
    return []


@pytest.fixture
def transport(edge: Edge, waits: list[float]) -> Iterator[SyncTransport]:
    """A transport to the edge that notes its waits instead of sleeping."""
    transport = SyncTransport(Settings(edge.address, API_KEY), pause=waits.append)
    yield transport
    transport.close()


@pytest.fixture
def licenses(transport: SyncTransport) -> Licenses:
    """The methods of licenses, called at the edge."""
    return Licenses(transport)


@pytest.fixture
def client(edge: Edge) -> Iterator[licenseapi.LicenseAPI]:
    """A whole client of the edge."""
    with licenseapi.LicenseAPI(API_KEY, edge.address) as client:
        yield client
