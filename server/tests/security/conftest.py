"""A server that these tests may ask wrongly as often as they like: its throttle is far away."""

from collections.abc import Callable

import pytest
from harness.server import Server

ENGINES = ("sqlite", "postgres")


@pytest.fixture(scope="session", params=ENGINES)
def server(request: pytest.FixtureRequest, make_server: Callable[..., Server]) -> Server:
    """The shared server of an engine."""
    return make_server(request.param, LICENSEAPI_FAILED_AUTH_PER_MINUTE="10000000")
