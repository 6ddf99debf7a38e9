"""`send-test-email` and what `check-config` says of the mail server, with a real one."""

import re
import subprocess
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from harness.mailbox import PASSWORD, USER, Mailbox, check_login, make_certificate
from harness.server import Server, free_port


def _send(server: Server, to: str = "alice@acme.example") -> "subprocess.CompletedProcess[str]":
    return server.run("send-test-email", "--to", to)


def _sentence(done: "subprocess.CompletedProcess[str]") -> str:
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def test_a_mail_arrives_in_text_and_html(tmp_path: Path) -> None:
    with Mailbox() as mailbox:
        done = _send(Server(tmp_path, environment=mailbox.environment))

        (mail,) = mailbox.mails
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Sent to alice@acme.example by way of 127.0.0.1.\n"
    assert (mail.sender, mail.recipients) == ("licenses@acme.example", ["alice@acme.example"])
    assert mail.message["From"] == "Acme Licenses <licenses@acme.example>"
    assert mail.message["To"] == "alice@acme.example"
    assert mail.message["Subject"] == "A test from License-API"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[^@]+@acme\.example>", mail.message["Message-ID"])
    for part in (mail.text, mail.html):
        assert "can send mail" in part
    assert "<p>" not in mail.text


@pytest.mark.parametrize(
    ("to", "received"),
    [
        ("jörg@müller.example", "jörg@xn--mller-kva.example"),
        ("jo@müller.example", "jo@xn--mller-kva.example"),
        ('"a,b"@acme.example', '"a,b"@acme.example'),
    ],
)
def test_addresses_beyond_ascii_are_written_to(tmp_path: Path, to: str, received: str) -> None:
    """The domain as the DNS has it, the name in UTF-8 (RFC 6531)."""
    with Mailbox() as mailbox:
        done = _send(Server(tmp_path, environment=mailbox.environment), to)

        assert done.returncode == 0, done.stderr
        assert mailbox.mails[0].recipients == [received]


def test_a_server_that_knows_ascii_only_is_told_apart(tmp_path: Path) -> None:
    with Mailbox(enable_SMTPUTF8=False) as mailbox:
        said = _sentence(
            _send(Server(tmp_path, environment=mailbox.environment), "jörg@acme.example")
        )

    assert "does not take addresses with letters beyond ASCII" in said


@pytest.mark.parametrize(
    "to", ["alice", "@acme.example", "alice@", "a@b\r\nBcc: carol@globex.example"]
)
def test_what_is_no_address_is_refused(tmp_path: Path, to: str) -> None:
    with Mailbox() as mailbox:
        said = _send(Server(tmp_path, environment=mailbox.environment), to).stderr

        assert "is not an address" in said
        assert mailbox.mails == []


@pytest.mark.parametrize(
    ("to", "said"),
    [("never@acme.example", "550 No such user"), ("later@acme.example", "451 Come back later")],
)
def test_a_refusal_is_one_sentence(tmp_path: Path, to: str, said: str) -> None:
    with Mailbox() as mailbox:
        done = _send(Server(tmp_path, environment=mailbox.environment), to)

    assert f"The mail was not sent: {said}" in _sentence(done)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_the_password_goes_over_tls_only(tmp_path: Path, tls: str) -> None:
    """Log-in works; a wrong password and an unknown certificate are one sentence each."""
    certificate, context = make_certificate(tmp_path)
    way = {"tls_context": context} if tls == "starttls" else {"ssl_context": context}
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    is_late = tls == "starttls"
    options = {"authenticator": check_login, "auth_required": is_late, "auth_require_tls": is_late}
    with Mailbox(**way, **options) as mailbox:
        environment = {
            **mailbox.environment,
            "LICENSEAPI_SMTP_TLS": tls,
            "LICENSEAPI_SMTP_USER": USER,
            "LICENSEAPI_SMTP_PASSWORD_FILE": str(secret),
        }
        stranger = _send(Server(tmp_path, environment=environment))
        environment["SSL_CERT_FILE"] = str(certificate)
        done = _send(Server(tmp_path, environment=environment))
        secret.write_text("another")
        wrong = _send(Server(tmp_path, environment=environment))

        assert len(mailbox.mails) == 1
    assert done.returncode == 0, done.stderr
    assert "CERTIFICATE_VERIFY_FAILED" in _sentence(stranger)
    assert "535" in _sentence(wrong)
    assert PASSWORD not in done.stdout + stranger.stderr


def test_without_a_server_development_has_a_folder(tmp_path: Path) -> None:
    server = Server(tmp_path)

    done = _send(server)

    (path,) = (tmp_path / "mail").glob("*.eml")
    assert done.stdout == f"Sent to alice@acme.example by way of {path}.\n"
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    assert message["Subject"] == "A test from License-API"
    assert path.stat().st_mode & 0o077 == 0


def test_without_a_server_production_says_so(tmp_path: Path) -> None:
    server = Server(tmp_path, environment={"LICENSEAPI_BASE_URL": "https://licenses.acme.example"})

    assert "LICENSEAPI_SMTP_HOST is not set" in _sentence(_send(server))
    assert not (tmp_path / "mail").exists()


def test_check_config_greets_the_mail_server(tmp_path: Path) -> None:
    with Mailbox() as mailbox:
        done = Server(tmp_path, environment=mailbox.environment).run("check-config")

        assert f"Mail: 127.0.0.1 port {mailbox.port} is ready.\n" in done.stdout
        assert mailbox.mails == []
        without_tls = {**mailbox.environment, "LICENSEAPI_SMTP_TLS": "starttls"}
        lacking = Server(tmp_path, environment=without_tls).run("check-config")
    closed = {**mailbox.environment, "LICENSEAPI_SMTP_PORT": str(free_port())}
    away = Server(tmp_path, environment=closed).run("check-config")

    assert "STARTTLS extension not supported" in lacking.stderr
    assert "The mail server cannot be used" in away.stderr
    assert "refused" in away.stderr
    assert (done.returncode, lacking.returncode, away.returncode) == (0, 1, 1)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SMTP_HOST": "mail.example"}, "LICENSEAPI_MAIL_FROM must be set"),
        ({"SMTP_USER": "x"}, "must be set together"),
        ({"SMTP_PASSWORD": "x"}, "must be set together"),
        ({"SMTP_TLS": "maybe"}, "LICENSEAPI_SMTP_TLS must be one of"),
        ({"SMTP_PORT": "0"}, "LICENSEAPI_SMTP_PORT"),
        ({"MAIL_FROM": "nobody"}, "LICENSEAPI_MAIL_FROM must be like"),
        ({"MAIL_FROM": "A\nBcc: <b@c.example>"}, "LICENSEAPI_MAIL_FROM must be like"),
        (
            {
                "SMTP_HOST": "mail.example",
                "MAIL_FROM": "a@b.example",
                "SMTP_USER": "x",
                "SMTP_PASSWORD": "y",
                "SMTP_TLS": "none",
            },
            "the password would be readable",
        ),
    ],
)
def test_settings_that_cannot_work_are_named(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    """Before anything starts."""
    environment = {f"LICENSEAPI_{name}": value for name, value in settings.items()}

    assert said in _sentence(Server(tmp_path, environment=environment).run("serve"))
