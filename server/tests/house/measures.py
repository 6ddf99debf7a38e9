"""What each house rule measures in one source: `{place: size}`.

So a rule is a cap, and an exception is a number. `test_measures.py` shows each measure a
planted violation.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from house.sources import FUNCTIONS, Sizes, Source, functions

BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match)
EMPTY_NAMES = {"utils", "helpers", "common", "misc", "manager", "service", "base", "core", "kit"}
CLAIM = re.compile(r"_*(is|has|may|can|[a-z]+s)(_|$)")
CLOCKS = {"time", "time_ns", "now", "utcnow", "today"}
SHORT = 100
# Written so that these lines do not find themselves.
WAIVER = re.compile(r"#\s*(?:ruff: )?noq[a]")
REASONED = re.compile(r"# (?:ruff: )?noq[a]: [A-Z0-9, ]+ - \S")
UNFINISHED = re.compile(r"\b(?:TOD[O]|FIXM[E]|X{3}|HAC[K])\b")


def lines_of_file(source: Source) -> Sizes:
    """Its lines."""
    return {source.name: len(source.text.splitlines())}


def lines_of_functions(source: Source) -> Sizes:
    """From `def` to the last line."""
    return {place: (node.end_lineno or 0) - node.lineno + 1 for place, node, _ in functions(source)}


def positional_parameters(source: Source) -> Sizes:
    """Those a caller may give by position; `self` and `cls` are given by nobody."""
    return {
        place: len(node.args.posonlyargs + node.args.args) - is_bound
        for place, node, is_bound in functions(source)
    }


def positional_booleans(source: Source) -> Sizes:
    """Parameters `x: bool` that a caller may give by position."""
    return {
        place: sum(
            argument.annotation is not None
            and "bool" in re.split(r" \| ", ast.unparse(argument.annotation))
            for argument in node.args.posonlyargs + node.args.args
        )
        for place, node, _ in functions(source)
    }


def nesting(source: Source) -> Sizes:
    """How deep branches and loops stand in each other; `elif` and `with` are not a level."""

    def depth(node: ast.AST, level: int) -> int:
        deepest = level
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
                continue
            is_elif = isinstance(node, ast.If) and node.orelse == [child]
            is_deeper = isinstance(child, BLOCKS) and not (is_elif and isinstance(child, ast.If))
            deepest = max(deepest, depth(child, level + is_deeper))
        return deepest

    return {place: depth(node, 0) for place, node, _ in functions(source)}


def lines_of_docstring(source: Source) -> Sizes:
    """Of the module; one that has code and says nothing counts as endless."""
    text = ast.get_docstring(source.tree)
    if text is None:
        return {source.name: 1_000 if source.text.strip() else 0}
    return {source.name: len(text.splitlines())}


def empty_names(source: Source) -> Sizes:
    """Folders and modules whose name says nothing, or that "and" joins."""
    parts = Path(source.name).with_suffix("").parts
    return {source.name: sum(part in EMPTY_NAMES or "_and_" in part for part in parts)}


def lone_methods(source: Source) -> Sizes:
    """Classes that are one function in disguise, and abstract bases that one class implements."""
    classes = [node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)]
    bases = Counter(ast.unparse(base) for node in classes for base in node.bases)
    return {
        f"{source.name}:{node.name}": (
            [type(part) for part in node.body if not isinstance(part, ast.Expr)]
            in ([ast.FunctionDef], [ast.AsyncFunctionDef])
            and not node.bases
        )
        or ("ABC" in [ast.unparse(base) for base in node.bases] and bases[node.name] == 1)
        for node in classes
    }


def silent_handlers(source: Source) -> Sizes:
    """`except Exception` that neither raises, nor logs, nor hands the error over."""

    def tells(handler: ast.ExceptHandler) -> bool:
        said = {node.id for node in ast.walk(handler) if isinstance(node, ast.Name)}
        logs = {node.attr for node in ast.walk(handler) if isinstance(node, ast.Attribute)}
        raises = any(isinstance(node, ast.Raise) for node in ast.walk(handler))
        return raises or "exception" in logs or (handler.name is not None and handler.name in said)

    broad = list(_broad_handlers(source))
    return {source.name: sum(not tells(handler) for handler in broad)} if broad else {}


def swallowing_handlers(source: Source) -> Sizes:
    """`except Exception` that does not end in `raise`: allowed at the process edge only."""
    ends = [handler.body[-1] for handler in _broad_handlers(source)]
    return {source.name: sum(not isinstance(end, ast.Raise) for end in ends)}


def _broad_handlers(source: Source) -> Iterator[ast.ExceptHandler]:
    """Those that catch everything; `suppress(Exception)` is one with an empty body."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and (node.type is None or _is_broad(node.type)):
            yield node
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            yield from (ast.ExceptHandler(body=[ast.Pass()]) for one in node.args if _is_broad(one))


