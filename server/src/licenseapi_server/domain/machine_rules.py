"""The rules about the machine that an app presents: has it a seat, and does it live?"""

from licenseapi_server.domain.activations import find_end, has_enough, is_dead, is_live
from licenseapi_server.domain.facts import Facts, Verdict, refusal

FINGERPRINT_REQUIRED = refusal(
    "FINGERPRINT_REQUIRED", "The policy asks for `fingerprint` to be presented."
)
NOT_ACTIVATED = refusal("NOT_ACTIVATED", "The license is not activated on this machine.")
FINGERPRINT_MISMATCH = refusal(
    "FINGERPRINT_MISMATCH", "The token presented speaks for another machine."
)
COMPONENTS_REQUIRED = refusal(
    "COMPONENTS_REQUIRED", "The policy asks for `components` to be presented."
)
COMPONENTS_MISMATCH = refusal(
    "COMPONENTS_MISMATCH", "Too few of the machine's components are those it was activated with."
)
HEARTBEAT_NOT_STARTED = refusal(
    "HEARTBEAT_NOT_STARTED", "The machine has not sent its first heartbeat."
)
HEARTBEAT_DEAD = refusal("HEARTBEAT_DEAD", "The machine's heartbeats have stopped.")


def check_activated(facts: Facts) -> Verdict | None:
    """8: the machine presented, or that of the token, has a seat; the two are one."""
    machine = facts.machine
    if machine is None:
        return FINGERPRINT_REQUIRED if "fingerprint" in facts.requires else None
    seat = machine.seat
    if seat is not None and is_live(seat, machine.rules, facts.now):
        return None if machine.is_of_token else FINGERPRINT_MISMATCH
    if seat is None:
        return NOT_ACTIVATED
    reason = machine.ended_reason or find_end(seat, machine.rules, facts.now)
    return refusal(NOT_ACTIVATED.code, f"The activation of this machine has ended: {reason}.")


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
