"""The rule about the lease that an app presents: does it still have its seat?"""

from licenseapi_server.domain.facts import Facts, Verdict, refusal
from licenseapi_server.domain.leases import find_lease_end

LEASE_REQUIRED = refusal("LEASE_REQUIRED", "The policy asks for `lease_id` to be presented.")
LEASE_ENDED = refusal("LEASE_ENDED", "The license has no such lease.")


def check_leased(facts: Facts) -> Verdict | None:
    """8: the use that was leased goes on, on the machine that was presented."""
    lease = facts.lease
    if lease is None:
        return LEASE_REQUIRED if "lease" in facts.requires else None
    if lease.expires_at is None:
        return LEASE_ENDED
    if not lease.is_of_machine:
        return refusal(LEASE_ENDED.code, "The lease is another machine's.")
    reason = find_lease_end(lease.expires_at, lease.ended_reason, facts.now)
    if reason is None:
        return None
    return refusal(LEASE_ENDED.code, f"The lease has ended: {reason}.")
