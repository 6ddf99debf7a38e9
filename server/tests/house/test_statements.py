"""Every statement of the runtime prepares on both engines and is served by an index."""

import ast
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from harness.server import Server
from house.sources import SERVER_SOURCES
from licenseapi_server.api.runtime import file_sql, lease_sql, portal_sql, seat_sql, sql

MODULES = (sql, seat_sql, lease_sql, portal_sql, file_sql)
STATEMENTS = {
    name: value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, sql.Statement)
}
FILES = {f"api/runtime/{name}sql.py" for name in ("", "seat_", "lease_", "portal_", "file_")}
TEXTS = [source.text for source in SERVER_SOURCES if source.name in FILES]
_servers: dict[str, Server] = {}


def _server(make_server: Callable[..., Server], engine: str) -> Server:
    if engine not in _servers:
        _servers[engine] = make_server(engine, is_started=False)
    return _servers[engine]


def _sqlite_plan(path: Path, statement: str, count: int) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(f"EXPLAIN QUERY PLAN {statement}", ["x"] * count).fetchall()
    return [row[3] for row in rows]


def _sqlite_scans(plan: list[str]) -> list[str]:
    """Tables that are walked through; not the rows that a statement itself carries."""
    return [line for line in plan if line.startswith("SCAN") and line != "SCAN CONSTANT ROW"]


def _postgres_plan(url: str, statement: str, count: int) -> dict[str, Any]:
    values = f"({', '.join(['NULL'] * count)})" if count else ""
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("SET enable_seqscan = off")
        database.execute("SET plan_cache_mode = force_generic_plan")
        database.execute(f"PREPARE asked AS {statement}")
        row = database.execute(f"EXPLAIN (FORMAT JSON) EXECUTE asked{values}").fetchone()
    assert row is not None
    plan: dict[str, Any] = row[0][0]["Plan"]
    return plan


def _postgres_scans(node: dict[str, Any]) -> list[str]:
    """Nodes that no index serves. Servers before PostgreSQL 18 do not say `Disabled`."""
    is_scan = node.get("Disabled") or node["Node Type"] == "Seq Scan"
    below = [scan for child in node.get("Plans", ()) for scan in _postgres_scans(child)]
    return [node["Node Type"], *below] if is_scan else below


@pytest.mark.parametrize("name", sorted(STATEMENTS.keys() - sql.POSTGRES_ONLY))
def test_sqlite_serves_it_by_an_index(name: str, make_server: Callable[..., Server]) -> None:
    """No plan line begins with SCAN, but for rows that the statement itself carries."""
    folder = _server(make_server, "sqlite").data_dir
    file = "telemetry.sqlite3" if name in sql.TELEMETRY else "licenseapi.sqlite3"
    statement = STATEMENTS[name]
    plan = _sqlite_plan(folder / file, statement.sqlite, len(statement.names))
    assert _sqlite_scans(plan) == []


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_postgres_serves_it_by_an_index(name: str, make_server: Callable[..., Server]) -> None:
    """With sequential scans disabled, no node of the plan is one."""
    url = _server(make_server, "postgres").database_url
    statement = STATEMENTS[name]
    assert _postgres_scans(_postgres_plan(url, statement.postgres, len(statement.names))) == []


def _index_conditions(node: dict[str, Any]) -> list[str]:
    """What each index is asked for, with its name."""
    asked = [f"{node['Index Name']}: {node.get('Index Cond')}"] if "Index Name" in node else []
    return asked + [found for child in node.get("Plans", ()) for found in _index_conditions(child)]


def test_postgres_finds_a_key_without_statistics(make_server: Callable[..., Server]) -> None:
    """A new server validates before its first ANALYZE: by the unique index, all columns of it."""
    url = _server(make_server, "postgres").database_url
    statement = sql.OPEN_BY_SECRET_AND_DIGEST
    plan = _postgres_plan(url, statement.postgres, len(statement.names))
    conditions = [text for text in _index_conditions(plan) if "license_key_once" in text]
    assert len(conditions) == len(("first", "second"))
    conditions += [text for text in _index_conditions(plan) if "previous_key_once" in text]
    assert len(conditions) == len(("first", "second", "first before", "second before"))
    assert all("key_digest = " in text and "account_id" in text for text in conditions)


def test_planted_scans_are_found(make_server: Callable[..., Server]) -> None:
    """A condition on a column without an index shows on both engines."""
    asked = "SELECT id FROM accounts_account WHERE name = {} LIMIT 1"
    file = _server(make_server, "sqlite").data_dir / "licenseapi.sqlite3"
    assert _sqlite_scans(_sqlite_plan(file, asked.format("?1"), 1)) == ["SCAN accounts_account"]
    url = _server(make_server, "postgres").database_url
    assert _postgres_scans(_postgres_plan(url, asked.format("$1"), 1)) == ["Seq Scan"]


def _uncommented(text: str) -> list[str]:
    """Statements under a blank line: one stands under its comment, or under its own kind."""
    lines = text.splitlines()
    return [
        ast.unparse(node.targets[0])
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign)
        and re.match(r"(statement|_opening)\(", ast.unparse(node.value))
        if not lines[node.lineno - 2].startswith(("#", ")"))
        and " = _opening(" not in lines[node.lineno - 2]
    ]


def _is_bounded(text: str) -> bool:
    """What reads ends in LIMIT; what writes need not."""
    reads = text.lstrip().startswith(("SELECT", "WITH"))
    return not reads or re.search(r"LIMIT \d+\s*$", text) is not None


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_statement_is_bounded_and_used(name: str) -> None:
    """It ends in LIMIT, so that it is read to the end before the next await; and it is asked."""
    assert _is_bounded(STATEMENTS[name].sqlite)
    runtime = [source for source in SERVER_SOURCES if source.name not in FILES]
    assert any(re.search(rf"\b{name}\b", source.text) for source in runtime)


def test_statements_say_why_they_exist() -> None:
    """Above each, or above the group it belongs to."""
    assert [_uncommented(text) for text in TEXTS] == [[]] * len(MODULES)
    planted = "# Why.\nA = statement(1)\nB = statement(2)\n\nC = statement(3)\n"
    assert _uncommented(planted.replace("(1)", "(\n)").replace("(2)", "(\n)")) == ["C"]
    assert not _is_bounded("SELECT 1 FROM a LIMIT 1 OFFSET 2")
    assert not _is_bounded("WITH a AS (SELECT 1 LIMIT 1) SELECT * FROM a")
    assert _is_bounded("UPDATE a SET b = 1")
