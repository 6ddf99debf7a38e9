"""Who may import whom, and who may touch what."""

import ast
import re

from house import measures
from house.imports import STANDARD, Package, top
from house.sources import SDK, SERVER_SOURCES, Source, beyond, read_sources

SERVER = Package("licenseapi_server", tuple(SERVER_SOURCES))
NAME = SERVER.name
CRYPTO = {"msgspec", "cryptography", "joserfc"}
# What computes. No clock, no randomness, no file, no network, no thread.
COMPUTES = {
    "base64", "binascii", "calendar", "collections", "dataclasses", "datetime", "enum", "fnmatch",
    "functools", "hashlib", "hmac", "ipaddress", "itertools", "json", "math", "operator", "re", "string",
    "typing", "zlib",
}  # fmt: skip
# From the ground up: nobody imports from a later line.
FLOORS = (
    ("domain", "columns", "entropy", "struct_types", "write_lock", "settings"),
    ("deployment", "sqlite_backend", "accounts", "mail"),
    (
        "catalog",
        "usage",
        "audit",
        "webhooks",
        "licensing",
        "portal",
        "billing",
        "records",
        "database_router",
        "django_settings",
    ),
    ("api", "jobs", "dashboard"),
    ("parts", "asgi"),
    ("serving",),
    ("cli",),
)
SQL = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b.*\b(FROM|INTO|SET|AS|SELECT)\b", re.DOTALL
)


def _breaches(package: Package, floors: tuple[tuple[str, ...], ...]) -> list[str]:
    height = {name: level for level, floor in enumerate(floors) for name in floor}
    return [
        f"{module} imports {imported}"
        for module, names in package.imports.items()
        for imported in names
        if imported.startswith(f"{package.name}.") and module != package.name
        if height[imported.split(".")[1]] > height[module.split(".")[1]]
    ]


def _impurities(source: Source) -> list[str]:
    """Calls that read the world or a secret generator, whatever they were imported from."""
    touching = ("open", "input", "print", "now", "utcnow", "today", "urandom", "import_module")
    found = measures.calls(source, *touching, "generate", "generate_key", "__import__", "eval")
    return [name for name, count in found.items() if count]


def test_the_domain_is_pure() -> None:
    """`domain` imports what computes, msgspec and crypto; it reads no clock, chance or input."""
    for module in SERVER.within("domain"):
        outside = {name for name in SERVER.imports[module] if not name.startswith(f"{NAME}.domain")}
        assert {top(name) for name in outside} <= COMPUTES | CRYPTO, module
    for source in SERVER_SOURCES:
        assert not source.name.startswith("domain/") or _impurities(source) == []


def test_the_runtime_never_reaches_django() -> None:
    """The hot path does not know the ORM: neither itself nor through anything it imports."""
    for module in SERVER.within("api.runtime"):
        reached = SERVER.closure(module)
        assert {
            name for name in reached if top(name) in {"django", "psycopg", "sqlalchemy"}
        } == set()
        assert not reached & set(SERVER.within("api.management", "dashboard")), module


def test_the_runtime_has_its_sql_in_one_file() -> None:
    """What touches the database on the hot path is answered by `runtime/…sql.py` alone."""
    runtime = [source for source in SERVER_SOURCES if source.name.startswith("api/runtime/")]
    elsewhere = {
        source.name: sum(
            isinstance(node, ast.Constant) and SQL.match(str(node.value)) is not None
            for node in ast.walk(source.tree)
        )
        for source in runtime
        if not re.fullmatch(r"api/runtime/(seat_|lease_|portal_|file_)?sql\.py", source.name)
    }
    found, excepted = beyond("sql_elsewhere", [elsewhere])
    assert found == excepted


def test_nothing_imports_upward() -> None:
    """Rows do not know who reads them; `cli` is thin, and nobody needs it."""
    assert _breaches(SERVER, FLOORS) == []


def test_the_dashboard_has_no_way_of_its_own() -> None:
    """It shows; it neither reads the runtime's tables nor repeats its rules."""
    for module in SERVER.within("dashboard"):
        assert not SERVER.imports[module] & set(SERVER.within("api.runtime")), module


def test_no_module_imports_itself_by_a_detour() -> None:
    """A cycle is one module in two files. Imports are absolute, so that they can be read here."""
    assert SERVER.cycles() == set()
    for package in (SERVER, Package("licenseapi", tuple(read_sources(SDK)))):
        relative = {name for names in package.imports.values() for name in names if not top(name)}
        assert relative == set()


def test_planted_breaches_are_found() -> None:
    """Cycles, detours, upward and relative imports, and impure calls."""
    planted = Package(
        "p",
        (
            Source("low/a.py", "from p.high import b"),
            Source("high/b.py", "import django.db\nfrom . import c"),
            Source("high/c.py", "def f():\n    from p.low.a import x"),
            Source("high/__init__.py", "from p.low import a"),
        ),
    )
    assert planted.imports["p.low.a"] == {"p.high.b"}
    assert "django.db" in planted.closure("p.high.c")
    assert "." in planted.imports["p.high.b"]
    assert _breaches(planted, (("low",), ("high",))) == ["p.low.a imports p.high.b"]
    lawful = Source("d.py", "value = parse(datetime(1970, 1, 1))")
    assert _impurities(Source("d.py", "datetime.now(UTC)")) == ["d.py"]
    assert _impurities(lawful) == []
    ring = Package("q", (Source("a.py", "import q.b"), Source("b.py", "from q import a")))
    assert ring.cycles() == {"q.a", "q.b"}
    assert "os" in STANDARD - COMPUTES
    assert SQL.match("WITH a AS (SELECT 1) SELECT * FROM a")
