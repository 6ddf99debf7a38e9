"""The README is one program, and it runs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from conftest import Server

import licenseapi

README = Path(__file__).resolve().parents[1] / "README.md"


def test_the_readme_runs_from_top_to_bottom(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICENSEAPI_API_BASE", server.address)
    monkeypatch.setenv("LICENSEAPI_API_KEY", server.secret_key)
    blocks = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
    program = "\n".join(blocks)
    # A code of its own: the server may have met the README before.
    program = program.replace('"paint"', f'"{os.urandom(8).hex()}"')
    names: dict[str, object] = {}

    exec(compile(program, str(README), "exec"), names)

    said = capsys.readouterr().out
    assert "welcome VALID" in said
    assert "sorry: NOT_FOUND" in said
    assert "404 not_found" in said
    license = names["license"]
    assert isinstance(license, licenseapi.License)
    assert f"{license.id} revoked" in said
