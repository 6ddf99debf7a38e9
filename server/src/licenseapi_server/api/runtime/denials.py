"""Denials on their way to the database: why somebody's software was not let run.

Counted in memory by license, machine, code and hour, and written about once a second.
Bounded: while the database cannot take them, what is known goes on being counted, and
what is new beyond the bound is dropped and counted as such; never a request refused.
"""

from typing import Any

import msgspec

from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.redaction import redact_credentials
from licenseapi_server.domain.ids import make_id
from licenseapi_server.domain.instants import HOUR
from licenseapi_server.domain.machine_digests import digest_fingerprint
from licenseapi_server.domain.problems import Problem
from licenseapi_server.entropy import id_entropy

CAPACITY = 10_000
# The refusals that a customer runs into; others are flaws of a request.
DENIALS = frozenset(
    {
        "activation_limit_reached",
        "machine_limit_reached",
        "fingerprint_taken",
        "cooldown_running",
        "deactivation_limit_reached",
        "no_seat_available",
        "license_refused",
    }
)
# License, digest of the fingerprint, code, start of the hour.
Name = tuple[str, bytes, str, int]


class Denied(msgspec.Struct, frozen=True):
    """Whom it concerns: the license's owner, the license, its product, and the machine."""

    owner: tuple[str, str]
    license_id: str
    product_id: str
    fingerprint: str


class Concerned(msgspec.Struct, frozen=True):
    """A license that a call is about, and its machine, where neither is in the request."""

    id: str
    product_id: str
    fingerprint: str = ""


class Tally(msgspec.Struct):
    """How often it happened within the hour, since when and until when."""

    denied: Denied
    operation: str
    first_at: int
    last_at: int
    count: int = 1


class Denials:
    """Those of one process that are not written yet."""

    def __init__(self) -> None:
        self._tallies: dict[Name, Tally] = {}
        self.dropped = 0

    def note(self, call: AnyCall, operation: str, code: str) -> None:
        """Count a refusal that concerns a license; one that concerns none is no denial."""
        denied = _whom(call)
        if denied is None:
            return
        digest = digest_fingerprint(denied.fingerprint) if denied.fingerprint else b""
        name = (denied.license_id, digest, code, call.now - call.now % HOUR)
        known = self._tallies.get(name)
        if known is not None:
            known.count += 1
            known.last_at, known.operation = max(known.last_at, call.now), operation
        elif len(self._tallies) < CAPACITY:
            self._tallies[name] = Tally(denied, operation, call.now, call.now)
        else:
            self.dropped += 1

    def drain(self) -> dict[Name, Tally]:
        """All of them; they are the caller's to write, or to give back."""
        tallies, self._tallies = self._tallies, {}
        return tallies

    def give_back(self, tallies: dict[Name, Tally]) -> None:
        """Keep for the next time what could not be written."""
        for name, tally in tallies.items():
            newer = self._tallies.get(name)
            if newer is not None:
                newer.count += tally.count
                newer.first_at = tally.first_at
            elif len(self._tallies) < CAPACITY:
                self._tallies[name] = tally
            else:
                self.dropped += tally.count


def code_of(problem: Problem) -> str:
    """The code under which a refusal is a denial; empty when it is none."""
    if problem.code not in DENIALS:
        return ""
    return str(problem.members.get("license_code") or problem.code)


def render_rows(tallies: dict[Name, Tally]) -> list[tuple[Any, ...]]:
    """The parameters of sql.COUNT_DENIAL, in one order on every node: none waits in a circle."""
    return [
        (
            make_id("den", tally.first_at, id_entropy.take()),
            *tally.denied.owner,
            license_id,
            tally.denied.product_id,
            redact_credentials(tally.denied.fingerprint),
            digest,
            code,
            tally.operation,
            hour_start,
            tally.count,
            tally.first_at,
            tally.last_at,
        )
        for (license_id, digest, code, hour_start), tally in sorted(
            tallies.items(), key=lambda item: item[0]
        )
    ]


def _whom(call: AnyCall) -> Denied | None:
    license_ = call.denied_license or call.subject
    if license_ is None:
        return None
    presented: str | None = getattr(call.body or call.query, "fingerprint", None)
    presented = presented or getattr(license_, "fingerprint", "")
    owner = (call.principal.account_id, call.principal.mode)
    return Denied(owner, license_.id, license_.product_id, presented or "")
