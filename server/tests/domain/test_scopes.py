"""Scopes: the closed list, who holds what, and that write never implies read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.scopes import (
    ALL_SCOPES,
    CLIENT_TOKEN_SCOPES,
    GRANTABLE_SCOPES,
    NEVER_IMPLIED,
    PORTAL_SCOPES,
    PRESETS,
    PUBLISHABLE_KEY_SCOPES,
    SECRET_KEY_SCOPES,
    URL_SCOPES,
    effective_scopes,
    parse_scopes,
    scope_set,
)

SCOPES = st.sampled_from(ALL_SCOPES)
CLOSED_LIST = """
products:read products:write policies:read policies:write customers:read customers:write
entitlements:read entitlements:write activations:read activations:write leases:read leases:write
license_files:read license_files:write meters:read meters:write webhooks:read webhooks:write
api_keys:read api_keys:write members:read members:write account:read account:write
licenses:read licenses:write licenses:validate licenses:check_in licenses:reveal
usage:read usage:write usage:reverse tokens:mint tokens:revoke
events:read request_logs:read audit:read analytics:read signing_keys:read signing_keys:rotate
billing:read billing:write export import portal:read portal:release portal:files
"""


def test_the_list_is_the_one_of_the_design() -> None:
    assert len(ALL_SCOPES) == len(set(ALL_SCOPES))
    assert set(ALL_SCOPES) == set(CLOSED_LIST.split())


def test_what_is_never_implied_is_in_no_type_of_key() -> None:
    assert {"members:write", "account:write", "signing_keys:rotate"} == NEVER_IMPLIED
    for key_type in ("secret", "restricted", "publishable"):
        assert not effective_scopes(key_type, "") & NEVER_IMPLIED


def test_a_secret_key_holds_the_rest_and_what_was_granted_by_name() -> None:
    everything_else = set(ALL_SCOPES) - NEVER_IMPLIED - PORTAL_SCOPES

    assert effective_scopes("secret", "") == SECRET_KEY_SCOPES == everything_else
    assert effective_scopes("secret", "members:write") == everything_else | {"members:write"}


@given(st.sets(SCOPES))
def test_a_restricted_key_holds_exactly_what_it_was_granted(granted: set[str]) -> None:
    assert effective_scopes("restricted", " ".join(granted)) == granted


@given(st.sets(SCOPES))
def test_a_publishable_key_holds_the_same_whatever_its_row_says(granted: set[str]) -> None:
    assert effective_scopes("publishable", " ".join(granted)) == PUBLISHABLE_KEY_SCOPES


def test_what_lies_on_a_customers_machine_reads_and_manages_nothing() -> None:
    for scope in (*PUBLISHABLE_KEY_SCOPES, *CLIENT_TOKEN_SCOPES):
        assert not scope.endswith(":read")
        assert scope.split(":")[0] in {
            "licenses",
            "activations",
            "leases",
            "usage",
            "license_files",
        }
    assert "licenses:write" not in PUBLISHABLE_KEY_SCOPES
    assert "tokens:mint" not in PUBLISHABLE_KEY_SCOPES


def test_presets_are_grantable_and_named_after_what_they_do() -> None:
    assert set(PRESETS) == {"read_only", "validate_only", "issue_licenses", "ci"}
    for scopes in PRESETS.values():
        assert set(scopes) <= GRANTABLE_SCOPES - NEVER_IMPLIED
    assert all(scope.endswith(":read") for scope in PRESETS["read_only"])
    assert PRESETS["validate_only"] == ("licenses:validate",)


def test_a_url_may_carry_the_two_scopes_of_the_design() -> None:
    assert {"licenses:validate", "license_files:read"} == URL_SCOPES


@given(st.lists(SCOPES))
def test_parsed_scopes_are_in_the_order_of_the_list_and_each_once(names: list[str]) -> None:
    parsed = parse_scopes(names)

    assert list(parsed) == sorted(set(names), key=ALL_SCOPES.index)
    assert parse_scopes(reversed(names)) == parsed
    assert scope_set(" ".join(parsed)) == set(names)


@pytest.mark.parametrize("name", ["licenses:*", "*", "", "Licenses:read", "licenses", "a:b c:d"])
def test_an_unknown_scope_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match="is not a scope") as caught:
        parse_scopes(["licenses:read", name])
    assert repr(name) in str(caught.value)
