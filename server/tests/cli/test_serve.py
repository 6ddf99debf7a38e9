"""`licenseapi-server serve`: starts, or says in one sentence why not."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.eventually import eventually
from harness.server import Server


def _fails(server: Server, *options: str) -> str:
    done = server.run("serve", *options)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("licenseapi-server: ")
    return lines[0]


def test_an_occupied_port_is_one_sentence(tmp_path: Path) -> None:
    server = Server(tmp_path)
    with socket.create_server(("127.0.0.1", server.port)):
        assert f"Cannot listen on 127.0.0.1 port {server.port}" in _fails(server)


def test_a_directory_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert "Cannot create the data directory" in _fails(Server(tmp_path / "file" / "var"))


def test_an_unreachable_database_is_one_sentence(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"

    assert "Cannot reach the database" in _fails(Server(tmp_path, url))


def test_missing_migrations_are_one_sentence(make_server: Callable[..., Server]) -> None:
    server = make_server("sqlite", is_started=False)
    server.execute("DELETE FROM django_migrations WHERE app = 'usage'")

    assert "run: licenseapi-server migrate" in _fails(server)


def test_lost_secrets_are_one_sentence(make_server: Callable[..., Server]) -> None:
    server = make_server("sqlite", is_started=False)
    (server.data_dir / "secrets" / "pepper").unlink()

    assert "restore the secrets" in _fails(server)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LICENSEAPI_WORKERS", "many"),
        ("LICENSEAPI_PEPPER", "short"),
        ("LICENSEAPI_ROLES", "api,cook"),
        ("LICENSEAPI_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("LICENSEAPI_PLANS_FILE", "/nowhere/plans.json"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    assert name in _fails(Server(tmp_path, environment={name: value}))


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--port", "99999", "LICENSEAPI_PORT must be a port: 1 to 65535."),
        ("--host", "999.1.1.1", "Cannot listen on 999.1.1.1"),
        ("--database-url", "mysql://localhost/x", "DATABASE_URL must be like postgresql://"),
    ],
)
def test_a_wrong_option_is_named(tmp_path: Path, option: str, value: str, said: str) -> None:
    """What cannot be listened on or stored in is told before anything is made."""
    assert said in _fails(Server(tmp_path), option, value)


def test_what_is_no_certificate_is_one_sentence(tmp_path: Path) -> None:
    """Neither a text nor a file that is not there starts a server."""
    (tmp_path / "text").write_text("no certificate")
    for path, said in ((tmp_path / "text", "for TLS"), (tmp_path / "nothing", "Cannot read")):
        options = ("--tls-cert", str(path), "--tls-key", str(path))
        assert said in _fails(Server(tmp_path / "var"), *options)


def test_a_key_with_a_passphrase_is_one_sentence(tmp_path: Path) -> None:
    """Nobody is asked for it: a server starts without anyone at its terminal."""
    from cryptography.hazmat.primitives import serialization as pem
    from cryptography.hazmat.primitives.asymmetric import ec

    sealed = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.BestAvailableEncryption(b"secret")
    )
    (tmp_path / "key.pem").write_bytes(sealed)
    path = str(tmp_path / "key.pem")
    said = _fails(Server(tmp_path / "var"), "--tls-cert", path, "--tls-key", path)
    assert "for TLS" in said


def test_a_misspelt_setting_is_pointed_out(tmp_path: Path) -> None:
    """It would silently do nothing."""
    done = Server(tmp_path, environment={"LICENSEAPI_WORKRS": "4"}).run("check-config")
    assert done.returncode == 0
    assert "LICENSEAPI_WORKRS is not a setting" in done.stderr
    assert "did you mean LICENSEAPI_WORKERS?" in done.stderr


def test_nobody_else_reads_the_files(tmp_path: Path) -> None:
    """In a directory that everyone may read, too: customers' names stand in these files."""
    tmp_path.chmod(0o755)
    server = Server(tmp_path)
    assert server.run("migrate").returncode == 0
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"licenseapi.sqlite3", "telemetry.sqlite3", "pepper"}
    assert [path for path in files if path.stat().st_mode & 0o077] == []


def test_a_half_sent_request_does_not_delay_the_end(tmp_path: Path) -> None:
    """Whoever sends it is told at once; nothing is printed."""
    server = Server(tmp_path, options=("--with-first-account",)).start()
    secret = re.search(r"lapi_sk_live_\w+", "".join(server.output))
    assert secret is not None
    head = (
        "POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {secret[0]}\r\nContent-Length: 20\r\n\r\n{{"
    )
    with socket.create_connection(("127.0.0.1", server.port), 20) as connection:
        connection.sendall(head.encode())
        # What came after it has been answered: it has been read.
        assert server.client().get("/healthz").status_code == 200
        assert server.stop() == 0
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert "Traceback" not in server.log_path.read_text()


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    """Killed without a word, it leaves nobody who holds the port and serves old code."""
    server = Server(tmp_path, workers=2).start()
    server.kill(with_workers=False)

    def is_listening() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", server.port)) == 0

    eventually(is_listening, lambda listening: not listening)
    again = Server(tmp_path, port=server.port).start()
    assert again.stop() == 0


