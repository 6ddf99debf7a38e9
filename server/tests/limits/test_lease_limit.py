"""Seats of floating licenses are counted exactly, however many ask at once, also in a crash."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.crowd import crowd
from harness.eventually import eventually
from harness.server import Server

SEATS = 50
PATH = "/v1/leases"


def _ask(vendor: Vendor, **fields: Any) -> Callable[[httpx.Client, int], int]:
    def act(client: httpx.Client, number: int) -> int:
        body = {"license_key": vendor.key, "fingerprint": f"machine-{number}", **fields}
        return client.post(PATH, json=body).status_code

    return act


def _live(vendor: Vendor) -> list[dict[str, Any]]:
    """Every lease that has a seat now."""
    found: list[dict[str, Any]] = []
    query = {"ended": "false", "limit": "100", "license_id": vendor.license["id"]}
    while True:
        page = vendor.api.get(PATH, params=query).json()
        found += page["data"]
        if not page["has_more"]:
            return found
        query["starting_after"] = page["next_cursor"]


def test_500_processes_at_50_seats_are_exactly_50(busy_server: Server) -> None:
    """On four workers, each with a connection of its own to the database."""
    acme = make_vendor(busy_server, floating=True, max_leases=SEATS)
    answers = crowd(busy_server, acme.account.live["secret_key"], 500, _ask(acme))
    assert Counter(answers) == {201: SEATS, 409: 500 - SEATS}
    assert len(_live(acme)) == SEATS


def test_one_process_that_asks_200_times_has_one_seat(busy_server: Server) -> None:
    """One 201; all others find it."""
    acme = make_vendor(busy_server, floating=True, max_leases=SEATS)

    def act(client: httpx.Client, _number: int) -> int:
        body = {"license_key": acme.key, "fingerprint": "the same", "process_id": "slot-1"}
        return client.post(PATH, json=body).status_code

    answers = crowd(busy_server, acme.account.live["secret_key"], 200, act)
    assert Counter(answers) == {201: 1, 200: 199}
    assert len(_live(acme)) == 1


@pytest.mark.parametrize(
    ("leasing", "field"), [("per_machine", "fingerprint"), ("per_user", "user")]
)
def test_shared_seats_are_exact_too(busy_server: Server, leasing: str, field: str) -> None:
    """200 processes of 40 machines, or of 40 users, at 10 seats: ten of them have theirs."""
    acme = make_vendor(busy_server, floating=True, max_leases=10, leasing=leasing)

    def act(client: httpx.Client, number: int) -> int:
        names = {"fingerprint": f"m{number}", "user": f"u{number}", field: f"s{number % 40}"}
        body = {"license_key": acme.key, "process_id": f"p{number}", **names}
        return client.post(PATH, json=body).status_code

    answers = crowd(busy_server, acme.account.live["secret_key"], 200, act)
    taken = {lease[field] for lease in _live(acme)}
    assert len(taken) == 10
    assert Counter(answers)[201] == len(_live(acme)) == 10 * 5


def test_a_feature_is_counted_exactly_beside_the_license(busy_server: Server) -> None:
    """Ten seats of the license, three of them may have the feature."""
    acme = make_vendor(busy_server, floating=True, max_leases=10)
    acme.api.make("/v1/entitlements", name="Export", code="export")
    attached = [{"code": "export", "max_leases": 3}]
    acme.api.make_patch(f"/v1/licenses/{acme.license['id']}", entitlements=attached)
    ask = _ask(acme, entitlement="export")
    answers = crowd(busy_server, acme.account.live["secret_key"], 100, ask)
    assert Counter(answers) == {201: 3, 409: 97}


def _hammer(vendor: Vendor, number: int, stop: threading.Event, acknowledged: list[str]) -> None:
    """Acquire and release by turns, as many processes of one machine; lost answers are lost."""
    headers = {"Authorization": f"Bearer {vendor.account.live['secret_key']}"}
    base = vendor.account.server.base_url
    turn = 0
    while not stop.is_set():
        turn += 1
        body = {"license_key": vendor.key, "fingerprint": f"m{number}", "process_id": f"p{turn}"}
        try:
            with httpx.Client(
                base_url=base, headers=headers, timeout=30, trust_env=False
            ) as client:
                answer = client.post(PATH, json=body)
                if answer.status_code != 201:
                    continue
                acknowledged.append(answer.json()["id"])
                if turn % 3 == 0:
                    client.post(f"{PATH}/{acknowledged[-1]}/release", json={})
        except httpx.HTTPError:
            continue


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_killed_worker_neither_adds_nor_loses_seats(
    engine: str, make_server: Callable[..., Server]
) -> None:
    """Never more than 50 have a seat, and every lease that was acknowledged is there."""
    server = make_server(engine, workers=4)
    acme = make_vendor(server, floating=True, max_leases=SEATS)
    assert server.process is not None
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    acknowledged: list[str] = []
    stop = threading.Event()
    threads = [
        threading.Thread(target=_hammer, args=(acme, number, stop, acknowledged))
        for number in range(24)
    ]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: len(acknowledged), lambda count: count >= 20)
        before = children.read_text().split()
        os.kill(int(before[-1]), signal.SIGKILL)
        seen = len(acknowledged)
        eventually(lambda: len(acknowledged), lambda count: count >= seen + 30)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    statement = "SELECT acquired_at, expires_at FROM licensing_lease WHERE license_id = ?"
    spans = server.execute(statement, acme.license["id"])
    most = max(sum(a <= at < b for a, b in spans) for at, _ in spans)
    assert 0 < most <= SEATS
    held = {lease_id for (lease_id,) in server.execute("SELECT id FROM licensing_lease")}
    assert set(acknowledged) <= held


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_an_acknowledged_lease_survives_kill_9(
    engine: str, make_server: Callable[..., Server]
) -> None:
    """What was answered with 201 has its seat in the database that opens again."""
    server = make_server(engine, workers=2)
    acme = make_vendor(server, floating=True)
    acknowledged: list[str] = []

    def act(client: httpx.Client, number: int) -> int:
        for turn in range(20):
            body = {"license_key": acme.key, "fingerprint": f"machine-{number}-{turn}"}
            try:
                answer = client.post(PATH, json=body)
            except httpx.HTTPError:
                return turn
            acknowledged.append(answer.json()["id"])
            if len(acknowledged) == 150:
                server.kill()
        return 20

    crowd(server, acme.account.live["secret_key"], 20, act)
    again = Server(server.data_dir, server.database_url, environment=server.environment).start()
    try:
        found = {row for (row,) in again.execute("SELECT id FROM licensing_lease")}
        assert len(acknowledged) >= 150
        assert set(acknowledged) <= found
    finally:
        again.stop()
