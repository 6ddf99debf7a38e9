"""The customer portal's pure parts: addresses, links, and what a session's token must say."""

from typing import Any

import pytest
from joserfc.jwk import ECKey
from licenseapi_server.domain.portal import (
    digest_address,
    fold_address,
    make_link,
    make_link_token,
    own_page,
)
from licenseapi_server.domain.tokens import PublicKey, TokenRefusedError, check_claims

BASE = "https://licenses.example.com"
KEY = PublicKey("kid", "acct_1", "live", ECKey.generate_key("P-256", auto_kid=False))
NOW = 1_772_443_800
SESSION: dict[str, Any] = {
    "iss": f"{BASE}/v1/accounts/acct_1",
    "aud": BASE,
    "sub": "cus_1",
    "customer": "cus_1",
    "client_id": "portal",
    "mode": "live",
    "scope": "portal:read",
    "iat": NOW,
    "nbf": NOW,
    "exp": NOW + 1800,
    "jti": "tok_1",
    "gen": 1,
}


def _check(**changes: Any) -> Any:
    return check_claims({**SESSION, **changes}, KEY, BASE, NOW * 1_000_000)


def test_a_session_is_its_customers_and_no_licenses() -> None:
    """What finds its facts is the customer, never the `client_id` that stands in it."""
    token = _check()

    assert (token.customer_id, token.key_id) == ("cus_1", "cus_1")
    assert (token.license_id, token.product_id) == ("", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"customer": "cus_2"},
        {"customer": ""},
        {"customer": None},
        {"customer": ["cus_1"]},
        {"sub": "cus_2"},
        {"license": "lic_1", "product": "prod_1"},
        {"license": None},
    ],
)
def test_claims_that_do_not_fit_are_refused(changes: dict[str, Any]) -> None:
    """One token is never both, and never somebody else's."""
    with pytest.raises(TokenRefusedError):
        _check(**changes)


def test_letters_of_ascii_are_folded_and_no_others() -> None:
    """The Kelvin sign and a dotted capital I are letters of other people's addresses."""
    assert fold_address(" Dora@Example.COM ") == "dora@example.com"
    for text in ("mi\u212ae@example.com", "d\u0130ra@example.com", "\u00c9a@example.com"):
        assert fold_address(text) == text
    assert digest_address("a", "live", "X@y") == digest_address("a", "live", "x@Y")
    assert digest_address("a", "live", "x@y") != digest_address("a", "test", "x@y")


def test_links_keep_what_the_page_has_already() -> None:
    """A page with a query of its own gets one more parameter."""
    token = make_link_token(bytes(32))
    assert len(token) == 43
    assert make_link("https://a.example/p", "t") == "https://a.example/p?token=t"
    assert make_link("https://a.example/p?x=1", "t") == "https://a.example/p?x=1&token=t"
    assert own_page(BASE, "acct_1", "test") == f"{BASE}/portal/acct_1/test"
