"""When is a license valid? RULES, tried in order; the first that speaks decides.

The order is the promise (3-domain, Validation): what takes a license away stands before
what a caller can influence, so that nothing presented can hide a revocation or an expiry.
The docs page of codes is generated from this tuple.
"""

from collections.abc import Callable

import msgspec

from licenseapi_server.domain.activations import (
    Seat,
    SeatRules,
    dies_at,
    find_end,
    has_enough,
    is_dead,
    is_live,
    sleeps_at,
)
from licenseapi_server.domain.license_state import compute_ends_at


class Verdict(msgspec.Struct, frozen=True):
    """One answer: truthy only when the license is valid."""

    code: str
    is_valid: bool
    detail: str

    def __bool__(self) -> bool:
        """Whether the software may run."""
        return self.is_valid


class GrantedEntitlement(msgspec.Struct, frozen=True):
    """An entitlement as attached to a policy or a license."""

    id: str
    code: str
    expires_at: int | None = None
    max_leases: int | None = None


class MachineFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The machine that a caller presented: its activation, if it ever had one, and the rules.

    `components`: digests of what was presented, None when nothing was.
    """

    rules: SeatRules
    seat: Seat | None = None
    ended_reason: str | None = None
    components: frozenset[bytes] | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that a verdict depends on. `wanted_…` is what the caller presented; None: nothing."""

    now: int
    is_found: bool = True
    is_key_replaced: bool = False
    revoked_at: int | None = None
    customer_banned_at: int | None = None
    suspended_at: int | None = None
    starts_at: int | None = None
    expires_at: int | None = None
    grace_period: str | None = None
    expiration_strategy: str = "restrict"
    requires: tuple[str, ...] = ()
    product_id: str = ""
    product_code: str = ""
    policy_id: str = ""
    entitlements: frozenset[str] = frozenset()
    wanted_product: str | None = None
    wanted_policy: str | None = None
    wanted_entitlements: tuple[str, ...] | None = None
    machine: MachineFacts | None = None

    @property
    def ends_at(self) -> int | None:
        """Expiry and the grace after it."""
        return compute_ends_at(self.expires_at, self.grace_period)


def _refusal(code: str, detail: str) -> Verdict:
    return Verdict(code, False, detail)


VALID = Verdict("VALID", True, "The license is valid.")
GRACE_PERIOD = Verdict(
    "GRACE_PERIOD",
    True,
    "The license has expired, and its grace period still runs.",
)
EXPIRED_BUT_VALID = Verdict(
    "EXPIRED",
    True,
    "The license has expired, and its policy lets it be used all the same.",
)
NOT_FOUND = _refusal("NOT_FOUND", "No license has this key.")
KEY_REPLACED = _refusal("KEY_REPLACED", "The license has a new key; this one no longer works.")
REVOKED = _refusal("REVOKED", "The license has been revoked.")
BANNED = _refusal("BANNED", "The customer of this license is banned.")
SUSPENDED = _refusal("SUSPENDED", "The license is suspended.")
NOT_STARTED = _refusal("NOT_STARTED", "The license is not valid yet: see `starts_at`.")
EXPIRED = _refusal("EXPIRED", "The license has expired.")
PRODUCT_REQUIRED = _refusal("PRODUCT_REQUIRED", "The policy asks for `product` to be presented.")
PRODUCT_MISMATCH = _refusal("PRODUCT_MISMATCH", "The license is for another product.")
POLICY_REQUIRED = _refusal("POLICY_REQUIRED", "The policy asks for `policy` to be presented.")
POLICY_MISMATCH = _refusal("POLICY_MISMATCH", "The license is under another policy.")
ENTITLEMENTS_REQUIRED = _refusal(
    "ENTITLEMENTS_REQUIRED", "The policy asks for `entitlements` to be presented."
)
ENTITLEMENTS_MISSING = _refusal(
    "ENTITLEMENTS_MISSING", "The license lacks an entitlement that was presented."
)
FINGERPRINT_REQUIRED = _refusal(
    "FINGERPRINT_REQUIRED", "The policy asks for `fingerprint` to be presented."
)
NOT_ACTIVATED = _refusal("NOT_ACTIVATED", "The license is not activated on this machine.")
COMPONENTS_REQUIRED = _refusal(
    "COMPONENTS_REQUIRED", "The policy asks for `components` to be presented."
)
COMPONENTS_MISMATCH = _refusal(
    "COMPONENTS_MISMATCH", "Too few of the machine's components are those it was activated with."
)
HEARTBEAT_NOT_STARTED = _refusal(
    "HEARTBEAT_NOT_STARTED", "The machine has not sent its first heartbeat."
)
HEARTBEAT_DEAD = _refusal("HEARTBEAT_DEAD", "The machine's heartbeats have stopped.")


