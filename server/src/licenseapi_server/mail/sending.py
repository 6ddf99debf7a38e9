"""How a message leaves: over SMTP, or into a folder while there is no server in development."""

import os
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from licenseapi_server.settings import Settings

# For each answer of the server, and for the whole conversation: a server that answers a
# letter at a time must not hold a thread for ever.
ANSWER_SECONDS = 15
TOTAL_SECONDS = 45
FINAL = range(500, 600)


class DeliveryError(Exception):
    """The mail was surely not accepted. `is_final`: it never will be."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


class DeliveryInDoubtError(Exception):
    """The connection broke after the mail was handed over: it may have been accepted."""


def send(settings: Settings, message: EmailMessage) -> str:
    """Send it; where it went. Raises DeliveryError, or DeliveryInDoubtError."""
    if settings.smtp_host:
        with _conversation(settings) as server:
            _hand_over(server, message)
        return settings.smtp_host
    if not settings.is_development:
        reason = "LICENSEAPI_SMTP_HOST is not set: there is no server to send mail with."
        raise DeliveryError(reason)
    return _file(settings, message)


def check_server(settings: Settings) -> None:
    """Greet the mail server and log in, sending nothing. Raises DeliveryError."""
    with _conversation(settings) as server:
        server.noop()


@contextmanager
def _conversation(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A server that has been greeted, over TLS as set. Every failure is a DeliveryError."""
    try:
        server = _connect(settings)
        hang_up = threading.Timer(TOTAL_SECONDS, _break_off, (server,))
        hang_up.daemon = True
        hang_up.start()
        try:
            _introduce(server, settings)
            yield server
            _say_goodbye(server)
        finally:
            hang_up.cancel()
            server.close()
    except smtplib.SMTPResponseException as error:
        said = f"{error.smtp_code} {_said(error.smtp_error)}"
        # A wrong password is the operator's to put right: the mail may go out afterwards.
        is_login = isinstance(error, smtplib.SMTPAuthenticationError)
        raise DeliveryError(said, is_final=error.smtp_code in FINAL and not is_login) from error
    except smtplib.SMTPRecipientsRefused as error:
        code, said_bytes = next(iter(error.recipients.values()))
        raise DeliveryError(f"{code} {_said(said_bytes)}", is_final=code in FINAL) from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        reason = f"{settings.smtp_host} port {settings.smtp_port}: {error or type(error).__name__}"
        raise DeliveryError(reason) from error


def _connect(settings: Settings) -> smtplib.SMTP:
    place = (settings.smtp_host, settings.smtp_port)
    if settings.smtp_tls == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(*place, timeout=ANSWER_SECONDS, context=context)
    return smtplib.SMTP(*place, timeout=ANSWER_SECONDS)


def _introduce(server: smtplib.SMTP, settings: Settings) -> None:
    if settings.smtp_tls == "starttls":
        server.starttls(context=ssl.create_default_context())
    server.ehlo_or_helo_if_needed()
    if settings.smtp_user:
        server.login(settings.smtp_user, settings.smtp_password)


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        server.send_message(message)
    except smtplib.SMTPNotSupportedError as error:
        reason = "The mail server does not take addresses with letters beyond ASCII."
        raise DeliveryError(reason, is_final=True) from error
    except smtplib.SMTPServerDisconnected as error:
        raise DeliveryInDoubtError(f"The mail server hung up: {error}") from error


def _say_goodbye(server: smtplib.SMTP) -> None:
    """The mail has been accepted: that this fails is nothing to anybody."""
    with suppress(smtplib.SMTPException, OSError):
        server.quit()


def _break_off(server: smtplib.SMTP) -> None:
    with suppress(OSError):
        if server.sock is not None:
            server.sock.shutdown(socket.SHUT_RDWR)


def _file(settings: Settings, message: EmailMessage) -> str:
    """Put it where a developer can open it."""
    settings.mail_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = str(message["Message-ID"]).strip("<>").partition("@")[0]
    path = settings.mail_dir / f"{name}.eml"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(message.as_bytes())
    return str(path)


def _said(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())
