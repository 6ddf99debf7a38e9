"""The revocation list of an account and mode: what no longer holds although it is signed."""

import hashlib
from collections import OrderedDict
from typing import Any

import msgspec

from licenseapi_server.api.call import Answer, AnyCall
from licenseapi_server.api.runtime import file_sql
from licenseapi_server.api.runtime.work import Work
from licenseapi_server.domain.ids import is_id
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.revocation_lists import (
    LIST_TYPE,
    NEXT_UPDATE,
    issue_hour,
    list_claims,
)
from licenseapi_server.domain.signed_documents import sign_document
from licenseapi_server.domain.tokens import issuer_of

Owner = tuple[str, str]
# Lists that this process has signed: the same one for an hour, until something is revoked.
MAX_KNOWN = 64


class RevocationList(msgspec.Struct, kw_only=True):
    """A revocation list. `document` is what apps verify, fetched or carried by hand."""

    object: str = "revocation_list"
    mode: str
    number: int
    issued_at: str
    next_update_at: str
    document: str


_known: "OrderedDict[tuple[Any, ...], RevocationList]" = OrderedDict()


async def live(call: AnyCall) -> Answer:
    """What is revoked in live mode."""
    return await _revocations(call, "live")


async def test(call: AnyCall) -> Answer:
    """What is revoked in test mode."""
    return await _revocations(call, "test")


async def _revocations(call: AnyCall, mode: str) -> Answer:
    owner = (call.id, mode)
    if not is_id(call.id, "acct") or not await call.key_ring.documents.list_roots(owner, call.now):
        raise Problem("not_found")
    signer = await call.key_ring.documents.find_signer(owner, "revocations", call.now)
    number = await call.store.read(_count(owner))
    issuer = issuer_of(call.deployment.settings.public_url, *owner)
    name = (issuer, number, issue_hour(call.now), signer.statement)
    shown = _known.get(name)
    if shown is None:
        rows = await call.store.read(_list(owner))
        claims = list_claims((issuer, mode), len(rows), call.now, _by_kind(rows))
        document = sign_document(LIST_TYPE, claims, (signer.kid, signer.key), signer.statement)
        shown = _render(mode, len(rows), call.now, document)
        # Under the number that it has: something may have been revoked since the count.
        _known[(issuer, len(rows), *name[2:])] = shown
        while len(_known) > MAX_KNOWN:
            _known.popitem(last=False)
    digest = hashlib.sha256(shown.document.encode()).hexdigest()[:32]
    headers = (("Cache-Control", "public, max-age=60"), ("ETag", f'"{digest}"'))
    return Answer(shown, headers=headers)


def _render(mode: str, number: int, now: int, document: str) -> RevocationList:
    issued_at = issue_hour(now)
    return RevocationList(
        mode=mode,
        number=number,
        issued_at=render_instant(issued_at),
        next_update_at=render_instant(issued_at + NEXT_UPDATE),
        document=document,
    )


def _by_kind(rows: list[tuple[str, str]]) -> dict[str, list[str]]:
    revoked: dict[str, list[str]] = {"license": [], "file": [], "key": []}
    for kind, name in rows:
        revoked[kind].append(name)
    return revoked


def _count(owner: Owner) -> Work[int]:
    rows = yield (file_sql.COUNT_REVOKED, owner)
    number: int = rows[0][0]
    return number


def _list(owner: Owner) -> Work[list[tuple[str, str]]]:
    rows = yield (file_sql.LIST_REVOKED, owner)
    return [(row[0], row[1]) for row in rows]
