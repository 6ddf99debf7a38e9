"""A real server process on a free port, as an operator would start it."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import httpx
import psycopg

COMMAND = str(Path(sys.executable).parent / "licenseapi-server")
FACTORY = Path(__file__).with_name("account_factory.py")
START_SECONDS = 60


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """A running server, its data directory and its database."""

    data_dir: Path
    database_url: str = ""
    workers: int = 1
    environment: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[str] | None" = None
    _factory: "subprocess.Popen[str] | None" = None

    @property
    def engine(self) -> str:
        """`sqlite` or `postgres`."""
        return "postgres" if self.database_url else "sqlite"

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def environ(self) -> dict[str, str]:
        """The environment that every command on this server runs in."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("LICENSEAPI_") and name != "DATABASE_URL"
        }
        own = {"LICENSEAPI_DATA_DIR": str(self.data_dir), "LICENSEAPI_PORT": str(self.port)}
        if self.database_url:
            own["DATABASE_URL"] = self.database_url
        return {**inherited, **own, **self.environment}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of `licenseapi-server` to its end."""
        return subprocess.run(
            [COMMAND, *arguments],
            env=self.environ(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self) -> "Server":
        """Start it and wait for its ready line."""
        self._log = log = tempfile.NamedTemporaryFile(  # noqa: SIM115 - lives as long as the process
            mode="w+", prefix="licenseapi-", suffix=".log", delete=False
        )
        self.log_path = Path(log.name)
        workers = ("--workers", str(self.workers))
        self.process = subprocess.Popen(
            [COMMAND, "serve", *workers, *self.options],
            env=self.environ(),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert self.process.stdout is not None
        self.output = []
        deadline = threading.Timer(START_SECONDS, self.process.kill)
        deadline.start()
        try:
            if self._is_ready():
                return self
        finally:
            deadline.cancel()
        self.process.wait(START_SECONDS)
        message = f"the server did not start: {self.log_path.read_text()}"
        raise AssertionError(message)

    def _is_ready(self) -> bool:
        """Whether the ready line comes; False when the output ends without it."""
        assert self.process is not None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if "is ready at" in line:
                return True
        return False

    def stop(self) -> int:
        """End it as an operator would; its exit code."""
        self._end_factory()
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        return self._reap(30)

    def kill(self, *, with_workers: bool = True) -> None:
        """End it as a power cut would, workers included; or the parent alone."""
        self._end_factory()
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        for pid in (self.process.pid, *map(int, children.split() if with_workers else ())):
            os.kill(pid, signal.SIGKILL)
        self._reap(10)

    def _reap(self, seconds: int) -> int:
        assert self.process is not None
        code = self.process.wait(seconds)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()
        return code

    def create_account(
        self, name: str = "Acme", *, plan: str = "unlimited", **extra: Any
    ) -> "Account":
        """A fresh account, made beside the running server. `extra`: columns to set."""
        if self._factory is None:
            self._factory = subprocess.Popen(
                [sys.executable, str(FACTORY)],
                env=self.environ(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._factory.stdin is not None
        assert self._factory.stdout is not None
        order = {"name": name, "plan": plan, "columns": extra}
        self._factory.stdin.write(json.dumps(order) + "\n")
        self._factory.stdin.flush()
        return Account(self, **json.loads(self._factory.stdout.readline()))

    def create_key(self, account: "Account", mode: str, key_type: str, *scopes: str) -> str:
        """A key with scopes that only an operator can give; its secret."""
        options = [item for scope in scopes for item in ("--scope", scope)]
        done = self.run(
            "create-api-key",
            *("--account", account.account_id, "--mode", mode, "--type", key_type),
            *("--name", "From the operator", "--json", *options),
        )
        assert done.returncode == 0, done.stderr
        secret: str = json.loads(done.stdout)["secret"]
        return secret

    def execute(
        self, statement: LiteralString, *values: str | int | bytes
    ) -> list[tuple[Any, ...]]:
        """Run a statement, with `?` for values, on the database itself; the rows it returns."""
        if self.database_url:
            with psycopg.connect(self.database_url, autocommit=True) as database:
                done = database.execute(statement.replace("?", "%s"), values)
                return done.fetchall() if done.description else []
        path = self.data_dir / "licenseapi.sqlite3"
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as embedded:
            return embedded.execute(statement, values).fetchall()

    def read_log(self) -> list[tuple[Any, ...]]:
        """Id, path and user agent of every line of the request log."""
        return self.read_log_columns("SELECT id, path, user_agent FROM audit_requestlogentry")

    def read_log_columns(self, statement: LiteralString) -> list[tuple[Any, ...]]:
        """What a statement finds in the request log, which is a file of its own on SQLite."""
        if self.database_url:
            return self.execute(statement)
        with closing(sqlite3.connect(self.data_dir / "telemetry.sqlite3", timeout=30)) as log:
            return log.execute(statement).fetchall()

    def expire_key(self, key_id: str) -> None:
        """Let a key have ended an hour ago: over the API an end lies in the future."""
        at = time.time_ns() // 1000 - 3_600_000_000
        self.execute("UPDATE accounts_apikey SET expires_at = ? WHERE id = ?", at, key_id)

    def _end_factory(self) -> None:
        if self._factory is not None and self._factory.stdin is not None:
            self._factory.stdin.close()
            self._factory.wait(10)
            if self._factory.stdout is not None:
                self._factory.stdout.close()
            self._factory = None

    def client(self, credential: str | None = None) -> "Client":
        """An HTTP client with this credential."""
        return Client(self.base_url, credential)


open_clients: "list[Client]" = []


def close_clients() -> None:
    """Close every client that a test has opened."""
    while open_clients:
        open_clients.pop().close()


class Client(httpx.Client):
    """An HTTP client that sends a credential and keeps its connections."""

    def __init__(self, base_url: str, credential: str | None) -> None:
        headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        super().__init__(base_url=base_url, headers=headers, timeout=30, trust_env=False)
        open_clients.append(self)

    def make(self, path: str, **body: Any) -> dict[str, Any]:
        """POST that must succeed; its body."""
        response = self.post(path, json=body)
        assert response.status_code in {200, 201}, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def make_patch(self, path: str, **body: Any) -> dict[str, Any]:
        """PATCH that must succeed; its body."""
        response = self.patch(path, json=body)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer


@dataclass
class Account:
    """An account's keys, as `create-account` prints them."""

    server: Server
    account_id: str
    owner_email: str
    live: dict[str, str]
    test: dict[str, str]

    def client(self, mode: str = "live", key: str = "secret_key") -> Client:
        """A client with one of the account's first keys."""
        return self.server.client((self.live if mode == "live" else self.test)[key])
