"""Tidying up: what has ended is deleted. If it stops for a day, no answer is wrong."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet

from licenseapi_server.accounts.models import DeniedToken, IdempotencyRecord
from licenseapi_server.audit.models import Denial, RequestLogEntry
from licenseapi_server.billing.models import BillingDelivery, BillingPayment
from licenseapi_server.database_router import TelemetryRouter
from licenseapi_server.domain.ids import id_floor
from licenseapi_server.domain.instants import DAY, HOUR, MINUTE
from licenseapi_server.jobs.kinds import JobKind, JobRun
from licenseapi_server.jobs.models import Job, JobPeriod
from licenseapi_server.licensing.models import Lease
from licenseapi_server.portal.models import PortalLink, PortalMail

CHUNK = 1_000
IDEMPOTENCY_KEPT = 25 * HOUR
DEAD_JOBS_KEPT = 30 * DAY
PERIODS_KEPT = 2 * DAY
# After its end: so long the vendor can look up who used a floating license.
LEASES_KEPT = 90 * DAY
# Longer than a payment can be given back or charged back.
BILLING_KEPT = 400 * DAY


def _delete(rows: Callable[[], "object"], alias: str) -> None:
    """In small transactions, so that nobody waits long for the write lock."""
    while True:
        with transaction.atomic(using=alias):
            chunk = list(rows()[:CHUNK])  # type: ignore[index]
            if chunk:
                chunk[0].__class__._default_manager.filter(  # noqa: SLF001
                    pk__in=[row.pk for row in chunk]
                ).delete()
        if len(chunk) < CHUNK:
            return


def _delete_old_lines(kept_from: int, alias: str) -> None:
    """From the oldest on, until a line is young enough: no index on the time is needed."""
    while True:
        with transaction.atomic(using=alias):
            oldest = RequestLogEntry.objects.order_by("pk").values_list("pk", "created_at")[:CHUNK]
            old = [row for row, created_at in oldest if created_at < kept_from]
            RequestLogEntry.objects.filter(pk__in=old).delete()
        if len(old) < CHUNK:
            return


def _leases_ended_before(instant: int) -> "QuerySet[Lease]":
    """No lease ends before its id is made: the primary key finds the old ones, of which only
    those remain that still live, or have not ended long ago.
    """
    return Lease.objects.filter(pk__lt=id_floor("lse", instant), expires_at__lt=instant)


def tidy(run: JobRun) -> None:
    """Delete what has ended: denials, answers, lines, links, deliveries, leases, dead jobs."""
    now = run.now
    log_alias = TelemetryRouter().db_for_write(RequestLogEntry)
    kept_from = now - run.deployment.settings.request_log_days * DAY
    _delete(lambda: DeniedToken.objects.filter(expires_at__lt=now), "default")
    _delete(
        lambda: IdempotencyRecord.objects.filter(created_at__lt=now - IDEMPOTENCY_KEPT), "default"
    )
    _delete(lambda: Job.objects.filter(died_at__lt=now - DEAD_JOBS_KEPT), "default")
    _delete(lambda: PortalLink.objects.filter(expires_at__lt=now - DAY), "default")
    _delete(lambda: PortalMail.objects.filter(sent_at__lt=now - DAY), "default")
    _delete(lambda: JobPeriod.objects.filter(period_start__lt=now - PERIODS_KEPT), "default")
    billed_from = now - BILLING_KEPT
    _delete(lambda: BillingDelivery.objects.filter(pk__lt=id_floor("bdl", billed_from)), "default")
    _delete(lambda: BillingPayment.objects.filter(created_at__lt=billed_from), "default")
    _delete(lambda: _leases_ended_before(now - LEASES_KEPT), "default")
    _delete_old_lines(kept_from, log_alias)
    _delete(lambda: Denial.objects.filter(hour_start__lt=kept_from), log_alias)


# A failure needs no schedule of its own: the next period is soon there.
KIND = JobKind(name="tidying", run=tidy, retry_after=(), every=10 * MINUTE)
