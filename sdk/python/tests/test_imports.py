"""Imports: rows in parts, out of files or given, with a result for each."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from conftest import API_KEY, Server
from edge import Edge, answers

import licenseapi
from licenseapi import error


def report(*rows: int) -> dict[str, object]:
    """What the server says when all rows arrive."""
    data = [{"row": row, "status": "created", "license_id": f"lic_{row}"} for row in rows]
    return {"object": "import_report", "data": data}


def test_rows_go_in_parts_of_a_thousand(edge: Edge, client: licenseapi.LicenseAPI) -> None:
    edge.will(answers(report(*range(1, 1001))), answers(report(1001)))

    results = list(client.imports.run("imp_1", ({"key": f"KEY-{row}"} for row in range(1001))))

    assert [result.row for result in results] == list(range(1, 1002))
    assert [(asked.body["first_row"], len(asked.body["rows"])) for asked in edge.asked] == [
        (1, 1000),
        (1001, 1),
    ]
    assert edge.asked[1].path == "/v1/imports/imp_1/rows"


def test_files_are_tables_or_json_lines(
    edge: Edge, client: licenseapi.LicenseAPI, tmp_path: Path
) -> None:
    table, lines, broken = tmp_path / "a.csv", tmp_path / "a.jsonl", tmp_path / "b.csv"
    table.write_bytes('\ufeffkey,name,metadata.a\r\n\'=K,"x,\r\ny",\r\n'.encode())
    lines.write_text('{"key": "L"}\n\n', encoding="utf-8")
    broken.write_text("key,name\nonly\n", encoding="utf-8")
    edge.otherwise = lambda _asked: answers(report(1))

    list(client.imports.run("imp_1", str(table)))
    list(client.imports.run("imp_1", lines))
    with pytest.raises(ValueError, match="one cell for each column"):
        list(client.imports.run("imp_1", broken))

    assert [asked.body["rows"] for asked in edge.asked] == [
        [{"key": "=K", "name": "x,\r\ny"}],
        [{"key": "L"}],
    ]


def test_the_async_client_does_the_same(edge: Edge) -> None:
    edge.will(answers(report(1)))

    async def run() -> list[int]:
        client = licenseapi.AsyncLicenseAPI(API_KEY, edge.address)
        found = [result.row async for result in client.imports.run("imp_1", [{"key": "K"}])]
        await client.close()
        return found

    assert asyncio.run(run()) == [1]


def test_a_real_server_takes_in_what_it_let_out(server: Server, tmp_path: Path) -> None:
    with licenseapi.LicenseAPI(server.secret_key, server.address) as client:
        product = client.products.create(name="Import", code="import-all")
        policy = client.policies.create(product_id=product.id, name="Plain")
        key = "=KEPT-AS-IT-WAS-1"
        dry = client.imports.create(policy_id=policy.id, dry_run=True)
        real = client.imports.create(policy_id=policy.id)
        rows = [{"key": key, "name": "Ada"}, {"key": key}]

        said = [(one.row, one.status) for one in client.imports.run(dry.id, rows)]
        assert client.licenses.validate(key).code == "NOT_FOUND"
        done = list(client.imports.run(real.id, rows))
        assert [(one.row, one.status) for one in done] == said
        assert done[1].error is not None
        assert done[1].error.code == "already_exists"
        assert client.licenses.validate(key).code == "VALID"
        assert client.imports.retrieve(real.id).next_row == 3

        file = tmp_path / "licenses.csv"
        client.exports.licenses(policy_id=policy.id).save(file)
        again = client.imports.create()
        (refused,) = client.imports.run(again.id, file)
        assert refused.error is not None
        assert refused.error.detail == "Another license has this key."
        with pytest.raises(error.NotFoundError):
            client.imports.retrieve("imp_x")
