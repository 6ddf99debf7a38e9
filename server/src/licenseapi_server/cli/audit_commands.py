"""audit: whether the records of who changed what are all there and true, and a copy of them."""

import argparse
import sys
import time

import msgspec

from licenseapi_server.deployment import make_deployment
from licenseapi_server.domain.audit_chain import Head
from licenseapi_server.serving import preparation
from licenseapi_server.serving.running import StartError


def audit(options: argparse.Namespace) -> int:
    """Verify, seal or export; the exit code is 1 when something does not hold."""
    deployment = make_deployment(preparation.prepared_settings())
    from licenseapi_server.records import sealing

    accounts = _accounts(options.account)
    if options.action == "export":
        _export(accounts)
        return 0
    if options.action == "seal":
        sys.stdout.write(f"Sealed {sealing.seal_pending(deployment)} records.\n")
        return 0
    flaws = _missing_heads(options.head)
    heads = sealing.list_heads()
    for account_id in accounts:
        found = sealing.verify(deployment, account_id, time.time_ns() // 1000)
        flaws += [f"{account_id}: {flaw}" for flaw in found]
        head = heads.get(account_id, Head(0, ""))
        sys.stdout.write(f"{account_id}:{head.number}:{head.seal}\n")
    for flaw in flaws:
        sys.stderr.write(f"{flaw}\n")
    sys.stdout.write("The audit log does not hold.\n" if flaws else "The audit log holds.\n")
    return 1 if flaws else 0


def _accounts(account_id: str) -> list[str]:
    from licenseapi_server.accounts.models import Account

    rows = Account.objects.filter(pk=account_id) if account_id else Account.objects.all()
    found = list(rows.order_by("pk").values_list("pk", flat=True))
    if account_id and not found:
        message = f"There is no account {account_id}."
        raise StartError(message)
    return found


def _missing_heads(noted: list[str]) -> list[str]:
    """Those of the heads noted earlier that no chain holds any more."""
    from licenseapi_server.records import sealing

    flaws = []
    for text in noted:
        account_id, _, rest = text.partition(":")
        number, _, seal = rest.partition(":")
        if not number.isdecimal() or not seal:
            message = f"--head must be like ACCOUNT:NUMBER:SEAL, not {text!r}."
            raise StartError(message)
        if not sealing.has_link(account_id, Head(int(number), seal)):
            flaws.append(f"{account_id}: record {number} is not what it was when it was noted")
    return flaws


def _export(accounts: list[str]) -> None:
    """One JSON object a line, oldest first."""
    from licenseapi_server.records.models import AuditRecord

    for account_id in accounts:
        rows = AuditRecord.objects.filter(account_id=account_id).select_related("detail")
        for row in rows.order_by("id").iterator(chunk_size=500):
            names = [field.attname for field in AuditRecord._meta.concrete_fields]  # noqa: SLF001 - Django's documented way
            shown = {name: getattr(row, name) for name in names}
            detail = getattr(row, "detail", None)
            shown["detail"] = msgspec.json.decode(detail.data) if detail and detail.data else None
            sys.stdout.write(msgspec.json.encode(shown).decode() + "\n")