def check_found(facts: Facts) -> Verdict | None:
    """1: there is such a license, and this is still its key."""
    if not facts.is_found:
        return NOT_FOUND
    return KEY_REPLACED if facts.is_key_replaced else None


def check_revoked(facts: Facts) -> Verdict | None:
    """2: it has not been revoked."""
    return None if facts.revoked_at is None else REVOKED


def check_banned(facts: Facts) -> Verdict | None:
    """3: its customer is not banned."""
    return None if facts.customer_banned_at is None else BANNED


def check_suspended(facts: Facts) -> Verdict | None:
    """4: it is not suspended."""
    return None if facts.suspended_at is None else SUSPENDED


def check_started(facts: Facts) -> Verdict | None:
    """5: its start has come."""
    return NOT_STARTED if facts.starts_at is not None and facts.now < facts.starts_at else None


def check_expired(facts: Facts) -> Verdict | None:
    """6: its end has not come, under a strategy where that matters."""
    if facts.expires_at is None or facts.now < facts.expires_at:
        return None
    if facts.expiration_strategy in {"maintain", "allow"}:
        return None
    ends_at = facts.ends_at
    return EXPIRED if ends_at is not None and facts.now >= ends_at else None


def check_product(facts: Facts) -> Verdict | None:
    """8: it is for the product presented, by id or code."""
    if facts.wanted_product is None:
        return PRODUCT_REQUIRED if "product" in facts.requires else None
    is_same = facts.wanted_product in (facts.product_id, facts.product_code)
    return None if is_same else PRODUCT_MISMATCH


def check_policy(facts: Facts) -> Verdict | None:
    """8: it is under the policy presented."""
    if facts.wanted_policy is None:
        return POLICY_REQUIRED if "policy" in facts.requires else None
    return None if facts.wanted_policy == facts.policy_id else POLICY_MISMATCH


def check_entitlements(facts: Facts) -> Verdict | None:
    """8: it carries every entitlement presented."""
    if facts.wanted_entitlements is None:
        return ENTITLEMENTS_REQUIRED if "entitlements" in facts.requires else None
    missing = sorted(set(facts.wanted_entitlements) - facts.entitlements)
    if not missing:
        return None
    return _refusal(ENTITLEMENTS_MISSING.code, f"The license lacks: {', '.join(missing)}.")


def check_activated(facts: Facts) -> Verdict | None:
    """8: the machine presented has a seat."""
    machine = facts.machine
    if machine is None:
        return FINGERPRINT_REQUIRED if "fingerprint" in facts.requires else None
    seat = machine.seat
    if seat is not None and is_live(seat, machine.rules, facts.now):
        return None
    if seat is None:
        return NOT_ACTIVATED
    reason = machine.ended_reason or find_end(seat, machine.rules, facts.now)
    return _refusal(NOT_ACTIVATED.code, f"The activation of this machine has ended: {reason}.")


def check_components(facts: Facts) -> Verdict | None:
    """8: it is still made of what it was activated with."""
    machine = facts.machine
    if machine is None or machine.components is None:
        return COMPONENTS_REQUIRED if "components" in facts.requires else None
    if machine.seat is None:
        return None
    if not machine.seat.components and "components" not in facts.requires:
        return None
    if not machine.seat.components:
        return COMPONENTS_MISMATCH
    is_same = has_enough(machine.seat.components, machine.components, machine.rules)
    return None if is_same else COMPONENTS_MISMATCH


def check_heartbeat(facts: Facts) -> Verdict | None:
    """8: it says that it lives, where the policy wants to hear of it."""
    machine = facts.machine
    if machine is None or machine.seat is None or machine.rules.heartbeat_interval is None:
        return None
    if machine.seat.heartbeat_at is None and machine.rules.heartbeat_basis == "first_ping":
        return HEARTBEAT_NOT_STARTED
    return HEARTBEAT_DEAD if is_dead(machine.seat, machine.rules, facts.now) else None


def grant_after_expiry(facts: Facts) -> Verdict | None:
    """11: it is past its expiry, and yet valid: by grace, or by its policy's strategy."""
    if facts.expires_at is None or facts.now < facts.expires_at:
        return None
    ends_at = facts.ends_at
    in_grace = ends_at is not None and facts.now < ends_at
    return GRACE_PERIOD if in_grace else EXPIRED_BUT_VALID


def grant(_facts: Facts) -> Verdict | None:
    """12: nothing speaks against it."""
    return VALID


