"""The published sample, byte for byte, against a real server.

LICENSEAPI_TEST_BASE and LICENSEAPI_TEST_SECRET_KEY name a running server and a secret key
of one of its accounts; without them the test starts a server of its own.
"""

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

import licenseapi

HERE = Path(__file__).resolve().parent
SAMPLE = HERE / "seed_sample.py"
PLACEHOLDER = "YOUR_LICENSE_API_KEY"
SERVER = Path(sys.executable).with_name("licenseapi-server")


class Server(NamedTuple):
    """A running server and a secret key."""

    address: str
    secret_key: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that the environment names, else a new one."""
    address = os.environ.get("LICENSEAPI_TEST_BASE")
    secret_key = os.environ.get("LICENSEAPI_TEST_SECRET_KEY")
    if address and secret_key:
        yield Server(address, secret_key)
        return
    data_dir = str(tmp_path_factory.mktemp("server"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [SERVER, "serve", "--data-dir", data_dir, "--port", port]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    command = [SERVER, "create-account", "--data-dir", data_dir, "--json"]
    command += ["--name", "Acme", "--email", "alice@acme.example"]
    created = subprocess.run(command, capture_output=True, check=True)
    keys = json.loads(created.stdout)
    yield Server(f"http://127.0.0.1:{port}", keys["live"]["secret_key"])
    process.terminate()
    process.communicate(timeout=30)


@pytest.fixture(scope="module")
def license(server: Server) -> licenseapi.License:
    """A license for the sample to find."""
    code = os.urandom(8).hex()
    with licenseapi.LicenseAPI(server.secret_key, server.address) as client:
        product = client.products.create(name="Paint", code=code)
        policy = client.policies.create(product_id=product.id, name="Node-locked")
        return client.licenses.create(policy_id=policy.id)


def run_sample(address: str, key: str) -> subprocess.CompletedProcess[str]:
    """Run the sample with nothing changed but the placeholder of the key."""
    program = SAMPLE.read_text()
    assert program.count(PLACEHOLDER) == 1
    environment = {name: value for name, value in os.environ.items() if "LICENSEAPI" not in name}
    environment["LICENSEAPI_API_BASE"] = address
    environment["PYTHONPATH"] = str(HERE.parent / "src")
    return subprocess.run(
        [sys.executable, "-c", program.replace(PLACEHOLDER, key)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def test_the_published_sample_lists_the_licenses(
    server: Server, license: licenseapi.License
) -> None:
    done = run_sample(server.address, server.secret_key)

    expected = f"License ID: {license.id}, Product: {license.product_id}, Status: active"
    assert expected in done.stdout.splitlines()
    assert done.stderr == ""


def test_the_published_sample_takes_an_address_with_v1(
    server: Server, license: licenseapi.License
) -> None:
    done = run_sample(f"{server.address}/v1/", server.secret_key)

    assert license.id in done.stdout


def test_the_published_sample_reports_a_key_that_does_not_hold(server: Server) -> None:
    done = run_sample(server.address, PLACEHOLDER)

    assert done.stdout.startswith("API Error: req_")
    assert "[authentication_failed]" in done.stdout
