"""Is there a seat for one more use of a floating license, and until when may it last?

A lease counts until `expires_at`, compared with now: no job has to end it. What counts is not
the lease but its seat: a process, a machine or a user, as the policy's `leasing` says.
"""

import hashlib
from collections.abc import Iterable

import msgspec

from licenseapi_server.domain.activations import Denied, effective_limit
from licenseapi_server.domain.durations import add_duration, parse_duration
from licenseapi_server.domain.facts import GrantedEntitlement

MIN_TTL_SECONDS = 60
MAX_TTL_SECONDS = 86_400
# How long a lease lasts where the policy does not say.
DEFAULT_TTL_SECONDS = 3_600
# What a renewal brings back; what the vendor has ended, only a new lease does.
REVIVABLE = frozenset({"expired", "released"})


class LeaseRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy and a license say about leases. Field names are mostly the policy's.

    `max_feature_leases` is the limit of the one feature that a lease is for.
    """

    is_floating: bool = False
    leasing: str = "per_process"
    lease_ttl: int | None = None
    max_borrow: str | None = None
    max_leases: int | None = None
    max_feature_leases: int | None = None
    overage_percent: int = 0


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who uses the license: a process in its slot on a machine, perhaps for a user.

    `user_id` is the license's user that `user` is, by whatever name; None for any other.
    """

    fingerprint: str
    process_id: str | None = None
    user: str | None = None
    user_id: str | None = None

    def seat(self, leasing: str) -> bytes:
        """The digest of what takes the seat: of two holders with the same one, only one does."""
        if leasing == "per_machine":
            return self.fingerprint_digest
        if leasing == "per_user" and self.user_digest is not None:
            return self.user_digest
        return self.digest

    @property
    def digest(self) -> bytes:
        """The 32 bytes of the process: its machine and slot."""
        # The length stands before the fingerprint, so that no two pairs make the same text.
        text = f"{len(self.fingerprint)}:{self.fingerprint}:{self.process_id or ''}"
        return hashlib.sha256(text.encode()).digest()

    @property
    def fingerprint_digest(self) -> bytes:
        """The 32 bytes of the machine."""
        return hashlib.sha256(self.fingerprint.encode()).digest()

    @property
    def user_digest(self) -> bytes | None:
        """The 32 bytes of the user; None when there is none."""
        known = self.user_id or self.user
        return None if known is None else hashlib.sha256(known.encode()).digest()


class SeatsTaken(msgspec.Struct, frozen=True, kw_only=True):
    """The living leases of a license, but for the one in question; of one feature alike.

    `others`: how many seats are taken by others. `is_seated`: whether one is taken already by
    the same process, machine or user.
    """

    others: int = 0
    is_seated: bool = False


def find_feature(
    granted: Iterable[GrantedEntitlement], code: str, now: int
) -> GrantedEntitlement | None:
    """The feature as it is carried now, None when it is not. The license's own come first.

    Attached twice, it lasts as long as either attachment, and the first limit holds.
    """
    live = [
        item
        for item in granted
        if item.code == code and (item.expires_at is None or item.expires_at > now)
    ]
    if not live:
        return None
    ends = [item.expires_at for item in live if item.expires_at is not None]
    limits = [item.max_leases for item in live if item.max_leases is not None]
    return msgspec.structs.replace(
        live[0],
        expires_at=max(ends) if len(ends) == len(live) else None,
        max_leases=limits[0] if limits else None,
    )


class SeatDenied(Denied, frozen=True):
    """There is no seat; `is_of_feature`: it is the feature's limit that is reached."""

    is_of_feature: bool = False


def decide_seat(rules: LeaseRules, license_: SeatsTaken, feature: SeatsTaken) -> SeatDenied | None:
    """Why there is no seat for one more holder; None when there is one.

    A feature's lease takes a seat of the license too, the one that its holder may have.
    """
    limits = (
        (False, rules.max_leases if rules.is_floating else None, license_),
        (True, rules.max_feature_leases, feature),
    )
    for is_of_feature, allowed, taken in limits:
        limit = effective_limit(allowed, rules.overage_percent)
        if limit is not None and not taken.is_seated and taken.others >= limit:
            subject = "feature" if is_of_feature else "license"
            detail = f"The {subject} allows {limit} uses at once, and {taken.others} are leased."
            return SeatDenied(
                "no_seat_available", detail, limit, taken.others, is_of_feature=is_of_feature
            )
    return None


def longest_ttl(rules: LeaseRules) -> int:
    """How many seconds a lease may last at most before it is renewed."""
    return rules.lease_ttl or DEFAULT_TTL_SECONDS


def choose_ttl(rules: LeaseRules, asked: int | None) -> int:
    """How many seconds a lease lasts: what was asked for, up to the policy's maximum."""
    longest = longest_ttl(rules)
    return longest if asked is None else min(asked, longest)


def longest_borrow(rules: LeaseRules, now: int) -> int | None:
    """Until when a lease may be borrowed at most; None when it may not be."""
    if rules.max_borrow is None:
        return None
    return add_duration(now, parse_duration(rules.max_borrow))


def earliest(*instants: int | None) -> int:
    """The first of these that is set. Raises ValueError when none is."""
    return min(at for at in instants if at is not None)


def find_lease_end(expires_at: int, ended_reason: str | None, now: int) -> str | None:
    """Why the lease has ended; None while it lives."""
    if expires_at > now:
        return None
    return ended_reason or "expired"