def test_accounts_and_keys_made_by_an_operator_are_checked(tmp_path: Path) -> None:
    """As they would be over the API."""
    server = Server(tmp_path)
    account = ("create-account", "--name", "A", "--email", "a@example.com", "--json")
    made = json.loads(server.run(*account).stdout)["account_id"]
    key = ("create-api-key", "--account", made, "--name", "K")
    refused = [
        server.run("create-account", "--name", "a\nb", "--email", "a@example.com"),
        server.run("create-account", "--name", "A", "--email", "a" * 300 + "@example.com"),
        server.run(*key),
        server.run(*key, "--type", "publishable", "--scope", "licenses:read"),
    ]
    assert [done.returncode for done in refused] == [1] * 4
    assert all("Traceback" not in done.stderr for done in refused)


def test_an_empty_database_is_initialized_and_stops_cleanly(tmp_path: Path) -> None:
    server = Server(tmp_path / "new", workers=2, options=("--with-first-account",)).start()
    printed = "".join(server.output)
    assert printed.count("is ready at") == 1
    line = re.search(r"curl .*", printed)
    assert line is not None
    said = subprocess.run(["sh", "-c", line[0]], capture_output=True, text=True, check=True)
    assert '"object":"me"' in said.stdout
    for name in ("pepper", "encryption_key", "secret_key"):
        assert (tmp_path / "new" / "secrets" / name).stat().st_mode & 0o077 == 0
    assert server.stop() == 0

    again = Server(tmp_path / "new", options=("--with-first-account",)).start()
    assert "lapi_sk_" not in "".join(again.output)
    assert again.stop() == 0


def test_tls_is_served_and_plain_http_then_refused(tmp_path: Path) -> None:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    options = ("--tls-cert", str(cert), "--tls-key", str(key))
    server = Server(tmp_path / "var", options=options).start()
    url = f"https://127.0.0.1:{server.port}/v1/me"
    done = subprocess.run(
        ["curl", "-s", "-i", "--cacert", str(cert), url], capture_output=True, text=True, check=True
    )
    assert "401" in done.stdout.splitlines()[0]
    assert "strict-transport-security: max-age=31536000" in done.stdout
    assert server.stop() == 0


def test_plain_http_is_refused_once_the_address_is_https(tmp_path: Path) -> None:
    environment = {"LICENSEAPI_BASE_URL": "https://licenses.example.com"}
    server = Server(tmp_path, environment=environment).start()
    account = server.create_account()
    response = account.client().get("/v1/me")
    assert (response.status_code, response.json()["code"]) == (403, "https_required")
    assert "Location" not in response.headers
    assert server.client().get("/healthz").status_code == 200
    server.stop()

    proxied = Server(
        tmp_path, environment={**environment, "LICENSEAPI_TRUSTED_PROXIES": "127.0.0.1"}
    ).start()
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9, 127.0.0.1"}
    client = proxied.client(account.live["secret_key"])
    assert client.get("/v1/me", headers=headers).status_code == 200
    entry = client.get("/v1/api_keys", headers=headers).json()["data"]
    assert entry
    client.close()
    proxied.stop()


def test_create_account_prints_one_json_object(tmp_path: Path) -> None:
    import json

    server = Server(tmp_path)
    options = ("--name", "Acme", "--email", "alice@acme.example", "--json")
    done = server.run("create-account", *options)
    made = json.loads(done.stdout)
    assert list(made) == ["account_id", "owner_email", "live", "test"]
    assert made["owner_email"] == "alice@acme.example"
    for mode in ("live", "test"):
        assert list(made[mode]) == ["secret_key", "publishable_key"]
    server.start()
    running = json.loads(server.run("create-account", *options, "--plan", "team").stdout)
    assert server.client(running["live"]["secret_key"]).get("/v1/me").json()["plan"] == "team"
    assert server.client(made["test"]["secret_key"]).get("/v1/me").json()["mode"] == "test"
    wrong = server.run("create-account", "--name", "A", "--email", "nonsense", "--json")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "not an email address" in wrong.stderr
    server.stop()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_check_config_shows_no_secret(engine: str, make_server: Callable[..., Server]) -> None:
    server = make_server(engine, is_started=False)
    done = server.run("check-config")
    assert done.returncode == 0, done.stderr
    assert "The configuration is usable." in done.stdout
    pepper = (server.data_dir / "secrets" / "pepper").read_text()
    assert pepper not in done.stdout
    assert sys.executable not in done.stdout
