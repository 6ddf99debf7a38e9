"""TLS: only certificates of the CA bundle are trusted, and a wrong one is told at once."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from licenseapi import LicenseAPI
from licenseapi.error import APIConnectionError, APIError


class Answering(BaseHTTPRequestHandler):
    """Says who is asking."""

    def do_GET(self) -> None:
        body = b'{"account_id": "acct_1", "key_id": "key_1", "scopes": []}'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Stay quiet."""


class QuietServer(ThreadingHTTPServer):
    """Does not print that a client broke off its handshake."""

    def handle_error(self, *_arguments: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "License-API test")])
    now = dt.datetime.now(dt.timezone.utc)
    signed = (
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
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def https_address(certificate: Path) -> Iterator[str]:
    """A server with that certificate."""
    server = QuietServer(("127.0.0.1", 0), Answering)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_of_the_bundle_is_trusted(
    https_address: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LICENSEAPI_CA_BUNDLE", str(certificate))

    with LicenseAPI("k", https_address) as client:
        assert client.me.retrieve().key_id == "key_1"


def test_any_other_certificate_is_told_at_once(https_address: str) -> None:
    with (
        LicenseAPI("k", https_address, max_retries=50) as client,
        pytest.raises(APIConnectionError, match=r"(?i)certificate"),
    ):
        client.me.retrieve()


def test_a_bundle_that_cannot_be_read_is_named(https_address: str) -> None:
    with pytest.raises(APIError, match=r"The CA bundle '/nowhere\.pem' cannot be read"):
        LicenseAPI("k", https_address, ca_bundle="/nowhere.pem").me.retrieve()
