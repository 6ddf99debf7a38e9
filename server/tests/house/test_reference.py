"""The reference pages are what the registries say; decisions keep their form."""

import importlib
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def _generator() -> ModuleType:
    """`docs/generate.py`, which imports its neighbors as `make docs` lets it."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        return importlib.import_module("generate")
    finally:
        sys.path.remove(str(ROOT / "docs"))


def test_reference_pages_are_current() -> None:
    """Every setting, command, error, code, operation and table has its entry: run `make docs`."""
    generator = _generator()
    written = {path.name: path.read_text() for path in generator.FOLDER.glob("*.md")}
    assert written == {name: render() for name, render in generator.PAGES.items()}


def _page_schema() -> tuple[dict[str, list[str]], set[str]]:
    """Each table's columns and all index names, as the page tells them."""
    page = (ROOT / "docs/reference/data-model.md").read_text()
    tables = {}
    for section in page.split("\n### ")[1:]:
        table = section.partition("Table `")[2].partition("`")[0]
        columns = section.partition("| Index")[0]
        tables[table] = sorted(re.findall(r"^\| `(\w+)` \|", columns, re.MULTILINE))
    return tables, set(re.findall(r"\| `(\w+)` \|$", page, re.MULTILINE))


def _file_schema(path: Path) -> tuple[dict[str, list[str]], set[str]]:
    """The same of a migrated file, without Django's own tables and generated index names."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        ours = [row for row in rows if not row[1].startswith(("sqlite_", "django_"))]
        tables = {
            name: sorted(row[1] for row in database.execute(f"PRAGMA table_info({name})"))
            for kind, name, _ in ours
            if kind == "table"
        }
    names = {name for kind, name, _ in ours if kind == "index"}
    for _, _, text in ours:
        names.update(re.findall(r'CONSTRAINT "(\w+)" UNIQUE', text))
    return tables, {name for name in names if not name.startswith(tuple(tables))}


def test_the_data_model_is_that_of_a_migrated_database(
    templates: Callable[[str], tuple[Path, str]],
) -> None:
    """Tables, columns and named indexes: a page drawn from models could miss a migration."""
    directory, _ = templates("sqlite")
    tables, names = _file_schema(directory / "licenseapi.sqlite3")
    telemetry, more = _file_schema(directory / "telemetry.sqlite3")
    assert _page_schema() == ({**tables, **telemetry}, names | more)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_decision_is_short_and_says_what_enforces_it(path: Path) -> None:
    """At most 45 lines, with a context, one quotable decision, and a check."""
    text = path.read_text()
    assert len(text.splitlines()) <= 45
    for part in ("Context.", "Decision.", "Consequences.", "Rejected.", "Enforced by:"):
        assert f"**{part}**" in text
    decision = text.partition("**Decision.**")[2].partition("**Consequences.**")[0]
    assert re.search(r'"[^"]{20,}"', decision)
    number = int(path.name.partition("-")[0])
    assert text.startswith(f"# {number}. ")


def test_decisions_are_numbered_without_gaps() -> None:
    """A number is a name for good."""
    numbers = [int(path.name.partition("-")[0]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_links_between_pages_lead_somewhere() -> None:
    """A page that moved takes its links along."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("sdk/*/README.md")]
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in LINK.findall(page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []
