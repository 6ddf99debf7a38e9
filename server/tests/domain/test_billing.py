"""What follows from deliveries: in whatever order and however often they come, the same."""

from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.billing import (
    PROVIDERS,
    BillingChange,
    BillingFact,
    Kind,
    LinkedLicense,
    LinkState,
    Terms,
    WhenRefunded,
    decide,
    find_plan,
    merge,
)
from licenseapi_server.domain.billing_readers import READERS

POLICIES = {"basic": "pol_basic", "pro": "pol_pro"}
FRESH = LinkedLicense(policy_id="pol_first", expires_at=None, suspended_at=None, revoked_at=None)


def fact(kind: Kind, at: int, end: int | None = None, *plans: str) -> BillingFact:
    """A fact about the one subscription."""
    return BillingFact(kind=kind, subject="s", occurred_at=at, period_end=end, plans=plans)


def step(
    said: BillingFact, state: LinkState, license_: LinkedLicense, when_refunded: WhenRefunded
) -> tuple[BillingChange, LinkedLicense]:
    """One delivery, and the license after it."""
    plan = find_plan(said, POLICIES)
    policy_id = None if plan is None else POLICIES[plan]
    terms = Terms(when_refunded=when_refunded, plan=plan, policy_id=policy_id)
    change = decide(said, state, license_, terms)
    after = LinkedLicense(
        policy_id=change.policy_id or license_.policy_id,
        expires_at=license_.expires_at if change.expires_at is None else change.expires_at,
        suspended_at=1 if change.ending == "suspend" else license_.suspended_at,
        revoked_at=1 if change.ending == "revoke" else license_.revoked_at,
    )
    return change, after


def play(
    facts: list[BillingFact], when_refunded: WhenRefunded = "suspend"
) -> tuple[LinkState, LinkedLicense]:
    """All deliveries, in this order."""
    state, license_ = LinkState(), FRESH
    for said in facts:
        change, license_ = step(said, state, license_, when_refunded)
        state = change.state
    return state, license_


@pytest.mark.parametrize(
    ("facts", "expires_at", "status"),
    [
        ([fact("active", 1, 100)], 100, "active"),
        # Renewed: the end is set, not added to.
        ([fact("active", 1, 100), fact("paid", 99, 200), fact("active", 99, 200)], 200, "active"),
        # The provider moved the period on, and then nobody paid for it.
        ([fact("active", 1, 100), fact("active", 100, 200), fact("past_due", 101, 100)], 100, "past_due"),
        # It is paid after all.
        ([fact("past_due", 101, 100), fact("active", 110, 200), fact("paid", 110, 200)], 200, "active"),
        # Canceled or paused without a word about the period: what was paid for stays.
        ([fact("active", 1, 100), fact("canceled", 50)], 100, "canceled"),
        ([fact("active", 1, 100), fact("paused", 50)], 100, "paused"),
        # A shorter period, newer: what is paid for is not taken away.
        ([fact("paid", 1, 900), fact("active", 2, 100)], 900, "active"),
        # The same second: the later state wins.
        ([fact("canceled", 7, 100), fact("active", 7, 100)], 100, "canceled"),
        ([fact("paid", 5)], None, None),
    ],
)  # fmt: skip
def test_the_expiry_follows_from_all_words(
    facts: list[BillingFact], expires_at: int | None, status: str | None
) -> None:
    """Whatever order they come in."""
    for order in permutations(facts):
        state, license_ = play(list(order))
        assert (license_.expires_at, state.status_name) == (expires_at, status)


def test_plans_lead_to_policies_by_their_time() -> None:
    """A plan that leads nowhere says nothing, neither before nor after."""
    facts = [fact("active", 1, 9, "basic"), fact("active", 2, 9, "pro"), fact("active", 3, 9, "?")]
    for order in permutations(facts):
        state, license_ = play(list(order))
        assert (license_.policy_id, state.plan_name) == ("pol_pro", "pro")


@pytest.mark.parametrize(
    ("when_refunded", "is_suspended", "is_revoked"),
    [("revoke", False, True), ("suspend", True, False), ("ignore", False, False)],
)
@pytest.mark.parametrize("kind", ["refunded", "charged_back"])
def test_money_that_went_back_ends_the_license_as_was_laid_down(
    kind: Kind, when_refunded: WhenRefunded, *, is_suspended: bool, is_revoked: bool
) -> None:
    """Before or after what was paid for."""
    for order in permutations([fact("paid", 1, 100), fact(kind, 2)]):
        state, license_ = play(list(order), when_refunded)
        assert (license_.suspended_at == 1, license_.revoked_at == 1) == (is_suspended, is_revoked)
        assert state.refunded_at == 2


def test_a_repeat_does_not_undo_what_staff_did_since() -> None:
    """Extended, reinstated, moved by hand: only a new word changes that."""
    facts = [fact("active", 1, 100, "pro"), fact("refunded", 2)]
    state, _ = play(facts)
    by_hand = msgspec.structs.replace(FRESH, expires_at=500)
    for said in facts:
        change, after = step(said, state, by_hand, "suspend")
        assert (change.state, after) == (state, by_hand)
    assert step(fact("paid", 3, 200), state, by_hand, "suspend")[1].expires_at == 200
    assert step(fact("charged_back", 3), state, by_hand, "suspend")[1].suspended_at == 1


def test_a_revoked_license_stays_as_it_is() -> None:
    """Revocation is final; the link still learns."""
    revoked = msgspec.structs.replace(FRESH, revoked_at=5)
    change, after = step(fact("paid", 9, 100, "pro"), LinkState(), revoked, "revoke")
    assert after == revoked
    assert change.state.expires_at == 100


FACTS = st.builds(
    fact,
    st.sampled_from(["active", "past_due", "unpaid", "paused", "canceled", "paid", "refunded"]),
    st.integers(1, 6),
    st.none() | st.integers(1, 9),
    st.sampled_from(["basic", "pro", "?"]),
)
SETS = st.lists(FACTS, min_size=1, max_size=6)


@given(SETS, st.data())
def test_order_and_repetition_cannot_matter(facts: list[BillingFact], data: st.DataObject) -> None:
    """Any permutation with any duplicates ends in the same license."""
    again = data.draw(st.lists(st.sampled_from(facts), max_size=6))
    other = data.draw(st.permutations([*facts, *again]))
    assert play(other) == play(facts)
    # Revocation ends the story: what came too late for it is not written any more.
    revoked = [play(order, "revoke")[1].revoked_at for order in (facts, other)]
    assert revoked[0] == revoked[1]


@given(FACTS, FACTS, FACTS)
def test_merging_is_commutative_associative_and_idempotent(
    first: BillingFact, second: BillingFact, third: BillingFact
) -> None:
    """By these three the order of deliveries cannot matter."""

    def both(*facts: BillingFact) -> LinkState:
        state = LinkState()
        for said in facts:
            state = merge(state, said, find_plan(said, POLICIES))
        return state

    assert both(first, second, third) == both(third, first, second)
    assert both(first, second, first) == both(second, first)


@given(SETS)
def test_a_link_is_kept_as_json(facts: list[BillingFact]) -> None:
    """State and facts come back as they went."""
    state, _ = play(facts)
    assert msgspec.json.decode(msgspec.json.encode(state), type=LinkState) == state
    assert msgspec.json.decode(msgspec.json.encode(facts), type=list[BillingFact]) == facts


def test_every_provider_has_a_reader() -> None:
    """And no reader is without a provider."""
    assert tuple(READERS) == PROVIDERS
