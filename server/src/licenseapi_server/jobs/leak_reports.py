"""Ends API keys that were reported as leaked, and marks licenses whose keys were.

What was ended, its audit record and the mail that tells of it are one transaction each.
"""

import msgspec
from django.db import transaction
from django.db.models import Q

from licenseapi_server.accounts.issuing import new_id
from licenseapi_server.accounts.models import Account, ApiKey, ApiKeySecret, Member
from licenseapi_server.domain.events import EventType
from licenseapi_server.domain.leaks import (
    HARMLESS,
    LEAK_JOB,
    NOTICE_JOB,
    REPORTER,
    REPORTER_TYPE,
    Digests,
)
from licenseapi_server.jobs.kinds import MAIL, GiveUpError, JobKind, JobRun, RetryLaterError
from licenseapi_server.jobs.queue import enqueue
from licenseapi_server.licensing.models import License
from licenseapi_server.mail.letters import AddressError, compose, write_letter
from licenseapi_server.mail.sending import DeliveryError, DeliveryInDoubtError, send
from licenseapi_server.records import recording
from licenseapi_server.webhooks.models import Event

RETRY_AFTER = (2, 30, 120, 600)
MODES = ("live", "test")
EXPOSED: EventType = "license.key_exposed"


def take_in(run: JobRun) -> None:
    """End and mark what the digests find. A repeat finds it done."""
    digests = msgspec.convert(run.args, Digests)
    for key_id in _find_keys(digests.api_keys, run.now):
        with transaction.atomic():
            _end(key_id, run.now)
    reported = [bytes.fromhex(text) for text in digests.license_keys]
    # One after the other: the index on license keys begins with account and mode.
    for account_id in Account.objects.values_list("pk", flat=True) if reported else ():
        rows = License.objects.filter(
            account_id=account_id, mode__in=MODES, key_digest__in=reported
        ).order_by("pk")
        for license_id in list(rows.values_list("pk", flat=True)):
            with transaction.atomic():
                _mark(license_id, reported, run.now)


def _find_keys(digests: list[str], now: int) -> list[str]:
    """The keys with one of these secrets, if it opens anything still."""
    found = ApiKeySecret.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now),
        digest__in=[bytes.fromhex(text) for text in digests],
    )
    return sorted(set(found.values_list("api_key_id", flat=True)))


def _end(key_id: str, now: int) -> None:
    """Revoke the key with the tokens that it minted, unless it has ended or is no secret."""
    row = ApiKey.objects.select_for_update().get(pk=key_id)
    has_expired = row.expires_at is not None and row.expires_at <= now
    if row.type == HARMLESS or row.revoked_at is not None or has_expired:
        return
    with recording.watching() as changes:
        row.revoked_at = row.updated_at = now
        row.exposed_at = row.exposed_at or now
        row.gen += 1
        row.version += 1
        row.save()
    act = recording.Act(
        account_id=row.account_id,
        mode=row.mode,
        operation="leaks.report",
        actor_type=REPORTER_TYPE,
        actor=REPORTER,
        object_id=row.pk,
        now=now,
    )
    recording.write(act, changes)
    enqueue(NOTICE, {"key_id": row.pk}, now, once=f"{NOTICE_JOB}:{row.pk}")


def _mark(license_id: str, reported: list[bytes], now: int) -> None:
    """One event for each license and key: the vendor decides what follows from it."""
    rows = License.objects.select_for_update().filter(pk=license_id)
    # Asked again under the lock: its key may have been rolled in between.
    row = rows.filter(key_digest__in=reported).first()
    if row is None:
        return
    told = msgspec.json.encode({"key_hint": row.key_hint}).decode()
    same = {
        "account_id": row.account_id,
        "mode": row.mode,
        "license_id": row.pk,
        "type": EXPOSED,
        "data": told,
    }
    if Event.objects.filter(**same).exists():
        return
    Event.objects.create(
        **same,
        id=new_id("evt", now),
        product_id=row.product_id,
        object_id=row.pk,
        actor=REPORTER,
        created_at=now,
    )


def send_notice(run: JobRun) -> None:
    """Tell the owners of the account that a key of theirs was found and has been revoked."""
    key = ApiKey.objects.select_related("account").filter(pk=run.args["key_id"]).first()
    if key is None:
        return
    owners = Member.objects.filter(account_id=key.account_id, role="owner")
    secret = key.secrets.order_by("-pk").first()
    context = {
        "account": key.account.name,
        "name": key.name,
        "key_id": key.pk,
        "mode": key.mode,
        "hint": secret.hint if secret else "",
    }
    for address in owners.order_by("pk").values_list("user__email", flat=True):
        _mail(run, address, context)


def _mail(run: JobRun, address: str, context: dict[str, str]) -> None:
    settings = run.deployment.settings
    try:
        send(settings, compose(write_letter("leak", address, context), settings.sender, run.now))
    except AddressError as error:
        raise GiveUpError(str(error)) from error
    except DeliveryError as error:
        if error.is_final:
            raise GiveUpError(str(error)) from error
        raise RetryLaterError(str(error)) from error
    except DeliveryInDoubtError as error:
        raise RetryLaterError(str(error)) from error


KIND = JobKind(name=LEAK_JOB, run=take_in, retry_after=RETRY_AFTER)
NOTICE = JobKind(name=NOTICE_JOB, run=send_notice, retry_after=RETRY_AFTER, lane=MAIL)
