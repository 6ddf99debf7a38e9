"""Nobody gives beyond their own: each way in which another key may reach further."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.reach import Reach, find_excess, lies_within

OWN = Reach(
    type="restricted",
    scopes=frozenset({"licenses:read", "api_keys:write"}),
    product_ids=("prod_a", "prod_b"),
    networks=("10.0.0.0/8", "2001:db8::/32"),
    expires_at=1_000,
)
ANY_REACH = st.builds(
    Reach,
    type=st.sampled_from(["secret", "restricted", "publishable"]),
    scopes=st.frozensets(st.sampled_from(["licenses:read", "licenses:write", "tokens:mint"])),
    product_ids=st.lists(st.sampled_from(["prod_a", "prod_b"]), unique=True).map(tuple),
    networks=st.lists(st.sampled_from(["10.0.0.0/8", "10.1.0.0/16", "::/0"]), unique=True).map(
        tuple
    ),
    expires_at=st.none() | st.integers(0, 3),
)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"scopes": frozenset({"licenses:read"})}, None),
        ({"scopes": frozenset({"licenses:write"})}, "licenses:write"),
        ({"type": "secret"}, "secret key"),
        ({"product_ids": ("prod_a",)}, None),
        ({"product_ids": ()}, "products"),
        ({"product_ids": ("prod_a", "prod_c")}, "products"),
        ({"networks": ("10.1.0.0/16",)}, None),
        ({"networks": ()}, "addresses"),
        ({"networks": ("0.0.0.0/0",)}, "addresses"),
        ({"networks": ("10.1.0.0/16", "2001:db9::/32")}, "addresses"),
        ({"expires_at": 999}, None),
        ({"expires_at": 1_001}, "longer"),
        ({"expires_at": None}, "longer"),
    ],
)
def test_what_reaches_further_is_told(changes: dict[str, object], why: str | None) -> None:
    """One way each, and equals reach no further."""
    excess = find_excess(OWN, msgspec.structs.replace(OWN, **changes))
    assert excess is None if why is None else why in (excess or "")


@given(ANY_REACH)
def test_nobody_reaches_further_than_oneself(reach: Reach) -> None:
    """Whatever the bindings."""
    assert find_excess(reach, reach) is None


@given(ANY_REACH, ANY_REACH, ANY_REACH)
def test_reaching_no_further_is_handed_on(first: Reach, second: Reach, third: Reach) -> None:
    """Over a key in between nobody gets further either."""
    if find_excess(first, second) is None and find_excess(second, third) is None:
        assert find_excess(first, third) is None


def test_networks_of_the_other_kind_are_outside() -> None:
    """IPv4 and IPv6 are never within each other; no list is everywhere."""
    assert lies_within("10.1.2.3/32", ("10.0.0.0/8",))
    assert not lies_within("10.1.2.3/32", ("::/0",))
    assert not lies_within("::1/128", ("0.0.0.0/0",))
    assert lies_within("::1/128", ())
