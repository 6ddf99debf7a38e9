"""Until when a permit runs: the earliest of what bounds it."""

from licenseapi_server.domain.instants import DAY
from licenseapi_server.domain.permits import PermitTerms, plan_permit

NOW = 1_790_000_000_000_000


def _plan(**ends: int) -> tuple[int, int]:
    terms = PermitTerms(permit_ttl="P3D", outage_grace="P7D", **ends)
    expires_at, grace_until = plan_permit(terms, NOW)
    return (expires_at - NOW) // DAY, (grace_until - NOW) // DAY


def test_the_policys_spans_follow_each_other() -> None:
    assert _plan() == (3, 10)


def test_what_ends_the_license_or_the_lease_ends_the_grace_too() -> None:
    for name in ("latest_end", "seat_end", "statement_end"):
        assert _plan(**{name: NOW + 2 * DAY}) == (2, 2)
        assert _plan(**{name: NOW + 5 * DAY}) == (3, 5)
        assert _plan(**{name: NOW + 50 * DAY}) == (3, 10)


def test_a_check_in_that_is_due_ends_the_permit_alone() -> None:
    assert _plan(check_in_due_at=NOW + DAY) == (1, 8)
    assert _plan(check_in_due_at=NOW + DAY, seat_end=NOW + 4 * DAY) == (1, 4)