class Outcome(msgspec.Struct, frozen=True):
    """A verdict that a rule can give, and what the app should do about it."""

    verdict: Verdict
    advice: str


class Rule(msgspec.Struct, frozen=True):
    """A rule's number in 3-domain, its check, and all that it can answer."""

    number: int
    check: Callable[[Facts], Verdict | None]
    outcomes: tuple[Outcome, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that it can answer."""
        return tuple(outcome.verdict.code for outcome in self.outcomes)


RULES: tuple[Rule, ...] = (
    Rule(
        1,
        check_found,
        (
            Outcome(NOT_FOUND, "Ask for the key again: it is mistyped, or from another vendor."),
            Outcome(KEY_REPLACED, "Ask for the new key, which the vendor has handed out."),
        ),
    ),
    Rule(2, check_revoked, (Outcome(REVOKED, "Stop. A revocation is final."),)),
    Rule(3, check_banned, (Outcome(BANNED, "Stop, and refer the customer to the vendor."),)),
    Rule(4, check_suspended, (Outcome(SUSPENDED, "Stop for now: the vendor can reinstate it."),)),
    Rule(5, check_started, (Outcome(NOT_STARTED, "Validate again at `starts_at`."),)),
    Rule(6, check_expired, (Outcome(EXPIRED, "Stop, and offer a renewal."),)),
    Rule(
        8,
        check_product,
        (
            Outcome(PRODUCT_REQUIRED, "Send `product`, its id or its code."),
            Outcome(PRODUCT_MISMATCH, "Ask for a key of the product that is running."),
        ),
    ),
    Rule(
        8,
        check_policy,
        (
            Outcome(POLICY_REQUIRED, "Send `policy`, its id."),
            Outcome(POLICY_MISMATCH, "Ask for a license of the kind that this edition needs."),
        ),
    ),
    Rule(
        8,
        check_entitlements,
        (
            Outcome(ENTITLEMENTS_REQUIRED, "Send `entitlements`, the codes of what is used."),
            Outcome(ENTITLEMENTS_MISSING, "Turn the named features off, or offer an upgrade."),
        ),
    ),
    Rule(
        8,
        check_activated,
        (
            Outcome(FINGERPRINT_REQUIRED, "Send `fingerprint`, the machine's own."),
            Outcome(NOT_ACTIVATED, "Activate the machine, or ask for a free seat."),
        ),
    ),
    Rule(
        8,
        check_components,
        (
            Outcome(COMPONENTS_REQUIRED, "Send `components`, what the machine is made of."),
            Outcome(COMPONENTS_MISMATCH, "Activate the machine anew: it is another one by now."),
        ),
    ),
    Rule(
        8,
        check_heartbeat,
        (
            Outcome(HEARTBEAT_NOT_STARTED, "Send a heartbeat."),
            Outcome(HEARTBEAT_DEAD, "Send a heartbeat, and see to it that they go on."),
        ),
    ),
    Rule(
        11,
        grant_after_expiry,
        (
            Outcome(GRACE_PERIOD, "Run, and remind the user to renew before `ends_at`."),
            Outcome(EXPIRED_BUT_VALID, "Run, and offer a renewal."),
        ),
    ),
    Rule(12, grant, (Outcome(VALID, "Run."),)),
)
CODES: tuple[str, ...] = tuple(dict.fromkeys(code for rule in RULES for code in rule.codes))
_CHECKS = tuple(rule.check for rule in RULES)


def decide(facts: Facts) -> Verdict:
    """The first verdict that a rule gives."""
    for check in _CHECKS:
        verdict = check(facts)
        if verdict is not None:
            return verdict
    message = "The last rule always answers."
    raise AssertionError(message)


def _ends_of_seat(facts: Facts) -> tuple[int | None, ...]:
    """When the machine is dead, and when it is dormant, unless it is heard of."""
    machine = facts.machine
    if machine is None or machine.seat is None or machine.seat.ended_at is not None:
        return ()
    return dies_at(machine.seat, machine.rules), sleeps_at(machine.seat, machine.rules)


def next_boundary(facts: Facts, entitlements: tuple[GrantedEntitlement, ...]) -> int | None:
    """The earliest instant still to come at which the clock alone may change the answer."""
    ends_at = facts.expires_at if facts.grace_period is None else facts.ends_at
    earliest: int | None = None
    instants = [item.expires_at for item in entitlements] if entitlements else ()
    for at in (facts.starts_at, facts.expires_at, ends_at, *instants, *_ends_of_seat(facts)):
        if at is not None and at > facts.now and (earliest is None or at < earliest):
            earliest = at
    return earliest
