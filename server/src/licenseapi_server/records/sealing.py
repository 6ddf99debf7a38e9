"""Seals audit records into the chain of their account, and says whether a chain still holds.

Sealed apart from the change: a chain written with it would let an account make one change at
a time.
"""

import base64
import os
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Max

from licenseapi_server.accounts.models import Account
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.audit_chain import Entry, Head, Link, find_flaws, make_seal
from licenseapi_server.domain.instants import SECOND
from licenseapi_server.records.models import AuditChain, AuditDetail, AuditRecord

CHUNK = 500
KEY_BYTES = 32
SEALED_WITHIN = 60 * SECOND


def seal_pending(deployment: Deployment) -> int:
    """Seal what is not sealed yet; how many records that were."""
    waiting = AuditRecord.objects.filter(number=None).values_list("account_id", flat=True)
    return sum(_seal_account(deployment, one) for one in sorted(set(waiting.distinct()[:1_000])))


def _seal_account(deployment: Deployment, account_id: str) -> int:
    count = 0
    while True:
        with transaction.atomic():
            sealed = _seal_chunk(deployment, account_id)
        count += sealed
        if sealed < CHUNK:
            return count


def _seal_chunk(deployment: Deployment, account_id: str) -> int:
    """Two nodes wait for each other at the row of the chain: no number is given twice."""
    if not AuditChain.objects.filter(pk=account_id).exists():
        key = deployment.seal(os.urandom(KEY_BYTES), _about(account_id))
        new = AuditChain(pk=account_id, key_encrypted=base64.b64encode(key).decode())
        AuditChain.objects.bulk_create([new], ignore_conflicts=True)
    chain = AuditChain.objects.select_for_update().get(pk=account_id)
    rows = list(
        AuditRecord.objects.filter(account_id=account_id, number=None).order_by("id")[:CHUNK]
    )
    opened, head = _open_key(deployment, chain), Head(chain.number, chain.seal)
    for row in rows:
        head = make_seal(opened, head, _entry(row))
        row.number, row.seal = head.number, head.seal
    AuditRecord.objects.bulk_update(rows, ["number", "seal"])
    chain.number, chain.seal = head.number, head.seal
    chain.save(update_fields=["number", "seal"])
    return len(rows)


def verify(deployment: Deployment, account_id: str, now: int) -> list[str]:
    """What is wrong with the records of an account; nothing when all of them are there and true."""
    # In this order: the sealer may go on meanwhile, and head and records change together.
    last = AuditRecord.objects.filter(account_id=account_id).aggregate(last=Max("number"))["last"]
    chain = AuditChain.objects.filter(pk=account_id).first()
    late = AuditRecord.objects.filter(
        account_id=account_id, number=None, created_at__lt=now - SEALED_WITHIN
    ).count()
    flaws = [f"{late} records are not sealed though they are older than a minute"] if late else []
    if chain is None:
        return [*flaws, "the chain itself is missing"] if last else flaws
    if (last or 0) > chain.number:
        flaws.append(f"there are records up to {last}, but the chain ends at {chain.number}")
    end = Head(chain.number, chain.seal)
    links = _links(account_id, chain.number)
    return [*flaws, *find_flaws(_open_key(deployment, chain), links, end)]


def list_heads() -> dict[str, Head]:
    """Where each chain ends. Kept elsewhere, they show when an end was cut off together with
    what this database knows of it.
    """
    accounts = Account.objects.values_list("pk", flat=True)
    return {
        row.pk: Head(row.number, row.seal) for row in AuditChain.objects.filter(pk__in=accounts)
    }


def has_link(account_id: str, head: Head) -> bool:
    """Whether a chain holds this link."""
    rows = AuditRecord.objects.filter(account_id=account_id, number=head.number)
    return rows.filter(seal=head.seal).exists()


def _links(account_id: str, last: int) -> Iterator[Link]:
    rows = AuditRecord.objects.filter(account_id=account_id, number__lte=last).order_by("number")
    number = 0
    while chunk := list(rows.filter(number__gt=number)[:CHUNK]):
        found = AuditDetail.objects.filter(pk__in=[row.pk for row in chunk])
        details = dict(found.values_list("pk", "data"))
        for row in chunk:
            head = Head(row.number or 0, row.seal)
            yield Link(head, _entry(row), details.get(row.pk, ""))
        number = chunk[-1].number or 0


def _entry(row: AuditRecord) -> Entry:
    return Entry(**{name: getattr(row, name) for name in Entry.__struct_fields__})


def _about(account_id: str) -> str:
    return f"audit_chain:{account_id}"


def _open_key(deployment: Deployment, chain: AuditChain) -> bytes:
    return deployment.sealer.open(base64.b64decode(chain.key_encrypted), _about(chain.pk))
