"""The number of licenses that count against a plan: exact under any concurrency.

Always by a conditional UPDATE: what it changed is what was granted.
"""

from django.db.models import F

from licenseapi_server.usage.models import LicenseCounter


def take(account_id: str, mode: str, wanted: int, maximum: int | None) -> int:
    """Count up to `wanted` new licenses; how many fit. Runs in the caller's transaction."""
    LicenseCounter.objects.bulk_create(
        [LicenseCounter(account_id=account_id, mode=mode)], ignore_conflicts=True
    )
    rows = LicenseCounter.objects.filter(account_id=account_id, mode=mode)
    if maximum is None:
        rows.update(used=F("used") + wanted)
        return wanted
    if rows.filter(used__lte=maximum - wanted).update(used=F("used") + wanted):
        return wanted
    used = rows.select_for_update().get().used
    rest = max(0, min(wanted, maximum - used))
    rows.update(used=F("used") + rest)
    return rest


def release(account_id: str, mode: str, count: int) -> None:
    """Stop counting licenses that have been revoked."""
    rows = LicenseCounter.objects.filter(account_id=account_id, mode=mode)
    rows.filter(used__gte=count).update(used=F("used") - count)


def used(account_id: str, mode: str) -> int:
    """How many count now."""
    row = LicenseCounter.objects.filter(account_id=account_id, mode=mode).first()
    return row.used if row else 0
