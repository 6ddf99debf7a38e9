"""The import graph of a package, read from its sources."""

import ast
import sys
from dataclasses import dataclass
from functools import cached_property

from house.sources import Source

STANDARD = set(sys.stdlib_module_names)


@dataclass(frozen=True)
class Package:
    """Its name and its files."""

    name: str
    sources: tuple[Source, ...]

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """Module -> what it imports: modules of the package, and everything else as written."""
        modules = {self._module(source): source for source in self.sources}
        return {name: self._imported(source, modules) for name, source in modules.items()}

    def closure(self, module: str) -> set[str]:
        """Everything that importing a module may import, over any number of steps."""
        seen: set[str] = set()
        waiting = [module]
        while waiting:
            fresh = self.imports.get(waiting.pop(), set()) - seen
            seen |= fresh
            waiting += fresh
        return seen

    def cycles(self) -> set[str]:
        """Modules that import themselves by a detour."""
        return {module for module in self.imports if module in self.closure(module)}

    def within(self, *prefixes: str) -> list[str]:
        """The modules under these folders, or with these names."""
        wanted = [f"{self.name}.{prefix}" for prefix in prefixes]
        return [
            module
            for module in self.imports
            if any(module == one or module.startswith(f"{one}.") for one in wanted)
        ]

    def _module(self, source: Source) -> str:
        path = source.name.removesuffix(".py").removesuffix("/__init__")
        return self.name if path == "__init__" else f"{self.name}.{path.replace('/', '.')}"

    @staticmethod
    def _imported(source: Source, modules: dict[str, Source]) -> set[str]:
        found: set[str] = set()
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                origin = "." * node.level + (node.module or "")
                inner = {f"{origin}.{alias.name}" for alias in node.names}
                submodules = inner & modules.keys()
                # `from package import module` needs the module; the rest is the package's own.
                found |= submodules or {origin}
                found |= {origin} if submodules != inner else set()
        return found


def top(name: str) -> str:
    """The first part of a dotted name; empty for a relative one."""
    return name.partition(".")[0]
