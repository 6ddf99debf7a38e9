"""Every statement of the runtime prepares on both engines and is served by an index."""

import json
import sqlite3
from collections.abc import Callable

import psycopg
import pytest
from harness.server import Server
from licenseapi_server.api.runtime import sql

STATEMENTS = sorted(sql.MAIN_STATEMENTS)


@pytest.mark.parametrize("name", [name for name in STATEMENTS if name not in sql.POSTGRES_ONLY])
def test_sqlite_serves_it_by_an_index(name: str, make_server: Callable[..., Server]) -> None:
    """No plan line begins with SCAN, but for rows that the statement itself carries."""
    server = _server(make_server, "sqlite")
    with sqlite3.connect(server.data_dir / "licenseapi.sqlite3") as database:
        statement = sql.MAIN_STATEMENTS[name]
        plan = database.execute(
            f"EXPLAIN QUERY PLAN {statement.sqlite}", ["x"] * len(statement.names)
        ).fetchall()
    database.close()
    lines = [row[3] for row in plan]
    constant = {"SCAN CONSTANT ROW"}
    walked_in_order = {"SIGNING_KEYS"}
    scans = [line for line in lines if line.startswith("SCAN") and line not in constant]
    assert scans == [] or name in walked_in_order


@pytest.mark.parametrize("name", STATEMENTS)
def test_postgres_serves_it_by_an_index(name: str, make_server: Callable[..., Server]) -> None:
    """With sequential scans disabled, no node of the plan is one."""
    server = _server(make_server, "postgres")
    statement = sql.MAIN_STATEMENTS[name]
    with psycopg.connect(server.database_url, autocommit=True) as database:
        database.execute("SET enable_seqscan = off")
        database.execute("SET plan_cache_mode = force_generic_plan")
        database.execute(f"PREPARE asked AS {statement.postgres}")
        values = ", ".join(["NULL"] * len(statement.names))
        asked = f"EXPLAIN (FORMAT JSON) EXECUTE asked({values})" if values else None
        row = database.execute(asked or "EXPLAIN (FORMAT JSON) EXECUTE asked").fetchone()
    assert row is not None
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    assert _disabled(plan[0]["Plan"]) == []


_servers: dict[str, Server] = {}


def _server(make_server: Callable[..., Server], engine: str) -> Server:
    if engine not in _servers:
        _servers[engine] = make_server(engine, is_started=False)
    return _servers[engine]


def _disabled(node: dict) -> list[str]:
    found = [node["Node Type"]] if node.get("Disabled") else []
    for child in node.get("Plans", ()):
        found += _disabled(child)
    return found
