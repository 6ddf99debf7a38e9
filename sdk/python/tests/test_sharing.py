"""One client in many threads, and on both sides of a fork."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from conftest import API_KEY
from edge import Edge, answers

from licenseapi import LicenseAPI

SOURCES = Path(__file__).resolve().parents[1] / "src"
FORKING = """
import os, licenseapi
client = licenseapi.LicenseAPI()
client.licenses.retrieve("lic_before")
child = os.fork()
client.licenses.retrieve("lic_after")
if child:
    assert os.waitpid(child, 0)[1] == 0
"""


def test_threads_share_a_client(edge: Edge, client: LicenseAPI) -> None:
    edge.otherwise = lambda asked: answers(
        {"object": "license", "id": asked.path.rpartition("/")[2]}
    )
    wanted = [f"lic_{number}" for number in range(40)]

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda id: client.licenses.retrieve(id).id, wanted))

    assert found == wanted


def test_a_fork_never_shares_a_connection(edge: Edge) -> None:
    edge.otherwise = lambda asked: answers(
        {"object": "license", "id": asked.path.rpartition("/")[2]}
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(SOURCES),
        "LICENSEAPI_API_BASE": edge.address,
        "LICENSEAPI_API_KEY": API_KEY,
    }

    done = subprocess.run(
        [sys.executable, "-c", FORKING],
        env=environment,
        timeout=60,
        check=True,
        capture_output=True,
    )

    before, *after = edge.asked
    assert done.stderr == b""
    assert [asked.path for asked in after] == ["/v1/licenses/lic_after"] * 2
    # The parent goes on with its connection; the child has opened one of its own.
    assert len({asked.port for asked in after}) == 2
    assert before.port in {asked.port for asked in after}
