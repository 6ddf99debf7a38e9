"""The whole API against generated requests: no 5xx, no undocumented status, no schema mismatch."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.server import Server

CONFIG = Path(__file__).with_name("schemathesis.toml")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_p01_p02_p15_generated_requests_find_no_undocumented_answer(
    engine: str, make_server: Callable[..., Server], pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    # Wrong credentials are part of the run: the throttles have tests of their own.
    limits = ("FAILED_AUTH_PER_MINUTE", "PORTAL_PER_MINUTE")
    server = make_server(engine, **{f"LICENSEAPI_{name}": "10000000" for name in limits})
    key = server.create_account().live["secret_key"]
    examples = str(pytestconfig.getoption("--fuzz-examples"))

    done = subprocess.run(
        [
            *(str(SCHEMATHESIS), "--config-file", str(CONFIG), "run"),
            f"{server.base_url}/v1/openapi.json",
            *("-H", f"Authorization: Bearer {key}", "--checks", "all"),
            *("--max-examples", examples, "--continue-on-failure", "--no-color"),
            *("--phases", "examples,coverage,fuzzing,stateful"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
