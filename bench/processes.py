"""Starting what is measured and what measures, each on its core."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

SERVER_CORE, CLIENT_CORE = 0, 1
HERE = Path(__file__).parent
COMMAND = str(Path(sys.executable).parent / "licenseapi-server")
SPIN = "import os\nos.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\nwhile True: pass"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(data_dir: Path, **extra: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LICENSEAPI_", "DATABASE_"))}
    return {**kept, "LICENSEAPI_DATA_DIR": str(data_dir), **extra}


@contextmanager
def running(command: list[str], core: int, env: dict[str, str] | None = None):
    """A process on one core, from its ready line to SIGTERM."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        env=env,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    try:
        for line in process.stdout:
            if "is ready at" in line:
                break
        else:
            raise SystemExit(f"did not start: {command}")
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        process.stdout.close()


@contextmanager
def spinner():
    """Keeps the client's core awake: without it even hello flips between two speeds."""
    process = subprocess.Popen(
        [sys.executable, "-c", SPIN],
        preexec_fn=lambda: os.sched_setaffinity(0, {CLIENT_CORE}),
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def load(
    port: int,
    requests: list[str],
    *,
    seconds: float,
    connections: int = 32,
    beside: dict[str, list[str]] | None = None,
) -> dict:
    """What a load of these requests gives. `beside`: others, named, on one connection each."""
    order = {
        "port": port,
        "requests": requests,
        "beside": beside or {},
        "connections": connections,
        "seconds": seconds,
        "warm_seconds": 0.5,
    }
    done = subprocess.run(
        [sys.executable, str(HERE / "load.py")],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        check=True,
    )
    return json.loads(done.stdout)


@contextmanager
def scratch():
    with tempfile.TemporaryDirectory(prefix="licenseapi-bench-") as directory:
        yield Path(directory)


def create_account(env: dict[str, str], plan: str) -> dict:
    command = [COMMAND, "create-account", "--name", "Acme", "--email", "a@acme.example"]
    done = subprocess.run(
        [*command, "--plan", plan, "--json"], env=env, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def seed(env: dict[str, str], account_id: str, count: int) -> list[str]:
    """Many licenses of an account, by the fast way; a sample of their keys."""
    done = subprocess.run(
        [sys.executable, str(HERE / "seed.py"), account_id, str(count)],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
