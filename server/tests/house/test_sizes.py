"""Caps on files, functions, parameters and nesting; who exceeds one stands in exceptions.json."""

from statistics import median

from house import measures
from house.sources import (
    EXCEPTIONS,
    SDK_SOURCES,
    SERVER_SOURCES,
    TEST_SOURCES,
    TOOL_SOURCES,
    beyond,
)

SHIPPED = SERVER_SOURCES + SDK_SOURCES
# The registries of errors: their docstrings draw the tree.
DRAWN = {"domain/problems.py", "licenseapi/error.py"}


def test_files_have_at_most_400_lines_and_tests_500() -> None:
    """A file near its cap is missing a concept."""
    found, excepted = beyond(
        "lines_of_file", map(measures.lines_of_file, SHIPPED + TOOL_SOURCES), 400
    )
    assert found == excepted
    found, excepted = beyond("lines_of_tests", map(measures.lines_of_file, TEST_SOURCES), 500)
    assert found == excepted


def test_functions_have_at_most_50_lines() -> None:
    """A longer one is cut where a name is missing."""
    found, excepted = beyond(
        "lines_of_functions", map(measures.lines_of_functions, SHIPPED + TOOL_SOURCES), 50
    )
    assert found == excepted


def test_half_of_everything_is_small() -> None:
    """About 90 lines a file and 8 a function: caps alone would let all grow up to them."""
    files = [len(source.text.splitlines()) for source in SERVER_SOURCES]
    lines = [
        size for source in SERVER_SOURCES for size in measures.lines_of_functions(source).values()
    ]
    assert median(files) <= 100
    assert median(lines) <= 8


def test_functions_take_at_most_4_positional_parameters() -> None:
    """Beyond four, a value is missing. Constructors too; `self` is given by nobody."""
    found, excepted = beyond(
        "positional_parameters", map(measures.positional_parameters, SHIPPED), 4
    )
    assert found == excepted


def test_booleans_are_given_by_name() -> None:
    """`f(True)` says nothing where it is read."""
    found, excepted = beyond("positional_booleans", map(measures.positional_booleans, SHIPPED))
    assert found == excepted


def test_branches_nest_at_most_twice() -> None:
    """Then a guard clause, or a name."""
    found, excepted = beyond("nesting", map(measures.nesting, SHIPPED), 2)
    assert found == excepted


def test_modules_say_what_belongs_here_in_5_lines() -> None:
    """Every module that holds anything."""
    found, excepted = beyond(
        "lines_of_docstring",
        map(measures.lines_of_docstring, SHIPPED + TEST_SOURCES + TOOL_SOURCES),
        5,
    )
    drawn = {name for name in found if name in DRAWN and found[name] <= 20}
    assert {name: size for name, size in found.items() if name not in drawn} == excepted


def test_house_tests_are_short_and_say_their_rule() -> None:
    """Under 40 lines; the rule stands in the docstring."""
    house = [source for source in TEST_SOURCES if "/house/" in source.name]
    found, excepted = beyond("lines_of_rules", map(measures.lines_of_functions, house), 39)
    assert found == excepted
    found, excepted = beyond("unexplained_tests", map(measures.unexplained_tests, house))
    assert found == excepted


def test_every_rule_with_exceptions_exists() -> None:
    """A misspelled rule would excuse nothing, and nobody would notice."""
    rules = {name for name in vars(measures) if not name.startswith("_")}
    assert set(EXCEPTIONS) <= rules | {
        "lines_of_tests",
        "lines_of_rules",
        "required_columns",
        "sql_elsewhere",
    }
