"""Debug logs: enough to follow a call, and no secret in them."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import API_KEY
from edge import DROPS, Edge, answers

from licenseapi import LicenseAPI, logs
from licenseapi.error import LicenseInvalid

LICENSE_KEY = "98XX6-NZGF9-DDMYF-DMY5F-KVGP1"
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJsaWNfMSJ9.c2lnbmF0dXJl"
SOURCES = Path(__file__).resolve().parents[1] / "src"


def test_a_call_can_be_followed_without_a_secret(
    edge: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    edge.will(
        DROPS,
        answers({"object": "validation", "valid": False, "code": "EXPIRED"}),
        answers({"object": "token", "access_token": TOKEN}, 201),
        answers({"object": "list", "has_more": False, "data": []}),
        answers({"object": "api_key", "id": "key_1", "secret": API_KEY}),
    )

    with LicenseAPI(API_KEY, edge.address) as client:
        with pytest.raises(LicenseInvalid):
            client.licenses.require_valid(LICENSE_KEY)
        client.tokens.create(license_key=LICENSE_KEY)
        client.licenses.list(q="a key of my own", metadata={"note": LICENSE_KEY})
        client.api_keys.roll("key_1")

    own = "\n".join(record.getMessage() for record in caplog.records if record.name == "licenseapi")
    assert f"POST {edge.address}/v1/licenses/validate: connection failed" in own
    assert "before the next try" in own
    assert "/v1/licenses/validate: 200 (req_01k0v9x5c3e8t4f0g6h2j7k1m5) in" in own
    assert "/v1/licenses?q=…&" in own
    for secret in (API_KEY, LICENSE_KEY, TOKEN, "my+own"):
        assert secret not in own
    for secret in (API_KEY, TOKEN):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Bearer {API_KEY}", "Bearer lapi_sk_test_…wxyz"),
        (f"token {TOKEN}.", "token [redacted]."),
        (f"key {LICENSE_KEY}", "key [redacted]"),
        ("/v1/x?api_key=abc&key=d%20e&limit=5", "/v1/x?api_key=…&key=…&limit=5"),
        ("GET /v1/licenses/lic_01m86md74vf32s3184qrhgzpwf", None),
    ],
)
def test_secrets_are_taken_out_of_any_text(text: str, expected: str | None) -> None:
    assert logs.redact(text) == (expected or text)


def test_whatever_is_logged_passes_the_filter(caplog: pytest.LogCaptureFixture) -> None:
    logs.logger.warning("mistake: %s", API_KEY)

    assert caplog.messages == ["mistake: lapi_sk_test_…wxyz"]


def test_licenseapi_log_writes_to_standard_error(edge: Edge) -> None:
    edge.will(answers({"object": "me", "account_id": "acct_1", "scopes": []}))
    program = "import licenseapi; licenseapi.LicenseAPI().me.retrieve()"
    environment = {
        **os.environ,
        "PYTHONPATH": str(SOURCES),
        "LICENSEAPI_LOG": "debug",
        "LICENSEAPI_API_BASE": edge.address,
        "LICENSEAPI_API_KEY": API_KEY,
    }

    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "licenseapi DEBUG GET http://127.0.0.1" in done.stderr
    assert API_KEY not in done.stderr
    assert done.stdout == ""


def test_a_log_level_that_is_none_is_told_and_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICENSEAPI_LOG", "loud")

    with pytest.warns(UserWarning, match="LICENSEAPI_LOG must be one of debug, info, warning"):
        LicenseAPI("k")
