"""Mails a customer the links to the portal: looked up here, so that no request tells who exists.

A link's text exists in this process and in the mail only. So a repeat makes new links.
"""

import os

import msgspec
from django.db import transaction
from django.db.models import Count

from licenseapi_server.accounts.issuing import new_id
from licenseapi_server.accounts.models import Account
from licenseapi_server.domain.events import EventType
from licenseapi_server.domain.instants import MINUTE
from licenseapi_server.domain.portal import (
    LINK_JOB,
    LINK_TTL,
    MAIL_PERIOD,
    MAILS_PER_PERIOD,
    digest_address,
    fold_address,
    make_link,
    make_link_token,
    own_page,
)
from licenseapi_server.jobs.kinds import MAIL, GiveUpError, JobKind, JobRun, RetryLaterError
from licenseapi_server.licensing.models import Customer, License
from licenseapi_server.licensing.search_terms import find_by_term
from licenseapi_server.mail.letters import AddressError, Letter, compose, write_letter
from licenseapi_server.mail.sending import DeliveryError, DeliveryInDoubtError, send
from licenseapi_server.portal.models import PortalLink, PortalMail
from licenseapi_server.webhooks.models import Event

# Several customers may share an address: a mail has a link for each, up to so many.
MAX_LINKS = 50
RETRY_AFTER = (2, 30, 120, 600)
SENT: EventType = "portal.link_sent"


class Wanted(msgspec.Struct, frozen=True):
    """Who asked: somebody who says that this address is theirs."""

    account_id: str
    mode: str
    email: str


class _Prepared(msgspec.Struct, frozen=True):
    """A mail that has been counted, and whose links open something."""

    account: Account
    mail: PortalMail
    links: list[PortalLink]
    # By customer: what stands in the links.
    tokens: dict[str, str]


def send_links(run: JobRun) -> None:
    """Mail the links, if there is such a customer and the address has not had its mails."""
    prepared = _prepare(run, msgspec.convert(run.args, Wanted))
    if prepared is None:
        return
    deployment = run.deployment
    try:
        message = compose(_write(run, prepared), deployment.settings.sender, run.now)
        send(deployment.settings, message)
    except AddressError as error:
        _undo(prepared)
        raise GiveUpError(str(error)) from error
    except DeliveryError as error:
        # It was surely not accepted: it is none of the three that the address may get.
        _undo(prepared)
        if error.is_final:
            raise GiveUpError(str(error)) from error
        raise RetryLaterError(str(error)) from error
    except DeliveryInDoubtError as error:
        raise RetryLaterError(str(error)) from error
    _record(run, prepared)


def _prepare(run: JobRun, wanted: Wanted) -> _Prepared | None:
    """Count the mail and make its links. None when there is nobody to write to, or no more."""
    with transaction.atomic():
        # Two jobs for one address wait for each other here: a count in the locking statement
        # would not see what the other has just committed (PostgreSQL).
        accounts = Account.objects.select_for_update(no_key=True)
        account = accounts.filter(pk=wanted.account_id, is_enabled=True).first()
        customers = _find_customers(wanted) if account is not None else []
        if account is None or not customers or _has_had_its_mails(wanted, run.now):
            return None
        owner = {"account": account, "mode": wanted.mode}
        digest = digest_address(wanted.account_id, wanted.mode, wanted.email)
        mail = PortalMail.objects.create(**owner, address_digest=digest, sent_at=run.now)
        tokens = {row.pk: make_link_token(os.urandom(32)) for row in customers}
        links = [
            PortalLink(
                **owner,
                customer=row,
                digest=run.deployment.portal_links.digest(tokens[row.pk]),
                portal_gen=row.portal_gen,
                expires_at=run.now + LINK_TTL,
            )
            for row in customers
        ]
        PortalLink.objects.bulk_create(links)
        return _Prepared(account, mail, links, tokens)


def _find_customers(wanted: Wanted) -> list[Customer]:
    """Those with this address, whatever the case of its letters, newest first."""
    owner = (wanted.account_id, wanted.mode, "customer")
    rows = Customer.objects.filter(pk__in=find_by_term(owner, "email", wanted.email))
    asked = fold_address(wanted.email)
    found = [row for row in rows.order_by("-pk") if fold_address(row.email or "") == asked]
    return found[:MAX_LINKS]


def _has_had_its_mails(wanted: Wanted, now: int) -> bool:
    recent = PortalMail.objects.filter(
        account_id=wanted.account_id,
        mode=wanted.mode,
        address_digest=digest_address(wanted.account_id, wanted.mode, wanted.email),
        sent_at__gt=now - MAIL_PERIOD,
    )
    return recent.count() >= MAILS_PER_PERIOD


def _write(run: JobRun, prepared: _Prepared) -> Letter:
    """To the address as it stands with the customer, never as a stranger typed it."""
    account, mode = prepared.account, prepared.mail.mode
    page = account.portal_url or own_page(run.deployment.settings.public_url, account.pk, mode)
    customers = [link.customer for link in prepared.links]
    counts = _count_licenses(account.pk, customers)
    links = [
        {
            "name": row.name or row.external_id or row.email,
            "licenses": counts.get(row.pk, 0),
            "url": make_link(page, prepared.tokens[row.pk]),
        }
        for row in customers
    ]
    context = {"vendor": account.name, "links": links, "minutes": LINK_TTL // MINUTE}
    return write_letter("portal_link", customers[0].email or "", context)


def _count_licenses(account_id: str, customers: list[Customer]) -> dict[str, int]:
    rows = License.objects.filter(account_id=account_id, customer__in=customers)
    counted = rows.values("customer_id").annotate(licenses=Count("pk"))
    return {row["customer_id"] or "": row["licenses"] for row in counted}


def _undo(prepared: _Prepared) -> None:
    with transaction.atomic():
        prepared.mail.delete()
        digests = [link.digest for link in prepared.links]
        PortalLink.objects.filter(digest__in=digests).delete()


def _record(run: JobRun, prepared: _Prepared) -> None:
    with transaction.atomic():
        Event.objects.bulk_create(
            Event(
                id=new_id("evt", run.now),
                account_id=link.account_id,
                mode=link.mode,
                type=SENT,
                object_id=link.customer_id,
                actor=link.customer_id,
                created_at=run.now,
            )
            for link in prepared.links
        )


KIND = JobKind(name=LINK_JOB, run=send_links, retry_after=RETRY_AFTER, lane=MAIL)
