"""The threads of one process that do jobs, and the one that keeps their claims alive."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

import msgspec
from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.instants import SECOND
from licenseapi_server.jobs import queue
from licenseapi_server.jobs.kinds import MAIL, TABLES, GiveUpError, JobKind, JobRun, RetryLaterError
from licenseapi_server.jobs.models import Job

logger = logging.getLogger("licenseapi.jobs")
# Threads of each lane in a process. A slow mail server holds up its own lane only.
LANES = {TABLES: 1, MAIL: 2}
THREADS = sum(LANES.values()) + 1
POLL_SECONDS = 0.5
STOP_SECONDS = 10


def _now() -> int:
    return time.time_ns() // 1000


class Worker:
    """Does the jobs of `kinds` until it is stopped."""

    def __init__(self, deployment: Deployment, kinds: Iterable[JobKind]) -> None:
        self._deployment = deployment
        self._kinds = {kind.name: kind for kind in kinds}
        self._lease = deployment.settings.job_lease_seconds * SECOND
        self._stopping = threading.Event()
        self._claims: set[str] = set()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin."""
        for lane, count in LANES.items():
            kinds = {name: kind for name, kind in self._kinds.items() if kind.lane == lane}
            for _ in range(count if kinds else 0):
                self._spawn(partial(self._work, kinds), POLL_SECONDS)
        self._spawn(self._keep_claims, self._lease / SECOND / 3)

    def stop(self) -> None:
        """Take no more jobs; wait a while for those under way. What is not done comes up again."""
        self._stopping.set()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _spawn(self, act: Callable[[], None], pause: float) -> None:
        def repeat() -> None:
            while not self._stopping.wait(pause):
                self._attempt(act)
            connections.close_all()

        thread = threading.Thread(target=repeat, name="jobs", daemon=True)
        self._threads.append(thread)
        thread.start()

    @staticmethod
    def _attempt(act: Callable[[], None]) -> None:
        close_old_connections()
        try:
            act()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("the queue cannot be reached: %s", type(error).__name__)
        except Exception:
            # Whatever it is, the lane goes on: nobody would begin another thread.
            logger.exception("a thread of the queue stumbled")
        finally:
            close_old_connections()

    def _work(self, kinds: dict[str, JobKind]) -> None:
        """Do what is due in one lane, until there is nothing."""
        for kind in kinds.values():
            queue.open_period(kind, _now())
        while not self._stopping.is_set():
            job = queue.claim_next(kinds, _now(), self._lease)
            if job is None:
                return
            self._claims.add(job.claim)
            try:
                self._do(kinds[job.kind], job)
            finally:
                self._claims.discard(job.claim)

    def _do(self, kind: JobKind, job: Job) -> None:
        try:
            kind.run(JobRun(self._deployment, msgspec.json.decode(job.args), _now()))
        except GiveUpError as error:
            logger.warning("job %s (%s) is dead: %s", job.pk, kind.name, error)
            queue.give_up(job, _now(), str(error))
        except RetryLaterError as error:
            queue.postpone(kind, job, _now(), str(error))
        except Exception as error:
            logger.exception("job %s (%s) failed", job.pk, kind.name)
            queue.postpone(kind, job, _now(), f"{type(error).__name__}: {error}")
        else:
            queue.finish(job)

    def _keep_claims(self) -> None:
        claims = set(self._claims)
        if claims:
            queue.renew(claims, _now(), self._lease)
