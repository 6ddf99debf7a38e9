"""The edge, clients that call it without really waiting between tries, and a real server."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from edge import Edge

import licenseapi
from licenseapi.resources.licenses import Licenses
from licenseapi.settings import Settings
from licenseapi.sync_transport import SyncTransport

API_KEY = "lapi_sk_test_" + "A" * 45 + "wxyz"
SERVER = Path(sys.executable).with_name("licenseapi-server")


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


class Server(NamedTuple):
    """A running server and a secret key."""

    address: str
    secret_key: str


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server: the one that LICENSEAPI_TEST_BASE and LICENSEAPI_TEST_SECRET_KEY name, or,
    without them, a new one.
    """
    address = os.environ.get("LICENSEAPI_TEST_BASE")
    secret_key = os.environ.get("LICENSEAPI_TEST_SECRET_KEY")
    if address and secret_key:
        yield Server(address, secret_key)
        return
    data_dir = str(tmp_path_factory.mktemp("server"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [str(SERVER), "serve", "--data-dir", data_dir, "--port", port]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    command = [str(SERVER), "create-account", "--data-dir", data_dir, "--json"]
    command += ["--name", "Acme", "--email", "alice@acme.example"]
    created = subprocess.run(command, capture_output=True, check=True)
    keys = json.loads(created.stdout)
    yield Server(f"http://127.0.0.1:{port}", keys["live"]["secret_key"])
    process.terminate()
    process.communicate(timeout=30)
