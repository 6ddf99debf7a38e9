"""What a billing provider says, in one form for all of them, and what follows for a license.

Deliveries come twice, late and in any order. So nothing here adds: of each matter the latest
word by the provider's own time counts, and the license is set to what follows from all words.
"""

from typing import Literal, get_args

import msgspec

Provider = Literal["stripe", "paddle", "lemon_squeezy", "generic"]
PROVIDERS: tuple[Provider, ...] = get_args(Provider)
SubscriptionStatus = Literal["active", "past_due", "unpaid", "paused", "canceled"]
WhenRefunded = Literal["revoke", "suspend", "ignore"]
Kind = Literal[
    "active",
    "past_due",
    "unpaid",
    "paused",
    "canceled",
    "paid",
    "payment",
    "refunded",
    "charged_back",
]
Outcome = Literal["applied", "noted", "stale", "pending", "ignored"]
IgnoredReason = Literal["unknown_type", "unreadable", "other_mode", "partial_refund", "not_final"]
# Which word wins when a provider dates two alike (Stripe: to the second): the later state.
RANKS: dict[str, int] = {
    status: rank for rank, status in enumerate(get_args(SubscriptionStatus), start=1)
}
ENDINGS = frozenset({"refunded", "charged_back"})


class BillingFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a provider says.

    `subject` is the subscription, or the payment that was given back. `period_end` is until
    when it is paid for: of a subscription in arrears, the end of the last period that was paid.
    `payments` are payments of the subject, by which later refunds are told apart.

    NOTE kept as JSON with deliveries that wait for their link: fields may only be added.
    """

    kind: Kind
    subject: str
    occurred_at: int
    period_end: int | None = None
    plans: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery as it was read; without a fact, `reason` says why there is none."""

    event_id: str
    type: str
    fact: BillingFact | None = None
    reason: IgnoredReason | None = None
    is_test: bool | None = None


# What a reader makes of a payload: a fact, or why there is none.
Read = BillingFact | IgnoredReason


class UnreadableError(ValueError):
    """A signed delivery that does not have its provider's form."""


class Said(msgspec.Struct, frozen=True, order=True, array_like=True):
    """A word and its place in time; the greatest is the latest."""

    at: int
    rank: int
    value: int | str


class LinkState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a link has heard. Merging is commutative and idempotent: order cannot matter.

    NOTE kept as JSON with the link: fields may only be added.
    """

    status: Said | None = None
    period: Said | None = None
    plan: Said | None = None
    paid_until: int | None = None
    refunded_at: int | None = None

    @property
    def expires_at(self) -> int | None:
        """Until when the subscription is paid; None while nothing was said about it."""
        ends = [self.paid_until, None if self.period is None else int(self.period.value)]
        return max((end for end in ends if end is not None), default=None)

    @property
    def plan_name(self) -> str | None:
        """The plan that was last named, out of those that lead to a policy."""
        return None if self.plan is None else str(self.plan.value)

    @property
    def status_name(self) -> str | None:
        """The status that was last named."""
        return None if self.status is None else str(self.status.value)


class LinkedLicense(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision has to know of the license."""

    policy_id: str
    expires_at: int | None
    suspended_at: int | None
    revoked_at: int | None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the vendor has laid down. `plan` is the fact's, when it leads to `policy_id`."""

    when_refunded: WhenRefunded = "revoke"
    plan: str | None = None
    policy_id: str | None = None


class BillingChange(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the link and of the license; None leaves it as it is."""

    state: LinkState
    expires_at: int | None = None
    policy_id: str | None = None
    ending: Literal["revoke", "suspend"] | None = None


def make_delivery(event_id: str, kind: str, found: Read, *, is_test: bool | None) -> Delivery:
    """The delivery of what was read."""
    if isinstance(found, BillingFact):
        return Delivery(event_id=event_id, type=kind, fact=found, is_test=is_test)
    return Delivery(event_id=event_id, type=kind, reason=found, is_test=is_test)


def find_plan(fact: BillingFact, policies: dict[str, str]) -> str | None:
    """The first plan of the fact that leads to a policy."""
    return next((plan for plan in fact.plans if plan in policies), None)


def merge(state: LinkState, fact: BillingFact, plan: str | None) -> LinkState:
    """What is known with this fact. A plan that leads nowhere says nothing."""
    at, rank = fact.occurred_at, RANKS.get(fact.kind, 0)
    changes: dict[str, object] = {}
    if rank:
        changes["status"] = _latest(state.status, Said(at, rank, fact.kind))
    if rank and fact.period_end is not None:
        changes["period"] = _latest(state.period, Said(at, rank, fact.period_end))
    if fact.kind == "paid" and fact.period_end is not None:
        changes["paid_until"] = max(state.paid_until or 0, fact.period_end)
    if plan is not None:
        changes["plan"] = _latest(state.plan, Said(at, rank, plan))
    if fact.kind in ENDINGS:
        changes["refunded_at"] = max(state.refunded_at or 0, at)
    return msgspec.structs.replace(state, **changes)


def decide(
    fact: BillingFact, before: LinkState, license_: LinkedLicense, terms: Terms
) -> BillingChange:
    """What the fact changes. Revoked is final: such a license stays as it is.

    The license is touched only where the link has learned something: a repeat, or an older
    word, does not undo what staff have done since.
    """
    after = merge(before, fact, terms.plan)
    if license_.revoked_at is not None:
        return BillingChange(state=after)
    is_moved = after.expires_at not in {before.expires_at, license_.expires_at}
    is_other_plan = after.plan_name not in {before.plan_name, None}
    is_other_policy = terms.policy_id not in {license_.policy_id, None}
    return BillingChange(
        state=after,
        expires_at=after.expires_at if is_moved else None,
        policy_id=terms.policy_id if is_other_plan and is_other_policy else None,
        ending=_decide_ending(before, after, license_, terms),
    )


def _decide_ending(
    before: LinkState, after: LinkState, license_: LinkedLicense, terms: Terms
) -> Literal["revoke", "suspend"] | None:
    """Money that went back ends the license; each such word counts once."""
    if after.refunded_at == before.refunded_at or terms.when_refunded == "ignore":
        return None
    if terms.when_refunded == "suspend" and license_.suspended_at is not None:
        return None
    return terms.when_refunded


def _latest(known: Said | None, said: Said) -> Said:
    return said if known is None else max(known, said)
