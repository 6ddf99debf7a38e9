"""Idempotency-Key: the committed answer of a call, given again to its repeats.

Stored in the transaction of the effect itself, so that there is never one without the
other. A stored answer can only be read by whoever sends the same header again: it is
encrypted under a key derived from the header, of which only a digest is kept.
"""

import hashlib
from typing import Any

import msgspec

from licenseapi_server.accounts.models import IdempotencyRecord
from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.principal import Principal
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.instants import MINUTE
from licenseapi_server.domain.problems import Problem, field_problem

MAX_KEY = 255
SECRETS_REPLAYED_FOR = 15 * MINUTE
PURPOSE = b"idempotency"


class IdempotentRequest(msgspec.Struct, frozen=True):
    """A request with its key, as digests; `header` never leaves the memory of this request."""

    header: str
    scope_digest: bytes
    request_digest: bytes
    secret_members: tuple[str, ...]
    now: int


class StoredAnswer(msgspec.Struct, frozen=True):
    """What was answered the first time."""

    status: int
    body: bytes


def read_key(text: str) -> str:
    """The header's value. Raises Problem when it cannot be one."""
    key = text.strip()
    if not key or len(key) > MAX_KEY or not key.isascii() or not key.isprintable():
        message = f"`Idempotency-Key` must be 1 to {MAX_KEY} printable ASCII characters."
        raise field_problem("/Idempotency-Key", message)
    return key


def identify(
    header: str, principal: Principal, method: str, path: str, content: bytes
) -> tuple[bytes, bytes]:
    """Digests of whose key this is, and of what was asked under it."""
    owner = (principal.account_id, principal.mode, principal.identity, method, path, header)
    return (
        hashlib.sha256("\0".join(owner).encode()).digest(),
        hashlib.sha256(content).digest(),
    )


def find(request: IdempotentRequest, deployment: Deployment) -> StoredAnswer | None:
    """The stored answer. Raises Problem when the key stands for another request."""
    record = IdempotencyRecord.objects.filter(
        scope_digest=request.scope_digest, status__gt=0
    ).first()
    if record is None:
        return None
    if bytes(record.request_digest) != request.request_digest:
        raise Problem("idempotency_mismatch")
    sealer = deployment.sealer.derive(request.header.encode(), PURPOSE)
    body = sealer.open(bytes(record.answer), request.scope_digest.hex())
    if request.secret_members and request.now - record.created_at > SECRETS_REPLAYED_FOR:
        stripped = _without(msgspec.json.decode(body), request.secret_members)
        body = msgspec.json.encode(stripped)
    return StoredAnswer(record.status, body)


def claim(request: IdempotentRequest, call: AnyCall) -> bool:
    """Take the key inside the running transaction; waits for a twin that is still running."""
    inserted = IdempotencyRecord.objects.bulk_create(
        [
            IdempotencyRecord(
                account_id=call.principal.account_id,
                scope_digest=request.scope_digest,
                request_digest=request.request_digest,
                created_at=call.now,
            )
        ],
        ignore_conflicts=True,
    )
    # bulk_create does not tell whether the row is ours: one with an answer is a twin's.
    return (
        bool(inserted)
        and not IdempotencyRecord.objects.filter(
            scope_digest=request.scope_digest, status__gt=0
        ).exists()
    )


def store(request: IdempotentRequest, deployment: Deployment, status: int, body: bytes) -> None:
    """Keep the answer, in the transaction of its effect."""
    sealer = deployment.sealer.derive(request.header.encode(), PURPOSE)
    answer = deployment.seal_with(sealer, body, request.scope_digest.hex())
    IdempotencyRecord.objects.filter(scope_digest=request.scope_digest).update(
        status=status, answer=answer
    )


def _without(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {
            name: None if name in names else _without(item, names) for name, item in value.items()
        }
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    return value
