"""Fixtures of every server test: one shared server an engine, fresh ones where a test kills."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from harness.cast import Vendor, make_vendor
from harness.postgres import Postgres
from harness.server import Server, close_clients

ENGINES = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for this run."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def templates(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[str], tuple[Path, str]]:
    """A migrated database of each engine, made once; tests work on copies."""
    made: dict[str, tuple[Path, str]] = {}

    def template(engine: str) -> tuple[Path, str]:
        if engine not in made:
            data_dir = tmp_path_factory.mktemp(f"template-{engine}")
            url = ""
            if engine == "postgres":
                url = request.getfixturevalue("postgres").create_database()
            done = Server(data_dir, url).run("migrate")
            assert done.returncode == 0, done.stderr
            made[engine] = (data_dir, url)
        return made[engine]

    return template


@pytest.fixture(scope="session")
def make_server(
    templates: Callable[[str], tuple[Path, str]],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., Server]]:
    """Start servers on fresh databases: `make_server("sqlite", workers=4)`."""
    started: list[Server] = []

    def make(
        engine: str, *, workers: int = 1, is_started: bool = True, **environment: str
    ) -> Server:
        template_dir, template_url = templates(engine)
        data_dir = tmp_path_factory.mktemp(f"data-{engine}") / "var"
        shutil.copytree(template_dir, data_dir)
        url = ""
        if engine == "postgres":
            name = urlsplit(template_url).path.lstrip("/")
            url = request.getfixturevalue("postgres").create_database(name)
        server = Server(data_dir, url, workers=workers, environment=environment)
        if is_started:
            server.start()
        started.append(server)
        return server

    yield make
    for server in started:
        if server.process is not None and server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="session", params=ENGINES)
def server(request: pytest.FixtureRequest, make_server: Callable[..., Server]) -> Server:
    """The shared server of an engine: tests on it make accounts of their own."""
    return make_server(request.param)


@pytest.fixture(autouse=True)
def _closed_clients() -> Iterator[None]:
    """No test leaves connections to the next one."""
    yield
    close_clients()


@pytest.fixture
def acme(server: Server) -> Vendor:
    """Acme, fresh for this test."""
    return make_vendor(server, "Acme")


@pytest.fixture
def globex(server: Server) -> Vendor:
    """Globex, fresh for this test."""
    return make_vendor(server, "Globex")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the generated requests go on: few for every run, many for `make fuzz`."""
    parser.addoption("--fuzz-examples", type=int, default=5)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Tests of one engine run together, so that only one server is busy at a time."""
    items.sort(key=lambda item: "postgres" in item.name)


os.environ.pop("DATABASE_URL", None)
