"""What the rows of signing keys tell: which one signs now, and its private half."""

from collections.abc import Iterable
from typing import Any

import msgspec

from licenseapi_server.api.runtime.rows import SigningKeyRow
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.signing_keys import SigningTimes, compute_state


def sealed_about(kid: str) -> str:
    """What a sealed private key is bound to, so that rows cannot be swapped."""
    return f"signing_key:{kid}"


def times_of(row: SigningKeyRow) -> SigningTimes:
    """The instants of a row."""
    return SigningTimes(row.signs_from, row.signs_until, row.published_until, row.revoked_at)


def open_private(deployment: Deployment, row: SigningKeyRow) -> dict[str, Any]:
    """The private half, as a JSON Web Key."""
    opened = deployment.sealer.open(row.private_key_encrypted, sealed_about(row.kid))
    jwk: dict[str, Any] = msgspec.json.decode(opened)
    return jwk


def find_active(rows: Iterable[SigningKeyRow], now: int) -> SigningKeyRow | None:
    """The key among these that signs now."""
    return next((row for row in rows if compute_state(times_of(row), now) == "active"), None)
