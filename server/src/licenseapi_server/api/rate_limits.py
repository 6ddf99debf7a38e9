"""Token buckets per key, per account, and per address for failed authentication.

They live in the process: with several workers each has its share, so that a limit is
approximate across processes and nodes. What must be exact, the quota, is in the database.
"""

import math
from collections.abc import Hashable

from licenseapi_server.api.principal import Principal
from licenseapi_server.api.transport import parse_address
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.quotas import TokenBucket

CAPACITY = 50_000
MINUTE = 60
# A publishable key: requests a second and at once, for each license and each address.
CLIENT_RATE, CLIENT_BURST = 20.0, 100.0


class Buckets:
    """Buckets by name; when there are too many, all start afresh: memory stays bounded."""

    def __init__(self) -> None:
        self._buckets: dict[Hashable, TokenBucket] = {}

    def find(self, name: Hashable, rate: float, burst: float, now: int) -> TokenBucket:
        """The bucket of this name, full when it is new."""
        bucket = self._buckets.get(name)
        if bucket is None:
            if len(self._buckets) >= CAPACITY:
                self._buckets.clear()
            bucket = self._buckets[name] = TokenBucket(rate, burst, now)
        return bucket


class _Share:
    """What one process lets through of a plan, and how it says so."""

    __slots__ = ("_header", "_lines", "_shown", "burst", "policy", "rate")

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self.policy = f'"account";q={int(burst)};w={math.ceil(burst / rate)}'
        line = f'ratelimit-policy: {self.policy}\r\nratelimit: "account";r=%d;t=%d\r\n'
        self._header = line.encode()
        self._shown = -1
        self._lines = b""

    def render(self, remaining: int) -> bytes:
        """The header lines; made once as long as nothing changes."""
        if remaining != self._shown:
            self._shown = remaining
            refill = math.ceil((self.burst - remaining) / self.rate)
            self._lines = self._header % (remaining, refill)
        return self._lines


class RateLimits:
    """The limits of one process."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._share = 1 / deployment.settings.workers
        self._shares: dict[str, _Share] = {}
        self._buckets = Buckets()
        self._failures = Buckets()

    def take(self, principal: Principal, now: int) -> bytes:
        """Let the call through, with the header lines that tell what is left (IETF RateLimit).

        Raises Problem rate_limited.
        """
        plan = self._deployment.plan_for(principal.plan, principal.mode)
        if plan.rate_per_second is None or plan.rate_burst is None:
            return b""
        share = self._shares.get(plan.name)
        if share is None:
            rate, burst = plan.rate_per_second * self._share, plan.rate_burst * self._share
            share = self._shares[plan.name] = _Share(rate, max(1.0, burst))
        owner = (principal.account_id, principal.mode)
        bucket = self._buckets.find(owner, share.rate, share.burst, now)
        wait = bucket.take(now)
        if wait:
            seconds = max(1, math.ceil(wait))
            headers = {
                "Retry-After": str(seconds),
                "RateLimit-Policy": share.policy,
                "RateLimit": f'"account";r=0;t={seconds}',
            }
            raise Problem("rate_limited", headers=headers)
        return share.render(bucket.remaining)

    def take_client(self, address: str, license_id: str, now: int) -> None:
        """Limit what one license and one address may ask with a publishable key: whoever
        extracts the key from an app must not use up the vendor's month with it.
        """
        rate, burst = CLIENT_RATE * self._share, max(1.0, CLIENT_BURST * self._share)
        for name in (f"address {_network_of(address)}", license_id and f"license {license_id}"):
            wait = self._buckets.find(name, rate, burst, now).take(now) if name else 0
            if wait:
                raise Problem("rate_limited", headers={"Retry-After": str(math.ceil(wait))})

    def take_stranger(self, address: str, now: int) -> None:
        """Limit what an address may write without a credential. Raises Problem rate_limited."""
        limit = self._deployment.settings.portal_per_minute * self._share
        rate, burst = limit / MINUTE, max(1.0, limit)
        name = f"stranger {_network_of(address)}"
        wait = self._buckets.find(name, rate, burst, now).take(now)
        if wait:
            raise Problem("rate_limited", headers={"Retry-After": str(math.ceil(wait))})

    def count_failure(self, address: str, now: int) -> Problem | None:
        """Count a failed authentication; the 429 to give once there are too many of them.

        Only failures are ever refused by this: a valid credential from the same address passes.
        """
        limit = self._deployment.settings.failed_auth_per_minute
        bucket = self._failures.find(_network_of(address), limit / MINUTE, limit, now)
        wait = bucket.take(now)
        if not wait:
            return None
        return Problem("too_many_failures", headers={"Retry-After": str(math.ceil(wait))})


def _network_of(address: str) -> str:
    """An IPv6 client owns a /64: counting single addresses would count nothing."""
    parsed = parse_address(address) if address else None
    if parsed is None or parsed.version == 4:  # noqa: PLR2004 - IP version
        return address
    return str(int(parsed) >> 64)
