"""Probes: alive, ready, not ready, and what is counted."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from harness.cast import make_vendor
from harness.eventually import eventually
from harness.postgres import Postgres
from harness.server import Server

TOKEN = "a-token-for-the-metrics"


@pytest.mark.parametrize(
    ("path", "body"), [("/healthz", {"status": "ok"}), ("/readyz", {"status": "ready"})]
)
def test_a_running_server_is_alive_and_ready(
    server: Server, path: str, body: dict[str, str]
) -> None:
    client = server.client()

    asked, head, posted = client.get(path), client.head(path), client.post(path, json={})

    assert (asked.status_code, asked.json()) == (200, body)
    assert asked.headers["Content-Type"] == "application/json"
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == asked.headers["Content-Length"]
    assert (posted.status_code, posted.headers["Allow"]) == (405, "GET, HEAD")


def test_probes_need_neither_credential_nor_https(server: Server) -> None:
    """A load balancer asks by address, plainly, and says that it is one."""
    headers = {"Host": "10.0.0.7:8000", "X-Forwarded-For": "203.0.113.7"}
    anyone = server.client()

    assert anyone.get("/readyz", headers=headers).status_code == 200
    assert anyone.get("/healthz", headers=headers).status_code == 200
    assert anyone.get("/v1/me", headers=headers).json()["code"] == "https_required"


def test_metrics_are_not_there_without_a_token(server: Server) -> None:
    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": f"Bearer {TOKEN}"}):
        response = server.client().get("/metrics", headers=headers)
        assert (response.status_code, response.json()) == (404, {"status": "not_found"})


def test_metrics_open_to_their_token_and_count_answers(make_server: Callable[..., Server]) -> None:
    server = make_server("sqlite", LICENSEAPI_METRICS_TOKEN=TOKEN)
    acme = make_vendor(server)

    def counted(status: int) -> int:
        page = server.client(TOKEN).get("/metrics")
        assert page.status_code == 200
        assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        name = rf'^licenseapi_requests_total{{status="{status}"}} (\d+)$'
        found = re.search(name, page.text, re.MULTILINE)
        return int(found[1]) if found else 0

    before = counted(200), counted(404)
    for _ in range(3):
        acme.api.get("/v1/me")
    acme.api.get("/v1/nowhere")

    assert (counted(200), counted(404)) == (before[0] + 3, before[1] + 1)
    for wrong in (TOKEN[:-1], f"{TOKEN}x", acme.account.live["secret_key"], "é"):
        headers = {"Authorization": f"Bearer {wrong}".encode()}
        assert server.client().get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_metrics_show_the_backlog_of_jobs(engine: str, make_server: Callable[..., Server]) -> None:
    """Waiting, running and dead, and for how long the oldest has been due."""
    server = make_server(engine, LICENSEAPI_METRICS_TOKEN=TOKEN, LICENSEAPI_ROLES="api")
    hour = 3_600_000_000
    now = time.time_ns() // 1000
    rows = [
        ("job_a", now - hour, "", 0),
        ("job_b", now + hour, "", 0),
        ("job_c", now + hour, "someone", 0),
        ("job_d", 0, "", now),
    ]
    for name, due_at, claim, died_at in rows:
        server.execute(
            "INSERT INTO jobs_job (id, kind, args, due_at, claim, attempts, error, died_at, "
            "created_at) VALUES (?, 'none', '{}', NULLIF(?, 0), ?, 0, '', NULLIF(?, 0), 0)",
            *(name, due_at, claim, died_at),
        )

    text = server.client(TOKEN).get("/metrics").text

    shown = dict(re.findall(r'^licenseapi_jobs{state="(\w+)"} (\d+)$', text, re.MULTILINE))
    assert shown == {"waiting": "2", "running": "1", "dead": "1"}
    late = re.search(r"^licenseapi_jobs_late_seconds (\d+)$", text, re.MULTILINE)
    assert late is not None
    assert 3600 <= int(late[1]) < 3660


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A database server that a test may stop."""
    own = Postgres()
    yield own
    own.stop()


def _not_ready(server: Server) -> httpx.Response:
    return eventually(lambda: server.client().get("/readyz"), lambda r: r.status_code != 200)


def test_p08_without_its_database_a_node_is_alive_not_ready_and_allows_nothing(
    own_postgres: Postgres, tmp_path: Path
) -> None:
    server = Server(tmp_path / "var", own_postgres.create_database()).start()
    acme = make_vendor(server)
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    server.create_account("Globex")
    own_postgres._server.stop()

    refused = _not_ready(server)
    assert (refused.status_code, refused.json()) == (
        503,
        {"status": "unavailable", "reason": "database"},
    )
    assert server.client().get("/healthz").json() == {"status": "ok"}
    for answer in (
        acme.api.post("/v1/licenses/validate", json={"key": acme.key}),
        acme.api.post(f"/v1/licenses/{acme.license['id']}/validate", json={}),
        server.client(token).get("/v1/licenses/validate"),
        acme.api.post("/v1/licenses/validate", json={"key": "no such key at all"}),
        acme.api.get("/v1/licenses"),
        acme.api.post("/v1/products", json={"name": "A", "code": "a"}),
        server.client("lapi_sk_live_f0i4q2u9yu9GajsyPU9KiiFWwW0HVAqkZiKyL4cLmNT4VjV9m").get(
            "/v1/me"
        ),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
        assert "valid" not in answer.json()

    own_postgres._server.start()
    assert eventually(lambda: server.client().get("/readyz").json(), lambda b: "reason" not in b)
    assert acme.api.make("/v1/licenses/validate", key=acme.key)["code"] == "VALID"
    assert server.client(token).get("/v1/licenses/validate").json()["code"] == "VALID"
    assert server.stop() == 0


@pytest.mark.parametrize("drift", ["2 seconds", "-2 seconds"])
def test_a_node_whose_clock_is_off_its_databases_is_not_ready(
    make_server: Callable[..., Server], drift: str
) -> None:
    """The database's clock is moved by a function that its sessions find before the real one."""
    server = make_server("postgres", is_started=False)
    with psycopg.connect(server.database_url, autocommit=True) as database:
        name = database.info.dbname
        database.execute(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog')  # type: ignore[call-overload]
        _set_clock(database, drift)
        server.start()

        refused = server.client().get("/readyz")
        assert (refused.status_code, refused.json()) == (
            503,
            {"status": "unavailable", "reason": "clock"},
        )
        assert server.client().get("/healthz").status_code == 200

        _set_clock(database, "0 seconds")
        assert server.client().get("/readyz").json() == {"status": "ready"}
    server.stop()


def _set_clock(database: "psycopg.Connection[tuple[object, ...]]", drift: str) -> None:
    database.execute(
        "CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz "  # type: ignore[call-overload]
        f"LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() + interval '{drift}' $$"
    )
