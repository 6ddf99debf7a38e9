"""The server that the readers of all pages share, each with an account of their own."""

from collections.abc import Callable

import pytest
from harness.server import Server


@pytest.fixture(scope="session")
def first_start(make_server: Callable[..., Server]) -> Server:
    """A server as `make serve` starts it on an empty database."""
    server = make_server("sqlite", is_started=False)
    server.options = ("--with-first-account",)
    return server.start()
