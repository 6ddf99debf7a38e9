"""The closed list of events: what code records is on it, and what is on it is recorded."""

import ast
import re
from collections.abc import Iterable

from house.sources import SERVER_SOURCES, Source
from licenseapi_server.domain.events import EVENT_TYPES

EVENT = re.compile(r"(license|license_user|license_file|activation|lease|portal)\.[a-z_]+")
RECORDING = ("api/management/", "api/runtime/", "jobs/")


def _named(sources: Iterable[Source]) -> set[str]:
    """Every text that looks like an event type, where events are recorded."""
    return {
        node.value
        for source in sources
        if source.name.startswith(RECORDING)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and EVENT.fullmatch(node.value)
    }


def test_what_is_recorded_is_the_closed_list() -> None:
    """A type that nobody announced surprises webhooks; one that never comes misleads."""
    assert _named(SERVER_SOURCES) == set(EVENT_TYPES)
    assert len(set(EVENT_TYPES)) == len(EVENT_TYPES)


def test_a_planted_type_is_found() -> None:
    """A rule that finds nothing might as well not exist."""
    planted = Source("api/management/x.py", 'record(call, "license.exploded", [row])')
    assert _named([planted]) == {"license.exploded"}
