"""The server's own verifiers on the cases that it shares with the SDKs."""

import json
from typing import Any

import pytest
from harness.offline_vectors import PATH, render
from licenseapi_server.domain.instants import SECOND
from licenseapi_server.domain.license_files import verify_license_file
from licenseapi_server.domain.permits import verify_permit
from licenseapi_server.domain.signed_documents import Trust
from licenseapi_server.domain.signed_texts import DocumentRefusedError

CASES = json.loads(PATH.read_text())["cases"]


def _verify(case: dict[str, Any]) -> Any:
    trust = Trust(
        roots=tuple(case["roots"]),
        product=case["product"],
        now=case["now"] * SECOND,
        allow_test=case["allow_test"],
    )
    if case["kind"] == "license_file":
        return verify_license_file(case["text"], trust, fingerprint=case["fingerprint"])
    return verify_permit(
        case["text"],
        trust,
        fingerprint=case["fingerprint"],
        nonce=case.get("nonce"),
        is_unreachable=case.get("is_unreachable", False),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_document_is_believed_or_refused_for_its_reason(case: dict[str, Any]) -> None:
    if case["reason"] is None:
        assert _verify(case).license_id == "lic_1"
        return
    with pytest.raises(DocumentRefusedError) as refused:
        _verify(case)
    assert refused.value.reason == case["reason"]


def test_the_cases_are_what_the_server_makes() -> None:
    """Ed25519 signs alike each time: a format that changes shows here."""
    assert PATH.read_text() == render()
