"""When is a license valid? RULES, tried in order; the first that speaks decides.

The order is the promise (3-domain, Validation): what takes a license away stands before
what a caller can influence, so that nothing presented can hide a revocation or an expiry.
The docs page of codes is generated from this tuple.
"""

from collections.abc import Callable

import msgspec

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


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that a verdict depends on. `wanted_…` is what the caller presented; None: nothing."""

    now: int
    is_found: bool = True
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

    @property
    def ends_at(self) -> int | None:
        """Expiry and the grace after it."""
        return compute_ends_at(self.expires_at, self.grace_period)


def _refusal(code: str, detail: str) -> Verdict:
    return Verdict(code, False, detail)  # noqa: FBT003 - the field is named in the class


VALID = Verdict("VALID", True, "The license is valid.")  # noqa: FBT003
GRACE_PERIOD = Verdict(
    "GRACE_PERIOD",
    True,  # noqa: FBT003
    "The license has expired, and its grace period still runs.",
)
EXPIRED_BUT_VALID = Verdict(
    "EXPIRED",
    True,  # noqa: FBT003
    "The license has expired, and its policy lets it be used all the same.",
)
NOT_FOUND = _refusal("NOT_FOUND", "No license has this key.")
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


def check_found(facts: Facts) -> Verdict | None:
    """1: there is such a license."""
    return None if facts.is_found else NOT_FOUND


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
    return _refusal("ENTITLEMENTS_MISSING", f"The license lacks: {', '.join(missing)}.")


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


class Rule(msgspec.Struct, frozen=True):
    """A rule's number in 3-domain, its check, and the codes that it can answer."""

    number: int
    check: Callable[[Facts], Verdict | None]
    codes: tuple[str, ...]


RULES: tuple[Rule, ...] = (
    Rule(1, check_found, ("NOT_FOUND",)),
    Rule(2, check_revoked, ("REVOKED",)),
    Rule(3, check_banned, ("BANNED",)),
    Rule(4, check_suspended, ("SUSPENDED",)),
    Rule(5, check_started, ("NOT_STARTED",)),
    Rule(6, check_expired, ("EXPIRED",)),
    Rule(8, check_product, ("PRODUCT_REQUIRED", "PRODUCT_MISMATCH")),
    Rule(8, check_policy, ("POLICY_REQUIRED", "POLICY_MISMATCH")),
    Rule(8, check_entitlements, ("ENTITLEMENTS_REQUIRED", "ENTITLEMENTS_MISSING")),
    Rule(11, grant_after_expiry, ("GRACE_PERIOD", "EXPIRED")),
    Rule(12, grant, ("VALID",)),
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


def next_boundary(facts: Facts, entitlements: tuple[GrantedEntitlement, ...]) -> int | None:
    """The earliest instant still to come at which the clock alone may change the answer."""
    instants = [facts.starts_at, facts.expires_at, *(item.expires_at for item in entitlements)]
    if facts.grace_period is not None:
        instants.append(facts.ends_at)
    return min((at for at in instants if at is not None and at > facts.now), default=None)
