"""Python sources as the house rules see them, and the exceptions from the rules."""

import ast
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import licenseapi_server

ROOT = Path(__file__).resolve().parents[3]
SOURCE = Path(licenseapi_server.__file__).parent
SDK = ROOT / "sdk/python/src/licenseapi"
Sizes = dict[str, int]
EXCEPTIONS: dict[str, Sizes] = json.loads(Path(__file__).with_name("exceptions.json").read_text())
Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Source:
    """One file: its path inside the tree that it was read from, and its text."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


def read_sources(folder: Path, under: Path | None = None) -> list[Source]:
    """The Python files of a folder, named from `under`; generated migrations left out."""
    return [
        Source(path.relative_to(under or folder).as_posix(), path.read_text())
        for path in sorted(folder.rglob("*.py"))
        if "migrations" not in path.parts
    ]


def beyond(
    rule: str,
    measured: Iterable[Sizes],
    cap: int = 0,
    exceptions: dict[str, Sizes] = EXCEPTIONS,
) -> tuple[Sizes, Sizes]:
    """What exceeds a cap, and what `exceptions.json` lets exceed it: to be equal.

    An exception states the present size, so that it can only shrink: what grows fails, and so
    does an exception for what has shrunk.
    """
    found = {place: size for sizes in measured for place, size in sizes.items() if size > cap}
    return found, exceptions.get(rule, {})


def functions(source: Source) -> Iterator[tuple[str, Function, bool]]:
    """Every function with its place, and whether its first parameter is `self` or `cls`."""

    def walk(node: ast.AST, path: str, *, in_class: bool) -> Iterator[tuple[str, Function, bool]]:
        for child in ast.iter_child_nodes(node):
            inner = path
            if isinstance(child, (*FUNCTIONS, ast.ClassDef)):
                inner = f"{path}{'.' if node is not source.tree else ''}{child.name}"
            if isinstance(child, FUNCTIONS):
                is_static = "staticmethod" in [ast.unparse(one) for one in child.decorator_list]
                yield inner, child, in_class and not is_static
                yield from walk(child, inner, in_class=False)
            else:
                is_class = isinstance(child, ast.ClassDef)
                yield from walk(child, inner, in_class=is_class or in_class)

    yield from walk(source.tree, f"{source.name}:", in_class=False)


SERVER_SOURCES = read_sources(SOURCE)
SDK_SOURCES = read_sources(SDK, SDK.parent)
TEST_SOURCES = read_sources(ROOT / "server/tests", ROOT) + read_sources(
    ROOT / "sdk/python/tests", ROOT
)
# The seed's sample is kept as it came: it is what a stranger writes.
TEST_SOURCES = [source for source in TEST_SOURCES if not source.name.endswith("seed_sample.py")]
TOOL_SOURCES = [
    source for name in ("bench", "docs", "scripts") for source in read_sources(ROOT / name, ROOT)
]
