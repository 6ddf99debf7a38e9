"""What may be done with a license: every action in every state, against a table of its own."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.facts import Facts
from licenseapi_server.domain.instants import DAY, parse_instant
from licenseapi_server.domain.may import ACTIONS, MAY, decide_may, latest_end
from licenseapi_server.domain.verdict import RULES

NOW = parse_instant("2026-11-24T09:30:00Z")
AGO = NOW - DAY
NOTHING_NEW = {"deactivate", "release", "record_usage"}
EVERYTHING = set(ACTIONS)
# The table of the design: state, what makes it, its code, what may be done.
STATES = [
    ("in force", Facts(now=NOW), None, EVERYTHING),
    ("revoked", Facts(now=NOW, revoked_at=AGO), "REVOKED", NOTHING_NEW),
    ("banned", Facts(now=NOW, customer_banned_at=AGO), "BANNED", NOTHING_NEW),
    ("suspended", Facts(now=NOW, suspended_at=AGO), "SUSPENDED", NOTHING_NEW),
    ("expired", Facts(now=NOW, expires_at=AGO), "EXPIRED", NOTHING_NEW),
    (
        "expired under revoke",
        Facts(now=NOW, expires_at=AGO, expiration_strategy="revoke"),
        "EXPIRED",
        NOTHING_NEW,
    ),
    ("not started", Facts(now=NOW, starts_at=NOW + 1), "NOT_STARTED", NOTHING_NEW | {"activate"}),
    (
        "check-in overdue",
        Facts(now=NOW, check_in_due_at=NOW),
        "CHECK_IN_OVERDUE",
        NOTHING_NEW | {"activate", "check_in", "heartbeat"},
    ),
    ("in grace", Facts(now=NOW, expires_at=AGO, grace_period="P7D"), None, EVERYTHING),
    (
        "expired but valid",
        Facts(now=NOW, expires_at=AGO, expiration_strategy="allow"),
        None,
        EVERYTHING,
    ),
    (
        "expired but maintained",
        Facts(now=NOW, expires_at=AGO, expiration_strategy="maintain"),
        None,
        EVERYTHING,
    ),
    ("absent", Facts(now=NOW, is_found=False), "NOT_FOUND", set()),
    ("under an old key", Facts(now=NOW, is_key_replaced=True), "KEY_REPLACED", set()),
]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("facts", "code", "allowed"),
    [(facts, code, allowed) for _state, facts, code, allowed in STATES],
    ids=[state for state, *_rest in STATES],
)
def test_every_action_in_every_state(
    facts: Facts, code: str | None, allowed: set[str], action: str
) -> None:
    answer = decide_may(action, facts)

    assert bool(answer) is (action in allowed)
    if not answer:
        assert answer.code == code


def test_every_code_of_a_license_has_its_line() -> None:
    about_the_license = {code for rule in RULES if rule.number < 8 for code in rule.codes}

    assert set(MAY) == about_the_license
    assert {code for _state, _facts, code, _allowed in STATES} - {None} == about_the_license
    assert set().union(*MAY.values()) <= set(ACTIONS)


def test_an_action_that_nobody_knows_is_a_mistake_in_the_code() -> None:
    with pytest.raises(ValueError, match="fly is no action"):
        decide_may("fly", Facts(now=NOW))


@given(st.sampled_from(ACTIONS), st.sampled_from([facts for _s, facts, _c, _a in STATES]))
def test_what_an_app_presents_changes_nothing(action: str, facts: Facts) -> None:
    asked = msgspec.structs.replace(facts, wanted_product="prod_other", requires=("product",))

    assert decide_may(action, asked) == decide_may(action, facts)


@pytest.mark.parametrize(
    ("strategy", "grace", "end"),
    [
        ("restrict", None, NOW + DAY),
        ("restrict", "P7D", NOW + 8 * DAY),
        ("revoke", "P7D", NOW + 8 * DAY),
        ("maintain", "P7D", None),
        ("allow", None, None),
    ],
)
def test_what_is_handed_out_ends_with_the_license(
    strategy: str, grace: str | None, end: int | None
) -> None:
    facts = Facts(now=NOW, expires_at=NOW + DAY, grace_period=grace, expiration_strategy=strategy)

    assert latest_end(facts) == end
    assert latest_end(Facts(now=NOW, expiration_strategy=strategy)) is None
