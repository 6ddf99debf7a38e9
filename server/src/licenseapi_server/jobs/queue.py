"""The queue as statements: to put a job in, take one, keep it, and say how it went.

Every node may do each of these at any time. A claim is a name that only its worker knows:
who lost the claim, because it was silent for too long, changes nothing any more.
"""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.db import IntegrityError, connection, transaction

from licenseapi_server.domain.ids import make_id
from licenseapi_server.domain.instants import SECOND
from licenseapi_server.entropy import id_entropy
from licenseapi_server.jobs.kinds import JobKind
from licenseapi_server.jobs.models import Job, JobPeriod

MAX_ERROR = 500
CLAIM_BYTES = 12
SILENT = "The worker ended without a word."


class Backlog(msgspec.Struct, frozen=True):
    """How much there is to do. `late_seconds`: how long the oldest due job has waited."""

    waiting: int
    running: int
    dead: int
    late_seconds: int


def enqueue(kind: JobKind, args: Mapping[str, Any], now: int, *, once: str | None = None) -> None:
    """Put a job into the caller's transaction: it is done if, and only if, that commits.

    `once`: while a job of this name waits, another is not added.
    """
    if not connection.in_atomic_block:
        message = "A job belongs to the transaction of what it follows from."
        raise RuntimeError(message)
    row = Job(
        id=make_id("job", now, id_entropy.take()),
        kind=kind.name,
        args=msgspec.json.encode(args).decode(),
        once=once,
        due_at=now,
        created_at=now,
    )
    Job.objects.bulk_create([row], ignore_conflicts=once is not None)


def open_period(kind: JobKind, now: int) -> None:
    """Queue the job of the present period, unless a node has done so."""
    if kind.every is None:
        return
    start = now - now % kind.every
    period = {"kind": kind.name, "period_start": start}
    if JobPeriod.objects.filter(**period).exists():
        return
    try:
        with transaction.atomic():
            JobPeriod.objects.create(**period)
            # One that still waits, because everything stood still, stands for this one too.
            enqueue(kind, {}, now, once=kind.name)
    except IntegrityError:
        """Another node was faster."""


def claim_next(kinds: Mapping[str, JobKind], now: int, lease: int) -> Job | None:
    """Take the job that has been due for the longest; nobody else has it until its lease ends."""
    due = Job.objects.filter(due_at__lte=now, kind__in=list(kinds)).order_by("due_at", "id")
    # Looking costs no lock: on SQLite the next line waits for every writer there is.
    if not due.exists():
        return None
    with transaction.atomic():
        job = due.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        is_worn = job.attempts > len(kinds[job.kind].retry_after)
        if is_worn:
            # Each attempt took its worker along: it must not go round for ever.
            _bury(job, now, SILENT)
            job.save()
            return None
        job.attempts += 1
        job.claim = secrets.token_hex(CLAIM_BYTES)
        job.once = None
        job.due_at = now + lease
        job.save(update_fields=["attempts", "claim", "once", "due_at"])
    return job


def renew(claims: Iterable[str], now: int, lease: int) -> None:
    """Keep what this process is working on."""
    with transaction.atomic():
        Job.objects.filter(claim__in=list(claims), died_at=None).update(due_at=now + lease)


def finish(job: Job) -> None:
    """It is done, and gone."""
    with transaction.atomic():
        Job.objects.filter(pk=job.pk, claim=job.claim).delete()


def postpone(kind: JobKind, job: Job, now: int, reason: str) -> None:
    """It failed: try again when the schedule says so, or never."""
    if job.attempts > len(kind.retry_after):
        give_up(job, now, reason)
        return
    due_at = now + kind.retry_after[job.attempts - 1] * SECOND
    with transaction.atomic():
        Job.objects.filter(pk=job.pk, claim=job.claim).update(
            due_at=due_at, claim="", error=_shown(reason)
        )


def give_up(job: Job, now: int, reason: str) -> None:
    """It will not be tried again; it stays to be seen."""
    claim = job.claim
    _bury(job, now, reason)
    with transaction.atomic():
        Job.objects.filter(pk=job.pk, claim=claim).update(
            due_at=None, died_at=now, claim="", error=job.error
        )


def _bury(job: Job, now: int, reason: str) -> None:
    job.due_at, job.died_at, job.claim = None, now, ""
    job.error = _shown(reason)


def _shown(reason: str) -> str:
    """A reason as a database can keep it: another server may have said anything."""
    return reason.encode("utf-8", "replace").decode().replace("\0", "?")[:MAX_ERROR]


def measure_backlog(now: int) -> Backlog:
    """How much there is to do, all nodes together."""
    alive = Job.objects.filter(due_at__isnull=False)
    oldest = alive.filter(due_at__lte=now).order_by("due_at").values_list("due_at", flat=True)
    first = oldest.first()
    return Backlog(
        waiting=alive.filter(claim="").count(),
        running=alive.exclude(claim="").count(),
        dead=Job.objects.filter(died_at__isnull=False).count(),
        late_seconds=0 if first is None else (now - first) // SECOND,
    )
