"""What the statements of leases read and write, as values."""

from typing import Any

import msgspec

from licenseapi_server.domain.facts import LeaseFacts
from licenseapi_server.domain.leases import Holder, find_lease_end


class LeaseRow(msgspec.Struct, frozen=True):
    """A lease's columns, in the order of lease_sql.LEASE_COLUMNS."""

    id: str
    license_id: str
    product_id: str
    fingerprint: str
    process_id: str | None
    user_name: str | None
    user_id: str | None
    entitlement: str
    ttl_seconds: int
    acquired_at: int
    renewed_at: int
    expires_at: int
    borrowed_until: int | None
    ended_at: int | None
    ended_reason: str | None
    version: int

    @property
    def holder(self) -> Holder:
        """Who has, or had, the seat."""
        return Holder(
            fingerprint=self.fingerprint,
            process_id=self.process_id,
            user=self.user_name,
            user_id=self.user_id,
        )

    def find_end(self, now: int) -> str | None:
        """Why it has ended; None while it lives."""
        return find_lease_end(self.expires_at, self.ended_reason, now)

    def is_borrowed(self, now: int) -> bool:
        """Whether it lives as a borrow, which only the vendor may end early."""
        return self.borrowed_until is not None and self.borrowed_until > now < self.expires_at


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A lease as it was asked for."""

    holder: Holder
    entitlement: str = ""
    ttl_seconds: int | None = None
    borrow_seconds: int | None = None


def read_facts(columns: tuple[Any, ...] | None, fingerprint: str | None) -> LeaseFacts:
    """What a verdict has to know of the lease presented (sql.LEASE_STATE_COLUMNS), if there is one."""
    if columns is None:
        return LeaseFacts()
    _, machine, expires_at, ended_reason = columns
    presented = None if fingerprint is None else Holder(fingerprint=fingerprint).fingerprint_digest
    return LeaseFacts(
        expires_at=expires_at,
        ended_reason=ended_reason,
        is_of_machine=presented in (None, bytes(machine)),
    )
