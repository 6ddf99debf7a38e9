"""The server's verifier of signed keys on the cases that it shares with the SDKs."""

import json
from typing import Any

import pytest
from harness.signed_key_vectors import LICENSE, PATH, PRODUCT, flip, render
from licenseapi_server.domain.api_keys import ApiKeyDigester
from licenseapi_server.domain.instants import SECOND
from licenseapi_server.domain.leaks import digest_strings
from licenseapi_server.domain.signed_documents import Trust
from licenseapi_server.domain.signed_keys import KeyContent, verify_signed_key
from licenseapi_server.domain.signed_texts import DocumentRefusedError

CASES = json.loads(PATH.read_text())["cases"]


def _verify(case: dict[str, Any], text: str) -> KeyContent:
    roots, now = tuple(case["roots"]), case["now"] * SECOND
    trust = Trust(roots=roots, product=case["product"], now=now, allow_test=case["allow_test"])
    return verify_signed_key(text, trust)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_key_is_believed_or_refused_for_its_reason(case: dict[str, Any]) -> None:
    if case["reason"] is None:
        found = _verify(case, case["text"])
        assert (found.license_id, found.product_id) == (LICENSE, PRODUCT)
        return
    with pytest.raises(DocumentRefusedError) as refused:
        _verify(case, case["text"])
    assert refused.value.reason == case["reason"]


def test_every_flipped_character_is_seen() -> None:
    text = CASES[0]["text"]
    for place in range(len(text)):
        with pytest.raises(DocumentRefusedError):
            _verify(CASES[0], flip(text, place))


def test_a_leak_is_recognized_however_it_was_pasted() -> None:
    keys, text = ApiKeyDigester(b"x" * 32), CASES[0]["text"]
    broken = f"{text[:60]}\n{text[60:]}".lower()
    assert digest_strings([broken], keys, keys) == digest_strings([text], keys, keys)


def test_the_cases_are_what_the_server_makes() -> None:
    assert PATH.read_text() == render()
