"""Names, errors, clocks and comments, and that nothing lies about unused."""

import re
import subprocess
import tomllib
from collections.abc import Iterator

from house import measures
from house.sources import (
    ROOT,
    SDK_SOURCES,
    SERVER_SOURCES,
    SOURCE,
    TEST_SOURCES,
    TOOL_SOURCES,
    Source,
    beyond,
)

SHIPPED = SERVER_SOURCES + SDK_SOURCES
EVERY = SHIPPED + TEST_SOURCES + TOOL_SOURCES
# Django asks for a module of this name in a database backend.
NAMED_BY_OTHERS = {"sqlite_backend/base.py": 1}
# Where a process meets the world: a failure ends here, told to the log or to who asked.
ERROR_EDGES = {
    "api/runtime/buffers.py": 2,
    "api/runtime/group_commit.py": 1,
    "api/streaming.py": 1,
    "asgi.py": 1,
    "jobs/worker.py": 2,
}
# Who reads the clock; everybody else is given the time.
CLOCK_EDGES = {
    "api/app.py",
    "api/probes.py",
    "api/runtime/store_sqlite.py",
    "api/runtime/tokens.py",
    "cli/account_commands.py",
    "cli/audit_commands.py",
    "cli/mail_commands.py",
    "cli/serve_commands.py",
    "jobs/worker.py",
    "serving/protocol.py",
}
# Who reads the environment, or sets what a worker inherits; everybody else is given settings.
ENVIRONMENT_EDGES = {
    "asgi.py",
    "cli/main.py",
    "cli/serve_commands.py",
    "licenseapi/logs.py",
    "licenseapi/settings.py",
    "serving/preparation.py",
    "settings.py",
}
# Names of the API and of the SDKs, which are their contract (4-http-api, 6-sdks).
WIRE = {
    "active",
    "allow_test",
    "allowed",
    "deleted",
    "dry_run",
    "ended",
    "force",
    "revoke_children",
    "revoked",
    "valid",
}
# Django reads these by their names.
READ_BY_DJANGO = re.compile(
    r"django_settings\.py:[A-Z_]+|\w+/apps\.py:\w+Config|dashboard/urls\.py:urlpatterns"
    r"|database_router\.py:(db_for_read|db_for_write|allow_migrate)"
)


def test_modules_are_named_after_what_they_hold() -> None:
    """No module is called utils, and none is two modules joined by "and"."""
    found, excepted = beyond("empty_names", map(measures.empty_names, EVERY))
    assert found == NAMED_BY_OTHERS | excepted


def test_booleans_read_as_claims() -> None:
    """`is_floating`, not `floating`; what the API calls a member stays."""
    found, excepted = beyond("misnamed_booleans", map(measures.misnamed_booleans, SERVER_SOURCES))
    ours = {place: size for place, size in found.items() if place.rpartition(":")[2] not in WIRE}
    assert ours == excepted


def test_get_never_gives_none() -> None:
    """`get_` raises; what may give None is called `find_`."""
    found, excepted = beyond("misnamed_lookups", map(measures.misnamed_lookups, SHIPPED))
    assert found == excepted


def test_classes_have_more_than_one_method() -> None:
    """Else they are a function; an abstract base with one implementation is that class."""
    found, excepted = beyond("lone_methods", map(measures.lone_methods, SHIPPED))
    assert found == excepted


def test_errors_end_at_the_process_edge_and_never_silently() -> None:
    """`except Exception` raises again, or stands at an edge and tells somebody."""
    assert beyond("silent_handlers", map(measures.silent_handlers, EVERY))[0] == {}
    found, _ = beyond("swallowing_handlers", map(measures.swallowing_handlers, SHIPPED))
    assert found == ERROR_EDGES


def test_time_and_environment_come_in_as_arguments() -> None:
    """Only the edges look at the clock and at the environment."""
    clocks, _ = beyond("clock_readings", map(measures.clock_readings, SERVER_SOURCES))
    assert set(clocks) == CLOCK_EDGES
    environment, _ = beyond("environment_readings", map(measures.environment_readings, SHIPPED))
    assert set(environment) == ENVIRONMENT_EDGES


def test_only_tools_print() -> None:
    """The server logs, the command line writes to its streams."""
    assert beyond("printing", map(measures.printing, SHIPPED))[0] == {}


def test_waivers_have_reasons_and_nothing_is_left_to_do() -> None:
    """A rule that is switched off says why; open ends are issues, not comments."""
    found, excepted = beyond("unreasoned_waivers", map(measures.unreasoned_waivers, EVERY))
    assert found == excepted
    assert beyond("unfinished_business", map(measures.unfinished_business, EVERY))[0] == {}


def test_nothing_lies_about_unused() -> None:
    """Every name is mentioned somewhere beside its definition."""
    migrations = [Source(path.name, path.read_text()) for path in SOURCE.rglob("migrations/*.py")]
    dead = measures.dead_names(SERVER_SOURCES, EVERY + migrations)
    dead |= measures.dead_names(SDK_SOURCES, EVERY)
    found, excepted = beyond("dead_names", [dead])
    ours = {place: size for place, size in found.items() if not READ_BY_DJANGO.fullmatch(place)}
    assert ours == excepted


def test_tests_neither_wait_nor_look_away() -> None:
    """No sleep, no skip, no double of our code; and each test is able to fail."""
    for measure in (measures.waiting, measures.evasions):
        assert beyond(measure.__name__, map(measure, TEST_SOURCES))[0] == {}
    assert beyond("toothless_tests", [measures.toothless_tests(TEST_SOURCES)])[0] == {}


def _texts() -> Iterator[tuple[str, str]]:
    """Every file that git knows, with its text."""
    command = ["git", "ls-files"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            yield name, (ROOT / name).read_text(errors="replace")


def test_license_is_spelled_one_way() -> None:
    """The same in URL, table, page and prose."""
    other = re.compile("licen" + "ce", re.IGNORECASE)
    assert [name for name, text in _texts() if other.search(text)] == []


def test_no_merge_is_half_done() -> None:
    """The markers of a conflict are valid text in too many languages."""
    marker = re.compile(r"^(<<<<<<<|>>>>>>>) ", re.MULTILINE)
    assert [name for name, text in _texts() if marker.search(text)] == []


def test_lint_selects_everything_but_25_reasons() -> None:
    """A reason is a comment on the line, or the one that the line above shares with it."""
    text = (ROOT / "pyproject.toml").read_text()
    lint = tomllib.loads(text)["tool"]["ruff"]["lint"]
    assert lint["select"] == ["ALL"]
    assert len(lint["ignore"]) <= 25
    lines = {rule: re.search(rf'"{rule}",(.*)', text) for rule in lint["ignore"]}
    unreasoned = {rule for rule, found in lines.items() if found and "# " not in found[1]}
    assert unreasoned <= {"D213", "D415"}


def test_make_has_the_promised_targets() -> None:
    """A newcomer reads `make help` first."""
    targets = set(re.findall(r"^([a-z]+):.*## \S", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"help", "serve", "test", "check", "bench", "docs"} <= targets
