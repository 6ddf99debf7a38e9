"""Each measure finds a planted violation, and lets its nearest lawful neighbor pass."""

from collections.abc import Callable

import pytest
from house import measures
from house.sources import Sizes, Source, beyond

# Measure, what it must count, and what it must not count beyond the cap.
PLANTED: list[tuple[Callable[[Source], Sizes], int, str, str]] = [
    (measures.lines_of_file, 2, "a = 1\n" * 3, "a = 1\n" * 2),
    (measures.lines_of_functions, 2, "def f():\n  a = 1\n  return a", "def f():\n  return 1"),
    (
        measures.positional_parameters,
        4,
        "def f(a, b, c, d, e): ...",
        "def f(a, b, c, d, *, e): ...",
    ),
    (
        measures.positional_parameters,
        4,
        "class A:\n def __init__(self, a, b, c, d, e): ...",
        "class A:\n def __init__(self, a, b, c, d): ...",
    ),
    (
        measures.positional_parameters,
        4,
        "class A:\n @staticmethod\n def f(a, b, c, d, e): ...\nclass B:\n def f(self): ...",
        "class A:\n @classmethod\n def f(cls, a, b, c, d, /): ...",
    ),
    (measures.positional_booleans, 0, "def f(a: bool | None): ...", "def f(*, a: bool): ..."),
    (
        measures.nesting,
        2,
        "def f():\n for a in b:\n  if a:\n   while a: ...",
        "def f():\n if a:\n  for b in a:\n   with b: ...\n elif b: ...\n elif c: ...",
    ),
    (measures.lines_of_docstring, 1, "a = 1", '"""One line."""\na = 1'),
    (measures.lines_of_docstring, 1, '"""Two\nlines."""', ""),
    (measures.lone_methods, 0, "class A:\n def f(self): ...", "class A(B):\n def f(self): ..."),
    (
        measures.lone_methods,
        0,
        "class A(ABC): ...\nclass B(A): ...",
        "class A(ABC): ...\nclass B(A): ...\nclass C(A): ...",
    ),
    (
        measures.silent_handlers,
        0,
        "try: f()\nexcept Exception: pass",
        "try: f()\nexcept Exception: log.exception('so')",
    ),
    (
        measures.silent_handlers,
        0,
        "try: f()\nexcept: g()",
        "try: f()\nexcept Exception as error: g(error)",
    ),
    (
        measures.silent_handlers,
        0,
        "with suppress(OSError, Exception): f()",
        "with suppress(OSError): f()",
    ),
    (
        measures.swallowing_handlers,
        0,
        "try: f()\nexcept (OSError, Exception) as error: g(error)",
        "try: f()\nexcept BaseException:\n undo()\n raise",
    ),
    (measures.clock_readings, 0, "datetime.now(UTC)", "time.monotonic()"),
    (measures.environment_readings, 0, "os.environ['A']", "settings.a"),
    (measures.printing, 0, "print(1)", "sys.stdout.write('1')"),
    (measures.misnamed_booleans, 0, "class A:\n open: bool", "class A:\n is_open: bool"),
    (measures.misnamed_booleans, 0, "def f(*, writing: bool): ...", "def f(*, writes: bool): ..."),
    (
        measures.misnamed_lookups,
        0,
        "def _get_it() -> int | None: ...",
        "def find_it() -> int | None: ...",
    ),
    (
        measures.unreasoned_waivers,
        0,
        f"a = b  # no{'qa'}: E501",
        f"a = b  # no{'qa'}: E501 - a reason",
    ),
    (measures.unexplained_tests, 0, "def test_a(): ...", "def test_a():\n 'So.'"),
    (measures.unfinished_business, 0, f"# TO{'DO'}: later", "# today"),
    (measures.waiting, 0, "time.sleep(1)", "eventually(ask)"),
    (measures.evasions, 0, "@pytest.mark.skip\ndef test_a(): ...", "a[1:]  # fmt: skip"),
    (measures.evasions, 0, "from unittest.mock import patch", "from harness import server"),
]


@pytest.mark.parametrize(("measure", "cap", "planted", "lawful"), PLANTED)
def test_planted_violation_is_found(
    measure: Callable[[Source], Sizes], cap: int, planted: str, lawful: str
) -> None:
    """A rule that finds nothing might as well not exist."""
    assert beyond("none", [measure(Source("a.py", planted))], cap)[0] != {}
    assert beyond("none", [measure(Source("a.py", lawful))], cap)[0] == {}


@pytest.mark.parametrize("name", ["a/utils.py", "base/rows.py", "rows_and_columns.py"])
def test_empty_name_is_found(name: str) -> None:
    """Wherever in the path it stands."""
    assert any(measures.empty_names(Source(name, "")).values())
    assert not any(measures.empty_names(Source("database/rows.py", "")).values())


def test_what_nothing_mentions_is_dead() -> None:
    """Functions, constants, methods; but not what a foreign base calls."""
    text = """
USED = 1
ALONE = 3
class A:
    def called(self): return USED
    def uncalled(self): ...
class B(django.View):
    def post(self): ...
A().called(); B
"""
    source = Source("a.py", text)
    dead = beyond("none", [measures.dead_names([source], [source])])[0]
    assert set(dead) == {"a.py:ALONE", "a.py:uncalled"}
    reader = Source("b.py", "from a import ALONE as x\na.uncalled()")
    assert not any(measures.dead_names([source], [source, reader]).values())


def test_a_test_that_cannot_fail_is_found() -> None:
    """It asserts, expects an error, or calls something that does."""
    text = """
def check(a): assert a
def test_empty(): f()
def test_of_its_own(): assert f()
def test_by_error():
    with pytest.raises(ValueError): f()
def test_by_another(): check(f())
"""
    found = beyond("none", [measures.toothless_tests([Source("a.py", text)])])[0]
    assert set(found) == {"a.py:test_empty"}


def test_an_exception_has_the_exact_size() -> None:
    """It shrinks with the code; neither code nor exception can grow alone."""
    exceptions = {"rule": {"a.py": 7}}
    found, excepted = beyond("rule", [{"a.py": 7}], 4, exceptions)
    assert found == excepted
    for size in (3, 6, 8):
        found, excepted = beyond("rule", [{"a.py": size}], 4, exceptions)
        assert found != excepted
