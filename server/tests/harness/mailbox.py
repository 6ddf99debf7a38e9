"""A real SMTP server that receives, refuses, or keeps one waiting, by the recipient's name."""

import asyncio
import datetime as dt
import ipaddress
import ssl
import threading
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness.eventually import eventually
from harness.server import free_port

USER, PASSWORD = "mailer", "a password for mail"


@dataclass
class Received:
    """A mail as it came in."""

    sender: str
    recipients: list[str]
    message: EmailMessage

    @property
    def text(self) -> str:
        """Its plain part."""
        part = self.message.get_body(("plain",))
        assert part is not None
        content: str = part.get_content()
        return content

    @property
    def html(self) -> str:
        """Its HTML part."""
        part = self.message.get_body(("html",))
        assert part is not None
        content: str = part.get_content()
        return content


class Mailbox:
    """Receives for everybody. `later@…` is refused for now until `is_open`, `never@…` for good;
    mail to `slow@…` is answered when `release` is set.
    """

    def __init__(self, **options: Any) -> None:
        self.port = free_port()
        self.mails: list[Received] = []
        self.refusals: list[str] = []
        self.slow: list[str] = []
        self.is_open = False
        self.release = threading.Event()
        options.setdefault("enable_SMTPUTF8", True)
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.release.set()
        self._controller.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a server that sends its mail here, in the clear."""
        return {
            "LICENSEAPI_SMTP_HOST": "127.0.0.1",
            "LICENSEAPI_SMTP_PORT": str(self.port),
            "LICENSEAPI_SMTP_TLS": "none",
            "LICENSEAPI_MAIL_FROM": "Acme Licenses <licenses@acme.example>",
        }

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Refuse whom the name says."""
        name = address.partition("@")[0]
        if name == "never" or (name == "later" and not self.is_open):
            self.refusals.append(address)
            return "550 No such user" if name == "never" else "451 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail."""
        if any(address.startswith("slow@") for address in envelope.rcpt_tos):
            self.slow.append(envelope.rcpt_tos[0])
            await asyncio.to_thread(self.release.wait)
        content = envelope.content
        assert isinstance(content, bytes)
        message = BytesParser(policy=policy.default).parsebytes(content)
        assert isinstance(message, EmailMessage)
        self.mails.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), message))
        return "250 OK"

    def wait_for(self, count: int) -> list[Received]:
        """The mails, once there are so many."""
        return eventually(lambda: list(self.mails), lambda mails: len(mails) >= count)


def check_login(
    _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
) -> AuthResult:
    """Let the one user in."""
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def make_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of 127.0.0.1 for an SMTP server, and the server's side of TLS."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_path, key_path = folder / "smtp.pem", folder / "smtp.key"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_path, key_path)
    return certificate_path, context
