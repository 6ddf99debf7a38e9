"""Who may import whom."""

import ast
import sys
from pathlib import Path

import licenseapi_server

SOURCE = Path(licenseapi_server.__file__).parent
PACKAGE = "licenseapi_server"
PURE = {"msgspec", "cryptography", "joserfc"} | set(sys.stdlib_module_names)
MODELS = ("accounts", "catalog", "licensing", "usage", "audit")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _breaches(folder: str, is_allowed) -> list[str]:
    return [
        f"{path.relative_to(SOURCE)} imports {name}"
        for path in sorted((SOURCE / folder).rglob("*.py"))
        for name in sorted(_imports(path))
        if not is_allowed(name)
    ]


def test_the_domain_is_pure() -> None:
    """`domain` imports the standard library, msgspec and crypto; no clock, randomness, input."""
    forbidden = {"time", "random", "secrets", "os", "socket", "sqlite3", "logging"}

    def is_allowed(name: str) -> bool:
        top = name.partition(".")[0]
        inside = name == PACKAGE or name.startswith((f"{PACKAGE}.domain", f"{PACKAGE}.domain."))
        return inside or (top in PURE and top not in forbidden)

    assert _breaches("domain", is_allowed) == []


def test_the_runtime_never_imports_django() -> None:
    """The hot path does not know the ORM, nor the half of the API that uses it."""

    def is_allowed(name: str) -> bool:
        return not name.startswith(("django", f"{PACKAGE}.api.management"))

    assert _breaches("api/runtime", is_allowed) == []


def test_models_import_nothing_upward() -> None:
    """Rows do not know who reads them."""
    upward = tuple(
        f"{PACKAGE}.{name}" for name in ("api", "cli", "dashboard", "jobs", "serving", "parts")
    )
    for folder in MODELS:
        assert _breaches(folder, lambda name: not name.startswith(upward)) == []


def test_nothing_imports_the_command_line() -> None:
    """`cli` is thin: whatever others need lives elsewhere."""
    folders = [path.name for path in SOURCE.iterdir() if path.is_dir() and path.name != "cli"]
    for folder in folders:
        assert _breaches(folder, lambda name: not name.startswith(f"{PACKAGE}.cli")) == []
