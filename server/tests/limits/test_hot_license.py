"""One license that everybody changes at once keeps nobody else from the database."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable

import httpx
import psycopg
import pytest
from harness.cast import make_vendor
from harness.crowd import crowd
from harness.eventually import eventually
from harness.server import Server
from licenseapi_server.api.runtime.turns import Turns

CROWD = 200


def test_other_licenses_answer_while_200_machines_wait_for_one(
    make_server: Callable[..., Server],
) -> None:
    """Somebody holds the license's row; its machines wait, and another license validates."""
    server = make_server("postgres", workers=1)
    acme = make_vendor(server, max_activations=3)
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"], max_activations="unlimited")
    body = {"license_key": acme.key}
    answers: list[int] = []

    def activate(client: httpx.Client, number: int) -> int:
        return client.post(
            "/v1/activations", json={**body, "fingerprint": f"machine-{number}"}
        ).status_code

    def all_activate() -> None:
        answers.extend(crowd(server, acme.account.live["secret_key"], CROWD, activate))

    def count_waiting() -> int:
        asked = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return int(server.execute(asked)[0][0])

    with psycopg.connect(server.database_url) as holder:
        holder.execute(
            "SELECT id FROM licensing_license WHERE id = %s FOR UPDATE", [acme.license["id"]]
        )
        waiting = threading.Thread(target=all_activate)
        waiting.start()
        eventually(count_waiting, lambda count: count > 0)
        # Had each waiter a connection, none would be left for this one.
        for _turn in range(2):
            validated = acme.api.post("/v1/licenses/validate", json={"key": other["key"]})
            assert (validated.status_code, validated.json()["code"]) == (200, "VALID")
        assert count_waiting() <= 1
        holder.rollback()
    waiting.join(60)
    assert Counter(answers) == {201: 3, 409: CROWD - 3}


def test_turns_come_in_order_one_at_a_time_and_leave_nothing() -> None:
    """Names do not wait for each other; who gives up is out of the way."""
    turns, log, begun = Turns(5), [], asyncio.Event()

    async def act(name: str, number: int, gate: asyncio.Event) -> None:
        async with turns.take(name):
            log.append((name, number, "in"))
            if len(log) == len("ab"):
                begun.set()
            await gate.wait()
            log.append((name, number, "out"))

    async def play() -> None:
        gate = asyncio.Event()
        tasks = [asyncio.create_task(act(name, number, gate)) for name in "ab" for number in (1, 2)]
        await begun.wait()
        tasks[1].cancel()
        gate.set()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(done[1], asyncio.CancelledError)
        assert len(turns) == 0

    asyncio.run(play())
    assert log[:2] == [("a", 1, "in"), ("b", 1, "in")]
    assert [entry for entry in log if entry[0] == "b"] == [
        ("b", 1, "in"),
        ("b", 1, "out"),
        ("b", 2, "in"),
        ("b", 2, "out"),
    ]


def test_whoever_waits_too_long_is_told() -> None:
    """A queue that does not move ends as an error, not as a request that never answers."""
    turns = Turns(0.01)

    async def play() -> None:
        async with turns.take("a"):
            with pytest.raises(TimeoutError):
                async with turns.take("a"):
                    pass
        assert len(turns) == 0

    asyncio.run(play())
