"""Caps on files, functions and parameters, and names that say nothing."""

import ast
from pathlib import Path

import licenseapi_server

SOURCE = Path(licenseapi_server.__file__).parent
TESTS = Path(__file__).parent.parent
EMPTY_NAMES = {"utils", "helpers", "common", "misc", "manager", "service", "base", "core", "kit"}
# Django asks for a module of this name in a database backend.
NAMED_BY_OTHERS = {"sqlite_backend/base.py"}


def _sources() -> list[Path]:
    return [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)]


def test_files_have_at_most_400_lines_and_tests_500() -> None:
    """A file near its cap is missing a concept."""
    caps = dict.fromkeys(_sources(), 400) | dict.fromkeys(TESTS.rglob("*.py"), 500)
    assert [
        str(path) for path, cap in caps.items() if len(path.read_text().splitlines()) > cap
    ] == []


def test_functions_have_at_most_50_lines() -> None:
    """A longer one is cut where a name is missing."""
    long = [
        f"{path.name}:{node.name}"
        for path in _sources()
        for node in _functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > 50
    ]
    assert long == []


def test_functions_take_at_most_5_positional_parameters() -> None:
    """Beyond four and self, a value is missing. Django's wrapper signature is its own."""
    theirs = {"_refuse_write_outside_transaction", "__init__"}
    many = [
        f"{path.name}:{node.name}"
        for path in _sources()
        for node in _functions(path)
        if len(node.args.posonlyargs + node.args.args) > 5 and node.name not in theirs
    ]
    assert many == []


def test_modules_are_named_after_what_they_hold() -> None:
    """No module is called utils, and none is two modules joined by "and"."""
    named = [
        str(path.relative_to(SOURCE))
        for path in _sources()
        if path.stem in EMPTY_NAMES or "_and_" in path.stem
    ]
    assert set(named) == NAMED_BY_OTHERS
