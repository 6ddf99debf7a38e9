"""What a kind of job is, and what it may say about its own failure."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from licenseapi_server.deployment import Deployment

MAIL = "mail"
TABLES = "tables"


class RetryLaterError(Exception):
    """It did not work, and may later: the reason is kept, the schedule says when."""


class GiveUpError(Exception):
    """It will never work: the job is dead at once, and its reason stays to be seen."""


class JobRun(msgspec.Struct, frozen=True):
    """One attempt at a job."""

    deployment: Deployment
    args: Mapping[str, Any]
    now: int


class JobKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of job. It may run again after a crash, so `run` bears a repeat.

    `retry_after`: seconds to wait after each failed attempt; after the last the job is dead.
    `lane`: whose threads do it; what waits for another server keeps nobody else waiting.
    `every`: microseconds between runs of a periodic one, counted from the epoch.
    """

    name: str
    run: Callable[[JobRun], None]
    retry_after: tuple[int, ...]
    lane: str = TABLES
    every: int | None = None
