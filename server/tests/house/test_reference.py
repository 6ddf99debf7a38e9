"""The reference pages are what the registries say; decisions keep their form."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_reference_pages_are_current() -> None:
    """Every setting, command, error, code and operation has its entry: run `make docs`."""
    generator = _generator()
    written = {path.name: path.read_text() for path in generator.FOLDER.glob("*.md")}
    assert written == {name: render() for name, render in generator.PAGES.items()}


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
