"""sdk/vectors/signed_keys.json: which keys an app believes without the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import licenseapi
from licenseapi.error import SignatureVerificationError

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "vectors/signed_keys.json").read_text())
CASES: list[dict[str, Any]] = VECTORS["cases"]
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def verify(case: dict[str, Any], text: str) -> licenseapi.SignedKey:
    """What the package makes of a case."""
    given = {name: case[name] for name in ("product", "now", "allow_test")}
    return licenseapi.verify_signed_key(text, case["roots"], **given)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_key_is_believed_or_refused_for_its_reason(case: dict[str, Any]) -> None:
    if case["reason"] is None:
        found = verify(case, case["text"])
        expected = (VECTORS["license_id"], VECTORS["product_id"])
        assert (found.license_id, found.product_id) == expected
        return
    with pytest.raises(SignatureVerificationError) as refused:
        verify(case, case["text"])
    assert refused.value.reason == case["reason"]


def test_every_flipped_character_is_seen() -> None:
    text = CASES[0]["text"]
    for place, character in enumerate(text):
        other = ALPHABET[ALPHABET.index(character) ^ 1 << place % 5]
        with pytest.raises(SignatureVerificationError):
            verify(CASES[0], text[:place] + other + text[place + 1 :])


def test_the_product_has_to_be_named() -> None:
    with pytest.raises(ValueError, match="product"):
        verify({**CASES[0], "product": ""}, CASES[0]["text"])
