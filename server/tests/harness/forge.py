"""Tokens as an attacker, or another library, would put them together: with our own keys."""

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey
from licenseapi_server.domain.sealing import Sealer

from harness.cast import Vendor
from harness.server import Server


def encode(raw: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def encode_json(value: Any) -> str:
    """A segment: bytes as they are, anything else as JSON."""
    return encode(value if isinstance(value, bytes) else json.dumps(value).encode())


@dataclass
class Forge:
    """The signing key of an account and mode, taken out of its own database."""

    server: Server
    account_id: str
    mode: str
    kid: str
    key: ECKey

    @property
    def issuer(self) -> str:
        """The issuer that this key speaks for."""
        suffix = "/test" if self.mode == "test" else ""
        return f"{self.server.base_url}/v1/accounts/{self.account_id}{suffix}"

    @property
    def pem(self) -> bytes:
        """The private key, as other libraries take it."""
        return self.key.as_pem(private=True)

    def header(self, **members: Any) -> dict[str, Any]:
        """A good header; None as a value takes a member away."""
        whole = {"typ": "at+jwt", "alg": "ES256", "kid": self.kid, **members}
        return {name: value for name, value in whole.items() if value is not None}

    def sign(self, header: Any, claims: Any) -> str:
        """A compact token with a true ES256 signature over whatever stands in it."""
        signed = f"{encode_json(header)}.{encode_json(claims)}"
        der = self.key.private_key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        parts = [number.to_bytes(32, "big") for number in decode_dss_signature(der)]
        return f"{signed}.{encode(b''.join(parts))}"


def take_key(server: Server, account_id: str, mode: str = "live") -> Forge:
    """Open the sealed private key with the secret that lies beside the database."""
    [(kid, sealed)] = server.execute(
        "SELECT kid, private_key_encrypted FROM accounts_signingkey"
        " WHERE account_id = ? AND mode = ? AND use = 'token'",
        account_id,
        mode,
    )
    secret = (server.data_dir / "secrets" / "encryption_key").read_text().strip().encode()
    opened = Sealer(secret).open(bytes(sealed), f"signing_key:{kid}")
    return Forge(server, account_id, mode, kid, ECKey.import_key(json.loads(opened)))


def good_claims(forge: Forge, vendor: Vendor, **changed: Any) -> dict[str, Any]:
    """The claims of a token that holds; `...` as a value takes a claim away."""
    now = int(time.time())
    key_id = vendor.api.get("/v1/me").json()["key_id"]
    whole = {
        "iss": forge.issuer,
        "aud": forge.server.base_url,
        "sub": vendor.license["id"],
        "license": vendor.license["id"],
        "product": vendor.product["id"],
        "client_id": key_id,
        "mode": forge.mode,
        "scope": "licenses:validate",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "jti": "tok_forged",
        "gen": 1,
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not ...}
