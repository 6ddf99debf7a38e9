"""Operating it, O01 to O05: what refuses to start, what stays out of logs, what is purged."""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.cast import Vendor, make_vendor
from harness.dump import dump_database, dump_processes, holds
from harness.eventually import eventually
from harness.server import Server

ROOT = Path(__file__).resolve().parents[3]
GOOD = "9vesav92gpqb53nadvK7PmTq2LxWcR8yJd4HsZfN0bUe"
WEAK = {
    "default": "changeme",
    "short": "k7Pm2LxWcR8yJd4HsZfN0bUe9vesav9",
    "repeated": "abc" * 20,
    "one letter": "a" * 64,
    "runs": "abcdefghijklmnopqrstuvwxyz0123456789",
    "placeholder": "django-insecure-k7Pm2LxWcR8yJd4HsZfN0bUe9vesav9",
}


@pytest.mark.parametrize("name", ["SECRET_KEY", "PEPPER", "ENCRYPTION_KEY"])
@pytest.mark.parametrize("weakness", WEAK)
def test_o01_a_weak_secret_refuses_to_start(tmp_path: Path, name: str, weakness: str) -> None:
    variable = f"LICENSEAPI_{name}"
    done = Server(tmp_path, environment={variable: WEAK[weakness]}).run("serve")
    assert done.returncode == 1
    assert variable in done.stderr
    assert WEAK[weakness] not in done.stderr
    assert "Traceback" not in done.stderr


def test_o01_one_secret_is_not_used_for_two_things(tmp_path: Path) -> None:
    same = {"LICENSEAPI_PEPPER": GOOD, "LICENSEAPI_ENCRYPTION_KEY": GOOD}
    done = Server(tmp_path, environment=same).run("serve")
    assert done.returncode == 1
    assert "LICENSEAPI_ENCRYPTION_KEY" in done.stderr
    assert GOOD not in done.stderr


def test_o01_a_weak_metrics_token_refuses_to_start(tmp_path: Path) -> None:
    done = Server(tmp_path, environment={"LICENSEAPI_METRICS_TOKEN": "metrics"}).run("serve")
    assert done.returncode == 1
    assert "LICENSEAPI_METRICS_TOKEN" in done.stderr


@pytest.mark.parametrize("name", ["secret_key", "pepper", "encryption_key"])
def test_o01_a_missing_secret_refuses_to_start(
    make_server: Callable[..., Server], name: str
) -> None:
    server = make_server("sqlite", is_started=False)
    (server.data_dir / "secrets" / name).unlink()
    done = server.run("serve")
    assert done.returncode == 1
    assert f"LICENSEAPI_{name.upper()}" in done.stderr


def test_o01_secrets_come_from_files_too(tmp_path: Path) -> None:
    (tmp_path / "pepper").write_text(GOOD + "\n")
    environment = {"LICENSEAPI_PEPPER_FILE": str(tmp_path / "pepper")}
    server = Server(tmp_path / "var", environment=environment).start()
    assert not (server.data_dir / "secrets" / "pepper").exists()
    assert server.create_account().client().get("/v1/me").status_code == 200
    assert GOOD.encode() not in dump_processes(server)
    server.stop()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "a b"])
def test_o01_a_page_is_for_no_other_host(server: Server, host: str) -> None:
    """Whoever points a name of theirs at this machine gets nothing made with it."""
    answer = server.client().get("/", headers={"Host": host})
    assert answer.status_code in {400, 403}
    assert "evil" not in answer.text


def test_o02_everything_is_pinned_by_version_and_hash() -> None:
    for lock in ("server", "test"):
        text = (ROOT / "requirements" / f"{lock}.lock").read_text()
        names = [
            line for line in text.splitlines() if line and not line.startswith((" ", "#", "-"))
        ]
        assert len(names) > 10
        assert all("==" in line for line in names), lock
        assert text.count("--hash=sha256:") >= len(names)


CANARY = "canary"


