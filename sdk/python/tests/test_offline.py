"""sdk/vectors/offline.json: what an app believes without the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import licenseapi
from licenseapi.error import SignatureVerificationError

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
CASES: list[dict[str, Any]] = json.loads((VECTORS / "offline.json").read_text())["cases"]
NAMES = ("product", "now", "allow_test", "fingerprint", "nonce", "is_unreachable")


def verify(case: dict[str, Any], text: str | None = None) -> Any:
    """What the package makes of a case."""
    given = {name: case[name] for name in NAMES if name in case}
    is_file = case["kind"] == "license_file"
    check: Any = licenseapi.verify_license_file if is_file else licenseapi.verify_permit
    return check(case["text"] if text is None else text, case["roots"], **given)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_document_is_believed_or_refused_for_its_reason(case: dict[str, Any]) -> None:
    if case["reason"] is None:
        found = verify(case)
        assert (found.license_id, found.product_id) == ("lic_1", "prod_1")
        ends = {"pdf": case["now"] + 1, "svg": 1_790_000_060, "gone": 1_789_999_940}
        assert found.entitlements == tuple(code for code in ends if case["now"] < ends[code])
        return
    with pytest.raises(SignatureVerificationError) as refused:
        verify(case)
    assert refused.value.reason == case["reason"]


@pytest.mark.parametrize("case", [CASES[0], next(c for c in CASES if c["kind"] == "permit")])
def test_every_flipped_bit_is_seen(case: dict[str, Any]) -> None:
    text = case["text"].strip()
    for place, character in enumerate(text):
        changed = f"{text[:place]}{chr(ord(character) ^ 1 << place % 7)}{text[place + 1 :]}"
        with pytest.raises(SignatureVerificationError):
            verify(case, changed)


def test_the_product_has_to_be_named() -> None:
    with pytest.raises(ValueError, match="product"):
        verify({**CASES[0], "product": ""})
