"""When is a license valid? RULES, tried in order; the first that speaks decides.

The order is the promise (3-domain, Validation): what takes a license away stands before
what a caller can influence, so that nothing presented can hide a revocation or an expiry.
The docs page of codes is generated from this tuple.
"""

from operator import attrgetter

from licenseapi_server.domain.activations import dies_at, sleeps_at
from licenseapi_server.domain.facts import (
    Facts,
    GrantedEntitlement,
    MachineFacts,
    Outcome,
    Rule,
    Verdict,
)
from licenseapi_server.domain.lease_rules import LEASE_ENDED, LEASE_REQUIRED, check_leased
from licenseapi_server.domain.license_rules import (
    BANNED,
    CHECK_IN_OVERDUE,
    EXPIRED,
    EXPIRED_BUT_VALID,
    GRACE_PERIOD,
    KEY_REPLACED,
    NOT_FOUND,
    NOT_STARTED,
    REVOKED,
    SUSPENDED,
    VALID,
    check_banned,
    check_checked_in,
    check_expired,
    check_found,
    check_revoked,
    check_started,
    check_suspended,
    grant,
    grant_after_expiry,
)
from licenseapi_server.domain.limit_rules import (
    TOO_MANY_ACTIVATIONS,
    TOO_MANY_CORES,
    TOO_MANY_LEASES,
    TOO_MANY_USERS,
    TOO_MUCH_DISK,
    TOO_MUCH_MEMORY,
    check_within_limits,
)
from licenseapi_server.domain.machine_rules import (
    COMPONENTS_MISMATCH,
    COMPONENTS_REQUIRED,
    FINGERPRINT_MISMATCH,
    FINGERPRINT_REQUIRED,
    HEARTBEAT_DEAD,
    HEARTBEAT_NOT_STARTED,
    NOT_ACTIVATED,
    check_activated,
    check_components,
    check_heartbeat,
)
from licenseapi_server.domain.scope_rules import (
    ENTITLEMENTS_MISSING,
    ENTITLEMENTS_REQUIRED,
    POLICY_MISMATCH,
    POLICY_REQUIRED,
    PRODUCT_MISMATCH,
    PRODUCT_REQUIRED,
    USER_MISMATCH,
    USER_REQUIRED,
    check_entitlements,
    check_policy,
    check_product,
    check_user,
)
from licenseapi_server.domain.version_rules import (
    VERSION_NOT_COVERED,
    VERSION_REQUIRED,
    check_version,
)

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
    Rule(7, check_checked_in, (Outcome(CHECK_IN_OVERDUE, "Check the license in."),)),
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
        check_user,
        (
            Outcome(USER_REQUIRED, "Send `user`: an id of yours, an address, or `usr_…`."),
            Outcome(USER_MISMATCH, "Ask the vendor to add this user to the license."),
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
            Outcome(FINGERPRINT_MISMATCH, "Get a token for this machine: tokens are not shared."),
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
        8,
        check_leased,
        (
            Outcome(LEASE_REQUIRED, "Lease a seat, and send its id as `lease_id`."),
            Outcome(
                LEASE_ENDED, "Renew the lease, or acquire a new one: there may be a free seat."
            ),
        ),
    ),
    Rule(
        8,
        check_version,
        (
            Outcome(VERSION_REQUIRED, "Send `version`, that of the running software."),
            Outcome(
                VERSION_NOT_COVERED,
                "Offer a renewal, or the newest version released before `maintenance_ends_at`, or "
                "before `expires_at` if it has expired.",
            ),
        ),
    ),
    Rule(
        10,
        check_within_limits,
        (
            Outcome(TOO_MANY_ACTIVATIONS, "Deactivate machines, or ask for a higher limit."),
            Outcome(TOO_MANY_LEASES, "Release leases, or ask for a higher limit."),
            Outcome(TOO_MANY_USERS, "Remove users, or ask for a higher limit."),
            Outcome(TOO_MANY_CORES, "Deactivate machines, or ask for a higher limit."),
            Outcome(TOO_MUCH_MEMORY, "Deactivate machines, or ask for a higher limit."),
            Outcome(TOO_MUCH_DISK, "Deactivate machines, or ask for a higher limit."),
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
# What is presented, required or counted: where all of it is absent, the rules of scopes and of
# limits have nothing to say, as the tests prove for any facts.
_asked_of = attrgetter(
    "requires",
    "wanted_product",
    "wanted_policy",
    "wanted_entitlements",
    "wanted_version",
    "machine",
    "lease",
    "user",
    "use",
)
_NOTHING = _asked_of(Facts(now=0))
_ASKING = frozenset({8, 10})
_CHECKS_OF_BARE = tuple(rule.check for rule in RULES if rule.number not in _ASKING)


def decide(facts: Facts) -> Verdict:
    """The first verdict that a rule gives."""
    for check in _CHECKS_OF_BARE if _asked_of(facts) == _NOTHING else _CHECKS:
        verdict = check(facts)
        if verdict is not None:
            return verdict
    message = "The last rule always answers."
    raise AssertionError(message)


def _ends_of_seat(machine: MachineFacts) -> tuple[int | None, ...]:
    """When the machine is dead, and when it is dormant, unless it is heard of."""
    if machine.seat is None or machine.seat.ended_at is not None:
        return ()
    return dies_at(machine.seat, machine.rules), sleeps_at(machine.seat, machine.rules)


def _end_of_coverage(facts: Facts) -> int | None:
    """When a version that is not listed stops to be covered: it counts as released now."""
    return None if facts.version_released_at is not None else facts.maintenance_ends_at


def next_boundary(facts: Facts, entitlements: tuple[GrantedEntitlement, ...]) -> int | None:
    """The earliest instant still to come at which the clock alone may change the answer."""
    ends_at = facts.expires_at if facts.grace_period is None else facts.ends_at
    earliest: int | None = None
    instants = [facts.starts_at, facts.expires_at, ends_at, facts.check_in_due_at]
    if facts.wanted_version is not None:
        instants.append(_end_of_coverage(facts))
    if facts.lease is not None:
        instants.append(facts.lease.expires_at)
    if facts.machine is not None:
        instants.extend(_ends_of_seat(facts.machine))
    instants.extend([item.expires_at for item in entitlements])
    for at in instants:
        if at is not None and at > facts.now and (earliest is None or at < earliest):
            earliest = at
    return earliest
