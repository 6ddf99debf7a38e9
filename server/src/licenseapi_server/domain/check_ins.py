"""Check-ins: an app that has to be heard of every so often, else its license stops."""

from licenseapi_server.domain.durations import add_duration, parse_duration


def compute_check_in_due(
    interval: str | None,
    *,
    last_check_in_at: int | None,
    first_activated_at: int | None,
    created_at: int,
    starts_at: int | None,
) -> int | None:
    """By when the license has to be checked in; None when it never has to be.

    Counted from the last check-in, else from the first activation, else from its start. Before
    its start nobody can check it in: no earlier instant counts.
    """
    if interval is None:
        return None
    start = max(created_at, starts_at or 0)
    since = max(start, last_check_in_at or first_activated_at or 0)
    return add_duration(since, parse_duration(interval))