def test_o03_no_secret_reaches_a_log_an_error_or_a_process_list(
    acme: Vendor, server: Server
) -> None:
    """Secrets in headers, bodies, queries, wrong places, and in what makes the server fail."""
    secret = acme.account.live["secret_key"]
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    made = acme.api.make("/v1/licenses", policy_id=acme.policy["id"], name="Broken")
    server.execute("UPDATE licensing_license SET overrides = '{' WHERE id = ?", made["id"])
    answers = [
        acme.api.post("/v1/licenses/validate", json={"key": made["key"]}),
        acme.api.post("/v1/licenses/validate", json={"key": acme.key, "fingerprint": secret}),
        acme.api.post("/v1/licenses", json={"policy_id": secret}),
        acme.api.post("/v1/licenses", json={secret: token}),
        acme.api.post("/v1/licenses", content=secret.encode()),
        acme.api.get("/v1/licenses", params={"q": token}),
        acme.api.get("/v1/me", headers={"User-Agent": secret, "Referer": token, "X-Key": acme.key}),
        acme.api.get("/v1/me", headers={"LicenseAPI-Version": secret}),
        acme.api.get("/v1/me", headers={"If-Match": token}),
        acme.api.get(f"/v1/licenses/{token}"),
        server.client().get(f"/v1/licenses/validate?key={acme.key}&api_key={secret}"),
        server.client(secret[:-1]).get("/v1/me"),
        server.client(f"{token}x").get("/v1/me"),
        acme.api.post("/v1/customers", json={"name": "a"}, headers={"Idempotency-Key": secret}),
    ]
    assert answers[0].status_code == 500
    last = answers[-1].headers["Request-Id"]
    eventually(server.read_log, lambda rows: any(row[0] == last for row in rows))
    # A refusal is counted with the machine that was presented, and written a little later.
    machines = eventually(
        lambda: [one["fingerprint"] for one in acme.api.get("/v1/denials").json()["data"]], bool
    )
    assert machines == ["[redacted]"]
    told = b"".join(answer.content for answer in answers[:1] + answers[5:])
    written = server.log_path.read_bytes() + dump_processes(server) + dump_database(server)
    written += json.dumps(server.read_log()).encode()
    for hidden in (secret, token, acme.key, made["key"]):
        assert not holds(written, hidden)
        assert hidden.encode() not in told
    for name in ("pepper", "encryption_key", "secret_key"):
        text = (server.data_dir / "secrets" / name).read_text().strip()
        assert not holds(written, text)


def test_o03_what_is_logged_is_one_line_whatever_it_holds(acme: Vendor, server: Server) -> None:
    """CR and LF in a path or an agent make no second line, and no terminal obeys them."""
    text = (
        f"GET /v1/licenses/x%0d%0aFORGED%1b[31m HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: Bearer {acme.account.live['secret_key']}\r\n"
        "User-Agent: one\ttwo\x7f\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(text.encode())
        answer = connection.recv(65_536).decode()
    wanted = answer.partition("request-id: ")[2][:30] or answer.partition("Request-Id: ")[2][:30]
    rows = eventually(lambda: [row for row in server.read_log() if row[0] == wanted], bool)
    assert all(str(column).isprintable() for row in rows for column in row)
    assert "FORGED" not in server.log_path.read_text()


def test_o04_strangers_learn_neither_version_nor_state(server: Server) -> None:
    client = server.client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/healthz").json() == {"status": "ok"}
    assert set(client.get("/readyz").json()) == {"status"}
    for path in ("/", "/admin", "/v1/nothing", "/.env", "/static/../settings.py", "/debug"):
        answer = client.get(path)
        assert "server" not in answer.headers
        assert "x-powered-by" not in answer.headers
        assert "django" not in answer.text.lower()


def test_o05_old_lines_are_purged_and_young_ones_kept(make_server: Callable[..., Server]) -> None:
    """The job's own function, on a database of which some lines are older than they may be."""
    from security.tidying_run import run_tidying

    server = make_server("sqlite", LICENSEAPI_REQUEST_LOG_DAYS="2")
    acme = make_vendor(server)
    asked = acme.api.get("/v1/me").headers["Request-Id"]
    eventually(server.read_log, lambda rows: any(row[0] == asked for row in rows))
    server.stop()
    day = 86_400_000_000
    now = time.time_ns() // 1000
    assert run_tidying(server, now + day) == 0
    kept = server.read_log()
    assert any(row[0] == asked for row in kept)
    assert run_tidying(server, now + 3 * day) == 0
    assert server.read_log() == []
