"""Servers of four workers, whose developer plan has its limits but no rate limit."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.server import Server

PLANS = [
    {"name": "developer", "max_licenses": 100, "max_requests_per_month": 1000},
    {"name": "unlimited"},
]


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def busy_server(
    request: pytest.FixtureRequest,
    make_server: Callable[..., Server],
    tmp_path_factory: pytest.TempPathFactory,
) -> Server:
    """Four workers on one database."""
    plans: Path = tmp_path_factory.mktemp("plans") / "plans.json"
    plans.write_text(json.dumps(PLANS))
    return make_server(request.param, workers=4, LICENSEAPI_PLANS_FILE=str(plans))
