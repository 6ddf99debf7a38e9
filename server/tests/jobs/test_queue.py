"""The queue: with several processes, through failures, crashes and power cuts, on both engines."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from harness.eventually import eventually
from harness.server import Server

PROGRAM = Path(__file__).with_name("worker_process.py")


@dataclass
class Workers:
    """Processes that do jobs on one database, and what the jobs wrote."""

    server: Server
    journal: Path
    started: "list[subprocess.Popen[str]]" = field(default_factory=list)

    def _environ(self) -> dict[str, str]:
        return {**self.server.environ(), "JOURNAL": str(self.journal)}

    def run(self, *arguments: str) -> str:
        """Run a command of the program; what it complained of."""
        done = subprocess.run(
            [sys.executable, str(PROGRAM), *arguments],
            env=self._environ(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stderr

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a process that does jobs."""
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), "work", *arguments],
            env=self._environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        self.started.append(process)
        return process

    def lines(self) -> list[list[str]]:
        """What the jobs wrote, in words."""
        text = self.journal.read_text() if self.journal.exists() else ""
        return [line.split() for line in text.splitlines()]

    def count(self, word: str) -> int:
        """How many lines begin with this word."""
        return [line[0] for line in self.lines()].count(word)

    def open_gate(self) -> None:
        """Let the jobs that wait go on."""
        self.journal.with_name("gate").touch()

    def jobs(self) -> list[tuple[object, ...]]:
        """Attempts, error and whether it is dead, of all that are left."""
        return self.server.execute(
            "SELECT attempts, error, died_at IS NOT NULL FROM jobs_job ORDER BY id"
        )

    def end(self) -> None:
        """Stop them all."""
        self.open_gate()
        for process in self.started:
            if process.poll() is None:
                assert process.stdin is not None
                process.stdin.close()
                process.wait(30)
            for stream in (process.stdin, process.stdout):
                assert stream is not None
                stream.close()


@pytest.fixture(params=["sqlite", "postgres"])
def workers(
    request: pytest.FixtureRequest, make_server: Callable[..., Server], tmp_path: Path
) -> Iterator[Workers]:
    server = make_server(request.param, is_started=False, LICENSEAPI_JOB_LEASE_SECONDS="2")
    made = Workers(server, tmp_path / "journal")
    yield made
    made.end()


def test_each_job_is_done_once_by_several_processes(workers: Workers) -> None:
    """Whoever takes a job has it alone."""
    workers.run("enqueue", "note", "60")
    workers.start()
    workers.start()

    eventually(workers.jobs, lambda jobs: jobs == [])

    done = Counter((word, number) for word, number, _ in workers.lines())
    assert len(done) == 120
    assert set(done.values()) == {1}


def test_a_job_of_a_killed_worker_is_done_by_another(workers: Workers) -> None:
    """Its claim ends with it; the living keep theirs for as long as they work."""
    workers.run("enqueue", "wait", "1")
    first = workers.start()
    eventually(lambda: workers.count("start"), lambda count: count == 1)
    first.kill()
    first.wait(10)

    second = workers.start()
    eventually(lambda: workers.count("start"), lambda count: count == 2)
    assert workers.lines()[1][2] == str(second.pid)
    workers.open_gate()

    eventually(workers.jobs, lambda jobs: jobs == [])
    assert [line[0] for line in workers.lines()] == ["start", "start", "end"]


def test_a_job_that_takes_longer_than_a_lease_is_not_given_away(workers: Workers) -> None:
    """The claim is renewed: several leases later nobody else has begun."""
    workers.run("enqueue", "wait", "1")
    workers.start()
    workers.start()
    asked = "SELECT due_at FROM jobs_job"
    eventually(lambda: workers.count("start"), lambda count: count == 1)
    first = workers.server.execute(asked)[0][0]

    eventually(lambda: workers.server.execute(asked)[0][0], lambda due: due > first + 4_000_000)

    assert workers.count("start") == 1
    workers.open_gate()
    eventually(workers.jobs, lambda jobs: jobs == [])
    assert workers.count("end") == 1


def test_a_failed_job_is_tried_again(workers: Workers) -> None:
    """As often as its schedule has entries; the reason is kept meanwhile."""
    workers.run("enqueue", "stumble", "1")
    workers.start()

    eventually(workers.jobs, lambda jobs: jobs == [])

    assert [line[0] for line in workers.lines()] == ["start", "start", "start", "end"]


@pytest.mark.parametrize(
    ("kind", "attempts", "reason"),
    [
        ("fail", 2, "ValueError: Broken."),
        ("refuse", 1, "Never."),
        ("garble", 1, "half ? of a letter, and a ?"),
    ],
)
def test_a_dead_job_stays_with_its_reason(
    workers: Workers, kind: str, attempts: int, reason: str
) -> None:
    """After the last entry of the schedule, or at once when it says so."""
    workers.run("enqueue", kind, "1")
    workers.start()

    dead = [(attempts, reason, True)]
    eventually(workers.jobs, lambda jobs: [(*job[:2], bool(job[2])) for job in jobs] == dead)

    assert workers.count("start") == attempts


def test_a_job_that_kills_its_worker_does_not_go_round_for_ever(workers: Workers) -> None:
    """Each attempt was counted before it began."""
    workers.run("enqueue", "crash", "1")

    def is_dead() -> bool:
        if not workers.started or workers.started[-1].poll() is not None:
            workers.start()
        return bool(workers.jobs()[0][2])

    eventually(is_dead, bool)

    assert workers.count("start") == 2
    assert workers.jobs()[0][1] == "The worker ended without a word."


def test_what_waits_for_others_keeps_nobody_waiting(workers: Workers) -> None:
    """Mail has threads of its own."""
    workers.run("enqueue", "slow", "9")
    workers.start()
    eventually(lambda: workers.count("start"), lambda count: count == 2)

    workers.run("enqueue", "note", "3")

    eventually(lambda: workers.count("end"), lambda count: count == 3)


def test_a_job_is_in_the_transaction_of_its_cause(workers: Workers) -> None:
    """Undone with it; without a transaction there is none."""
    assert workers.run("undo", "note") == ""
    assert "A job belongs to the transaction" in workers.run("loose")

    assert workers.jobs() == []


def test_a_named_job_waits_once(workers: Workers) -> None:
    """When it has been taken, the next may wait."""
    workers.run("enqueue", "wait", "3", "the-name")
    assert len(workers.jobs()) == 1
    workers.start()
    eventually(lambda: workers.count("start"), lambda count: count == 1)

    workers.run("enqueue", "wait", "2", "the-name")

    assert len(workers.jobs()) == 2


def test_a_period_has_one_job_on_all_nodes(workers: Workers) -> None:
    """However many processes look at the clock."""
    workers.start("tick")
    workers.start("tick")

    eventually(lambda: workers.count("tick"), lambda count: count >= 4)

    for process in workers.started:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)
    periods = workers.server.execute(
        "SELECT COUNT(*), COUNT(DISTINCT period_start) FROM jobs_jobperiod"
    )
    assert periods[0][0] == periods[0][1]
    assert workers.count("tick") <= periods[0][0]
