"""Exports: read as they arrive, resumed where they broke off, saved whole or not at all."""

from __future__ import annotations

import asyncio
import csv
import json
from pathlib import Path

import pytest
from conftest import API_KEY, Server
from edge import Edge, Reaction, answers, refuses

import licenseapi
from licenseapi import error

LINES = [
    json.dumps({"object": "license_export", "id": f"lic_{place}"}) + "\n" for place in range(4)
]


def half(*lines: str) -> Reaction:
    """Breaks off in the middle of what is there."""
    text = "".join(lines)
    return Reaction(manner="half", content=(text + " " * len(text)).encode())


def whole(*lines: str) -> Reaction:
    """Comes to its end."""
    return Reaction(content="".join(lines).encode())


def test_what_broke_off_goes_on_after_the_last_whole_line(
    edge: Edge, client: licenseapi.LicenseAPI
) -> None:
    edge.will(half(LINES[0], LINES[1], LINES[2][:9]), whole(*LINES[2:]))

    found = list(client.exports.licenses(status="active"))

    assert [row.id for row in found] == ["lic_0", "lic_1", "lic_2", "lic_3"]
    assert isinstance(found[0], licenseapi.ExportedLicense)
    first = [("status", "active"), ("format", "jsonl")]
    assert [asked.query for asked in edge.asked] == [first, [*first, ("starting_after", "lic_1")]]


def test_what_never_gets_on_is_an_error(edge: Edge, client: licenseapi.LicenseAPI) -> None:
    edge.otherwise = lambda _asked: half(" ")

    with pytest.raises(error.APIConnectionError):
        list(client.exports.customers())
    assert len(edge.asked) == 3


def test_what_is_no_export_is_told(edge: Edge, client: licenseapi.LicenseAPI) -> None:
    edge.will(Reaction(content=b"<html>\n"), refuses(403, "insufficient_scope"))

    with pytest.raises(error.UnusableAnswerError):
        list(client.exports.customers())
    with pytest.raises(error.PermissionDeniedError):
        list(client.exports.customers())


def test_a_file_is_whole_or_there_is_none(
    edge: Edge, client: licenseapi.LicenseAPI, tmp_path: Path
) -> None:
    file = tmp_path / "all.csv"
    edge.will(half('"id"\r\n'), whole('"id"\r\n'))

    with pytest.raises(error.APIConnectionError):
        client.exports.activations().save(file)
    assert list(tmp_path.iterdir()) == []
    client.exports.activations().save(str(file))
    assert file.read_bytes() == b'"id"\r\n'


def test_the_async_client_does_the_same(edge: Edge, tmp_path: Path) -> None:
    edge.will(half(LINES[0], LINES[1]), whole(LINES[2]), whole("x"), answers({}, 404))

    async def walk() -> list[str]:
        client = licenseapi.AsyncLicenseAPI(API_KEY, edge.address)
        found = [row.id async for row in client.exports.licenses()]
        await client.exports.licenses(format="jsonl").save(tmp_path / "all.jsonl")
        with pytest.raises(error.NotFoundError):
            await client.exports.licenses().save(tmp_path / "none.csv")
        await client.close()
        return found

    assert asyncio.run(walk()) == ["lic_0", "lic_1", "lic_2"]
    assert [path.name for path in tmp_path.iterdir()] == ["all.jsonl"]


def test_a_real_server_exports_licenses_with_their_keys(server: Server, tmp_path: Path) -> None:
    with licenseapi.LicenseAPI(server.secret_key, server.address) as client:
        product = client.products.create(name="Export", code="export-all")
        policy = client.policies.create(product_id=product.id, name="Plain")
        made = client.licenses.batch(count=5, template={"policy_id": policy.id})
        keys = {item.license.key for item in made.data if item.license}

        assert {row.key for row in client.exports.licenses(policy_id=policy.id)} == keys
        client.exports.licenses(policy_id=policy.id).save(tmp_path / "licenses.csv")
        with (tmp_path / "licenses.csv").open(newline="", encoding="utf-8") as file:
            assert {row["key"] for row in csv.DictReader(file)} == keys