def _is_broad(caught: ast.expr) -> bool:
    return re.search(r"\b(Base)?Exception\b", ast.unparse(caught)) is not None


def calls(source: Source, *names: str) -> Sizes:
    """Calls of these functions, by their last name."""
    found = [
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name))
    ]
    return {source.name: sum(name in names for name in found)}


def clock_readings(source: Source) -> Sizes:
    """Readings of the time of day; durations (`monotonic`) are not the time."""
    return calls(source, *CLOCKS)


def environment_readings(source: Source) -> Sizes:
    """Readings of the environment."""
    nodes = (node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute))
    return {source.name: sum(node.attr in {"environ", "getenv"} for node in nodes)}


def misnamed_booleans(source: Source) -> Sizes:
    """Fields and parameters that are true or false, but do not read as a claim."""
    named: list[tuple[str, ast.expr | None]] = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.arg):
            named.append((node.arg, node.annotation))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            named.append((node.target.id, node.annotation))
    booleans = [name for name, kind in named if kind is not None and ast.unparse(kind) == "bool"]
    return {f"{source.name}:{name}": not CLAIM.match(name) for name in booleans}


def misnamed_lookups(source: Source) -> Sizes:
    """`get_` promises a result or an error; what may give None is called `find_`."""
    return {
        place: node.name.lstrip("_").startswith("get_") and "None" in ast.unparse(node.returns)
        for place, node, _ in functions(source)
        if node.returns is not None
    }


def unreasoned_waivers(source: Source) -> Sizes:
    """`noqa` without a rule and a reason."""
    lines = [line for line in source.text.splitlines() if WAIVER.search(line)]
    return {source.name: sum(not REASONED.search(line) for line in lines)}


def unexplained_tests(source: Source) -> Sizes:
    """Tests without a docstring."""
    return {
        place: ast.get_docstring(node) is None
        for place, node, _ in functions(source)
        if node.name.startswith("test_")
    }


def unfinished_business(source: Source) -> Sizes:
    """Notes to oneself: they belong into an issue."""
    return {source.name: len(UNFINISHED.findall(source.text))}


def dead_names(defining: list[Source], reading: list[Source]) -> Sizes:
    """Module-level names, and methods of classes without a foreign base, that nothing mentions.

    Mentions are loads, attributes, imports under another name, and words of short texts
    (quoted annotations and Django's settings name things so).
    """
    read: Counter[str] = Counter()
    for source in reading:
        read.update(_mentioned(source))
    return {
        f"{source.name}:{name}": not read[name]
        for source in defining
        for name in _defined(source)
        if not name.startswith("__")
    }


def _mentioned(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.asname)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\w+", node.value) if len(node.value) < SHORT else ()


def _defined(source: Source) -> Iterator[str]:
    for node in source.tree.body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (one.id for one in targets if isinstance(one, ast.Name))
    for owner in ast.walk(source.tree):
        if isinstance(owner, ast.ClassDef) and not owner.bases:
            yield from (node.name for node in owner.body if isinstance(node, FUNCTIONS))


def printing(source: Source) -> Sizes:
    """Talking past the log and the command line."""
    return calls(source, "print", "input", "breakpoint")


def waiting(source: Source) -> Sizes:
    """Sleeping: a test that guesses how long something takes."""
    return calls(source, "sleep")


def evasions(source: Source) -> Sizes:
    """Tests left out, and doubles of our own code."""
    imported = [
        name
        for node in ast.walk(source.tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in [getattr(node, "module", None) or "", *(one.name for one in node.names)]
    ]
    marks = [node.attr for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)]
    left_out = {"skip", "skipif", "xfail", "importorskip"}
    return {
        source.name: sum("mock" in name for name in imported)
        + sum(mark in left_out for mark in marks)
    }


def toothless_tests(sources: list[Source]) -> Sizes:
    """Tests without an assert, an expected error, or a call of something that has one."""
    every = [item for source in sources for item in functions(source)]
    biting = {"raises", "warns", "check_call"}
    while True:
        found = {node.name for _, node, _ in every if _bites(node, biting)}
        if found <= biting:
            break
        biting |= found
    return {
        place: node.name not in biting for place, node, _ in every if node.name.startswith("test_")
    }


def _bites(node: ast.AST, biting: set[str]) -> bool:
    for part in ast.walk(node):
        if isinstance(part, ast.Assert):
            return True
        if isinstance(part, ast.Call):
            called = part.func
            name = getattr(called, "attr", None) or getattr(called, "id", None)
            if name in biting:
                return True
    return False
