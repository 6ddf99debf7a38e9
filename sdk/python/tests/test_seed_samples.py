"""The published sample, byte for byte, against a real server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Server

import licenseapi

HERE = Path(__file__).resolve().parent
SAMPLE = HERE / "seed_sample.py"
PLACEHOLDER = "YOUR_LICENSE_API_KEY"


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
