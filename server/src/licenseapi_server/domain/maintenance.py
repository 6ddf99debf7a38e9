"""Until when new versions are covered by a license."""

from licenseapi_server.domain.durations import add_duration, parse_duration


def compute_maintenance_end(
    maintenance: str | None, *, created_at: int, starts_at: int | None
) -> int | None:
    """Versions released from then on are not covered; None where all are."""
    if maintenance is None:
        return None
    return add_duration(max(created_at, starts_at or 0), parse_duration(maintenance))
