"""The queue: what is to be done, and which periods have had their job."""

from typing import Any, ClassVar

from django.db import models

from licenseapi_server.columns import IdField, InstantField, JsonTextField


class Job(models.Model):
    """Something to be done after the transaction that wrote it; deleted when it is done.

    While a worker has it, `due_at` is when its claim ends unless it is renewed: the job of a
    killed worker comes up again by itself. A dead one has no `due_at`, and stays to be seen.
    """

    id = IdField(primary_key=True)
    kind = models.CharField(max_length=60, default="", db_default="")
    args = JsonTextField(default="{}", db_default="{}")
    # While it waits, there is no second one of this name; a worker that takes it removes the name.
    once = models.CharField(max_length=120, null=True, unique=True)  # noqa: DJ001 - null: not named
    due_at = InstantField(null=True)
    claim = models.CharField(max_length=40, default="", db_default="")
    attempts = models.IntegerField(default=0, db_default=0)
    error = models.CharField(max_length=500, default="", db_default="")
    died_at = InstantField(null=True)
    created_at = InstantField(default=0, db_default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at", "id"], name="job_by_due_time"),
            models.Index(fields=["died_at"], name="job_by_death"),
        ]


class JobPeriod(models.Model):
    """A period of a periodic job, written by the one node that queued it for all."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=60, default="", db_default="")
    period_start = InstantField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["kind", "period_start"], name="job_period_once")
        ]
