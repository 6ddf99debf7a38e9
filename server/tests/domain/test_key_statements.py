"""What apps believe of a key: what one of their roots has signed, and nothing else."""

import base64
from collections.abc import Callable

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey
from licenseapi_server.domain.instants import DAY, MINUTE
from licenseapi_server.domain.key_pairs import decode_bytes, make_key_pair, name_key
from licenseapi_server.domain.key_statements import (
    LIFE,
    Statement,
    encode_statement,
    plan_statement,
    sign_statement,
    verify_statement,
)
from licenseapi_server.domain.signed_texts import DocumentRefusedError

NOW = 1_790_000_000_000_000
ROOT, OTHER, KEY = (make_key_pair(bytes([number]) * 32) for number in (1, 2, 3))
ROOT_KEY = OKPKey.import_key(ROOT.private_jwk)
SAYS = Statement(KEY.kid, KEY.public_key, "file", "live", *plan_statement(NOW, NOW))
TEXT = sign_statement(SAYS, ROOT_KEY, ROOT.kid)


def _reason(verify: Callable[[], object]) -> str:
    with pytest.raises(DocumentRefusedError) as refused:
        verify()
    return refused.value.reason


def test_a_key_is_named_by_its_thumbprint() -> None:
    """The key and thumbprint of RFC 8037, appendix A.3."""
    public_key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert name_key(public_key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_bytes_have_one_text() -> None:
    assert decode_bytes("AA") == b"\0"
    assert [decode_bytes(text) for text in ("AB", "AA==", "A", "A+", "A A", "Aé")] == [None] * 6


def test_what_a_root_says_is_believed() -> None:
    assert verify_statement(TEXT, [OTHER.public_key, ROOT.public_key], "file", NOW) == SAYS


def test_the_same_statement_is_the_same_text() -> None:
    assert sign_statement(SAYS, ROOT_KEY, ROOT.kid) == TEXT


def test_a_root_that_is_not_embedded_says_nothing() -> None:
    assert _reason(lambda: verify_statement(TEXT, [OTHER.public_key], "file", NOW)) == (
        "unknown_root"
    )
    assert _reason(lambda: verify_statement(TEXT, [], "file", NOW)) == "unknown_root"


def test_it_holds_for_its_use_and_its_time() -> None:
    roots = [ROOT.public_key]
    begins, ends = SAYS.not_before, SAYS.expires_at
    assert _reason(lambda: verify_statement(TEXT, roots, "permit", NOW)) == "wrong_use"
    assert _reason(lambda: verify_statement(TEXT, roots, "file", ends)) == "statement_expired"
    early = begins - 5 * MINUTE - 1
    assert _reason(lambda: verify_statement(TEXT, roots, "file", early)) == "not_yet"
    assert verify_statement(TEXT, roots, "file", begins - 5 * MINUTE) == SAYS
    assert verify_statement(TEXT, roots, "file", ends - 1) == SAYS


def test_every_flipped_bit_is_seen() -> None:
    for place, character in enumerate(TEXT):
        for bit in range(7):
            flipped = chr(ord(character) ^ (1 << bit))
            changed = f"{TEXT[:place]}{flipped}{TEXT[place + 1 :]}"
            with pytest.raises(DocumentRefusedError):
                verify_statement(changed, [ROOT.public_key], "file", NOW)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "Ed25519", "typ": "key+jws"}, "malformed"),
        ({"alg": "Ed25519", "typ": "JWT", "kid": ROOT.kid}, "wrong_type"),
        ({"alg": "EdDSA", "typ": "key+jws", "kid": ROOT.kid}, "wrong_algorithm"),
        ({"alg": "none", "typ": "key+jws", "kid": ROOT.kid}, "wrong_algorithm"),
        ({"alg": "Ed25519", "typ": "key+jws", "kid": ROOT.kid, "b64": "x"}, "malformed"),
        ({"alg": "Ed25519", "typ": "key+jws", "kid": 1}, "malformed"),
    ],
)
def test_other_headers_are_refused(header: dict, reason: str) -> None:
    import json

    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    payload = base64.urlsafe_b64encode(encode_statement(SAYS)).rstrip(b"=").decode()
    signature = jws.JWSRegistry.algorithms["Ed25519"].sign(f"{head}.{payload}".encode(), ROOT_KEY)
    text = f"{head}.{payload}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    assert _reason(lambda: verify_statement(text, [ROOT.public_key], "file", NOW)) == reason


def test_a_statement_that_names_another_key_is_refused() -> None:
    lying = Statement(OTHER.kid, KEY.public_key, "file", "live", SAYS.not_before, SAYS.expires_at)
    text = sign_statement(lying, ROOT_KEY, ROOT.kid)
    assert _reason(lambda: verify_statement(text, [ROOT.public_key], "file", NOW)) == "wrong_kid"


def test_no_document_outlives_the_statement_about_its_key() -> None:
    """However old a key is, more than half of a statement's life is left."""
    for age in range(0, 30_000, 97):
        not_before, expires_at = plan_statement(NOW, NOW + age * DAY)
        assert not_before <= NOW + age * DAY
        assert expires_at - (NOW + age * DAY) >= LIFE // 2
