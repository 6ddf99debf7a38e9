"""A worker in a process of its own, with kinds of jobs whose doings a test can read.

`work`: does jobs until its input ends. `enqueue KIND COUNT [ONCE]`; `undo KIND`: enqueues in a
transaction that is rolled back. Each job writes lines to the file $JOURNAL.
"""

import os
import sys
import threading
import time
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "licenseapi_server.django_settings"

import django

django.setup()

from django.db import transaction
from licenseapi_server.deployment import make_deployment
from licenseapi_server.jobs import queue
from licenseapi_server.jobs.kinds import MAIL, GiveUpError, JobKind, JobRun, RetryLaterError
from licenseapi_server.jobs.worker import Worker
from licenseapi_server.settings import load_settings

JOURNAL = Path(os.environ["JOURNAL"])
GATE = JOURNAL.with_name("gate")


def write(line: str) -> None:
    """One line, whole, whoever else writes."""
    descriptor = os.open(JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{line} {os.getpid()}\n".encode())
    os.close(descriptor)


def note(run: JobRun) -> None:
    write(f"start {run.args['n']}")
    write(f"end {run.args['n']}")


def wait(run: JobRun) -> None:
    """Until somebody opens the gate."""
    write(f"start {run.args['n']}")
    pause = threading.Event()
    while not GATE.exists():
        pause.wait(0.02)
    write(f"end {run.args['n']}")


def stumble(run: JobRun) -> None:
    """Works at the third attempt."""
    write(f"start {run.args['n']}")
    if JOURNAL.read_text().count("start") < 3:
        message = "Not yet."
        raise RetryLaterError(message)
    write(f"end {run.args['n']}")


def fail(run: JobRun) -> None:
    write(f"start {run.args['n']}")
    message = "Broken."
    raise ValueError(message)


def garble(run: JobRun) -> None:
    """Fails for a reason that no database can keep."""
    write(f"start {run.args['n']}")
    message = "half \udc80 of a letter, and a \0"
    raise GiveUpError(message)


def refuse(run: JobRun) -> None:
    write(f"start {run.args['n']}")
    message = "Never."
    raise GiveUpError(message)


def crash(run: JobRun) -> None:
    """Takes its worker along."""
    write(f"start {run.args['n']}")
    os._exit(9)


KINDS = (
    JobKind(name="note", run=note, retry_after=()),
    JobKind(name="wait", run=wait, retry_after=(0, 0)),
    JobKind(name="slow", run=wait, retry_after=(), lane=MAIL),
    JobKind(name="stumble", run=stumble, retry_after=(0, 0)),
    JobKind(name="fail", run=fail, retry_after=(0,)),
    JobKind(name="garble", run=garble, retry_after=()),
    JobKind(name="refuse", run=refuse, retry_after=(0, 0, 0)),
    JobKind(name="crash", run=crash, retry_after=(0,)),
)
TICK = JobKind(
    name="tick", run=lambda run: write(f"tick {run.now // 1_000_000}"), retry_after=(), every=10**6
)


def enqueue(name: str, count: int, once: str | None = None) -> None:
    kind = next(kind for kind in KINDS if kind.name == name)
    for number in range(count):
        with transaction.atomic():
            queue.enqueue(kind, {"n": number}, time.time_ns() // 1000, once=once)


def main(command: str, *arguments: str) -> None:
    if command == "enqueue":
        name, count, *once = arguments
        enqueue(name, int(count), *once)
    elif command == "undo":
        with transaction.atomic():
            enqueue(arguments[0], 1)
            transaction.set_rollback(True)
    elif command == "loose":
        queue.enqueue(KINDS[0], {}, 0)
    else:
        kinds = (TICK,) if "tick" in arguments else KINDS
        worker = Worker(make_deployment(load_settings()), kinds)
        worker.start()
        print("working", flush=True)
        sys.stdin.read()
        worker.stop()


main(*sys.argv[1:])
