"""What a verdict depends on, the verdict, and the form of a rule that gives one."""

from collections.abc import Callable

import msgspec

from licenseapi_server.domain.activations import Seat, SeatRules, Usage
from licenseapi_server.domain.license_state import compute_ends_at
from licenseapi_server.domain.limits import Limits


class GrantedEntitlement(msgspec.Struct, frozen=True):
    """An entitlement as attached to a policy or a license."""

    id: str
    code: str
    expires_at: int | None = None
    max_leases: int | None = None


class MachineFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The machine that a caller presented: its activation, if it ever had one, and the rules.

    `components`: digests of what was presented, None when nothing was. `is_of_token`: not
    another machine than the one that the token presented speaks for.
    """

    rules: SeatRules
    seat: Seat | None = None
    ended_reason: str | None = None
    components: frozenset[bytes] | None = None
    is_of_token: bool = True


class LeaseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The lease that a caller presented; without `expires_at` the license has no such lease.

    `is_of_machine`: the fingerprint presented is its machine's; true when none was presented.
    """

    expires_at: int | None = None
    ended_reason: str | None = None
    is_of_machine: bool = True


class UserFacts(msgspec.Struct, frozen=True):
    """The user that a caller presented: whether the license names them, and since when banned."""

    is_known: bool
    banned_at: int | None = None


class UseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is in use of a license, by comparison with now, and what its limits say about it.

    There only where a limit may be exceeded: else nothing is counted.
    """

    limits: Limits
    overage_percent: int = 0
    over_limit: str = "warn"
    seats: Usage = Usage()
    leases: int = 0
    users: int = 0


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
    check_in_due_at: int | None = None
    maintenance_ends_at: int | None = None
    requires: tuple[str, ...] = ()
    product_id: str = ""
    product_code: str = ""
    policy_id: str = ""
    entitlements: frozenset[str] = frozenset()
    wanted_product: str | None = None
    wanted_policy: str | None = None
    wanted_entitlements: tuple[str, ...] | None = None
    wanted_version: str | None = None
    # When the product lists it as released; one that is not listed counts as released now.
    version_released_at: int | None = None
    machine: MachineFacts | None = None
    lease: LeaseFacts | None = None
    user: UserFacts | None = None
    use: UseFacts | None = None

    @property
    def ends_at(self) -> int | None:
        """Expiry and the grace after it."""
        return compute_ends_at(self.expires_at, self.grace_period)


class Verdict(msgspec.Struct, frozen=True):
    """One answer: truthy only when the license is valid."""

    code: str
    is_valid: bool
    detail: str

    def __bool__(self) -> bool:
        """Whether the software may run."""
        return self.is_valid


def refusal(code: str, detail: str) -> Verdict:
    """A verdict that the software may not run."""
    return Verdict(code, False, detail)


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
