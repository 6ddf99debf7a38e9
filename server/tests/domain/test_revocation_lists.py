"""Revocation lists: believed if a root vouches for them, and never older than the last."""

from collections.abc import Callable, Mapping, Sequence

import pytest
from joserfc.jwk import OKPKey
from licenseapi_server.domain.instants import HOUR
from licenseapi_server.domain.key_pairs import DocumentUse, make_key_pair
from licenseapi_server.domain.key_statements import Statement, plan_statement, sign_statement
from licenseapi_server.domain.revocation_lists import (
    LIST_TYPE,
    Revocations,
    list_claims,
    verify_revocations,
)
from licenseapi_server.domain.signed_documents import sign_document
from licenseapi_server.domain.signed_texts import DocumentRefusedError

NOW = 1_790_000_000_000_000
ROOT, KEY = make_key_pair(b"\1" * 32), make_key_pair(b"\2" * 32)
REVOKED: Mapping[str, Sequence[str]] = {"license": ["lic_1"], "file": ["lf_1"], "key": ["k"]}


def _list(
    number: int = 7,
    revoked: Mapping[str, Sequence[str]] = REVOKED,
    *,
    mode: str = "live",
    use: DocumentUse = "revocations",
) -> str:
    says = Statement(KEY.kid, KEY.public_key, use, mode, *plan_statement(NOW, NOW))
    statement = sign_statement(says, OKPKey.import_key(ROOT.private_jwk), ROOT.kid)
    claims = list_claims(("https://a.example/v1/accounts/acct_1", mode), number, NOW, revoked)
    signer = (KEY.kid, OKPKey.import_key(KEY.private_jwk))
    return sign_document(LIST_TYPE, claims, signer, statement)


def _reason(verify: Callable[[], Revocations]) -> str:
    with pytest.raises(DocumentRefusedError) as refused:
        verify()
    return refused.value.reason


def test_a_list_is_read() -> None:
    found = verify_revocations(_list(), [ROOT.public_key], NOW, least_number=7)

    hour = NOW - NOW % HOUR
    assert found == Revocations(
        7,
        "live",
        hour,
        hour + 24 * HOUR,
        frozenset({"lic_1"}),
        frozenset({"lf_1"}),
        frozenset({"k"}),
    )


def test_what_is_wrong_is_refused() -> None:
    roots = [ROOT.public_key]
    assert _reason(lambda: verify_revocations(_list(), roots, NOW, least_number=8)) == "old_list"
    assert _reason(lambda: verify_revocations(_list(use="file"), roots, NOW)) == "wrong_use"
    assert _reason(lambda: verify_revocations(_list(), [KEY.public_key], NOW)) == "unknown_root"
    assert _reason(lambda: verify_revocations(_list(mode="test"), roots, NOW)) == "wrong_mode"
    own = {"license": [], "file": [], "key": [KEY.kid]}
    assert _reason(lambda: verify_revocations(_list(revoked=own), roots, NOW)) == "revoked"


def test_a_test_list_is_for_those_who_ask_for_it() -> None:
    found = verify_revocations(_list(mode="test"), [ROOT.public_key], NOW, allow_test=True)
    assert found.mode == "test"
