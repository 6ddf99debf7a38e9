"""The customer portal as its pages call it: ask for a link, open it, release a machine, leave."""

import os
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from licenseapi_server.api.call import Answer, AnyCall, Call, NoBody, NoQuery
from licenseapi_server.api.patterns import Email
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.api.runtime import portal_sql, seats
from licenseapi_server.api.runtime.locked_license import change_license
from licenseapi_server.api.runtime.seat_rows import Scene, SeatRow
from licenseapi_server.api.runtime.work import Work
from licenseapi_server.domain.events import EventType
from licenseapi_server.domain.ids import is_id, make_id
from licenseapi_server.domain.instants import SECOND, render_instant
from licenseapi_server.domain.portal import LINK_JOB, SESSION_SECONDS, name_of_job
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.scopes import PORTAL_SCOPES
from licenseapi_server.domain.tokens import LEEWAY_SECONDS, issuer_of, sign_token

OPENED: EventType = "portal.opened"
# Of an activation that its holder has given up in the portal.
RELEASED = "released"


class LinkRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Who wants to see their licenses."""

    email: Email


class LinkRequested(msgspec.Struct, kw_only=True):
    """The same for everybody, whether or not there is such a customer."""

    object: str = "portal_link_request"


class LinkToken(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the link brought along."""

    token: Annotated[str, Meta(min_length=1, max_length=200)]


class PortalSession(msgspec.Struct, kw_only=True):
    """A session of one customer, in the members of RFC 6749, section 5.1."""

    object: str = "portal_session"
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a scheme's name
    expires_in: int
    scope: str
    token_id: str
    customer_id: str


class EndedSession(msgspec.Struct, kw_only=True):
    """The session is refused from now on, on every node."""

    object: str = "portal_session"
    token_id: str
    ended: bool = True


class PortalActivation(msgspec.Struct, kw_only=True):
    """A machine as its owner sees it."""

    id: str
    object: str = "activation"
    license_id: str
    fingerprint: str
    name: str | None
    hostname: str | None
    platform: str | None
    activated_at: str
    last_seen_at: str
    ended_at: str | None
    ended_reason: str | None


class _Opened(msgspec.Struct, frozen=True):
    """Whom a link has let in."""

    account_id: str
    mode: str
    customer_id: str
    portal_gen: int


async def request_live_link(call: Call[LinkRequest, NoQuery]) -> Answer:
    """Have a link mailed to a customer in live mode."""
    return await _request_link(call, "live")


async def request_test_link(call: Call[LinkRequest, NoQuery]) -> Answer:
    """The same in test mode."""
    return await _request_link(call, "test")


async def _request_link(call: Call[LinkRequest, NoQuery], mode: str) -> Answer:
    """Put the question into the queue. Who the address belongs to is looked up there: here,
    nothing that could be measured depends on it.
    """
    account_id, email = call.id, call.body.email
    if not is_id(account_id, "acct") or not await call.store.read(_is_open(account_id)):
        raise Problem("not_found")
    args = msgspec.json.encode({"account_id": account_id, "mode": mode, "email": email}).decode()
    name = name_of_job(account_id, mode, email)
    row = (call.make_id("job"), LINK_JOB, args, name, call.now)
    await call.store.write_batch([(portal_sql.ENQUEUE_JOB, [row])])
    return Answer(LinkRequested(), 202)


def _is_open(account_id: str) -> Work[bool]:
    """Whether there is such an account, and it may be used."""
    found = yield (portal_sql.PORTAL_ACCOUNT, (account_id,))
    return bool(found and found[0][0])


async def create_session(call: Call[LinkToken, NoQuery]) -> Answer:
    """Open a link, once: a session for the customer that it was mailed to."""
    digest = call.deployment.portal_links.digest(call.body.token)
    token_id = make_id("tok", call.now, os.urandom(10))
    opened = await call.store.transact(lambda now: _open(digest, token_id, now))
    kid, key = await call.key_ring.find_signer(opened.account_id, opened.mode, call.now)
    claims = _claims(call, opened, token_id)
    session = PortalSession(
        access_token=sign_token(claims, key, kid),
        expires_in=SESSION_SECONDS,
        scope=claims["scope"],
        token_id=token_id,
        customer_id=opened.customer_id,
    )
    return Answer(session, 201)


def _open(digest: bytes, token_id: str, now: int) -> Work[_Opened]:
    """Take the link, if it still is what it was made to be. Raises Problem."""
    taken = yield (portal_sql.TAKE_LINK, (now, digest))
    if not taken:
        raise Problem("link_refused")
    opened = _Opened(*taken[0])
    owner = (opened.account_id, opened.mode)
    facts = yield (portal_sql.LINKED_CUSTOMER, (opened.customer_id, *owner))
    # The address may be another's by now, or the account closed.
    if not facts or facts[0][0] != opened.portal_gen or not facts[0][1]:
        raise Problem("link_refused")
    event_id = make_id("evt", now, os.urandom(10))
    yield (
        portal_sql.INSERT_PORTAL_EVENT,
        (event_id, *owner, OPENED, opened.customer_id, token_id, now),
    )
    return opened


def _claims(call: AnyCall, opened: _Opened, token_id: str) -> dict[str, Any]:
    base_url = call.deployment.settings.public_url
    issued = call.now // SECOND
    return {
        "iss": issuer_of(base_url, opened.account_id, opened.mode),
        "aud": base_url,
        "sub": opened.customer_id,
        "customer": opened.customer_id,
        "client_id": "portal",
        "mode": opened.mode,
        "scope": " ".join(sorted(PORTAL_SCOPES)),
        "iat": issued,
        "nbf": issued,
        "exp": issued + SESSION_SECONDS,
        "jti": token_id,
        "gen": opened.portal_gen,
    }


async def end_session(call: Call[NoBody, NoQuery]) -> EndedSession:
    """Leave: the session is refused from now on."""
    principal = call.principal
    expires_at = call.now + (SESSION_SECONDS + LEEWAY_SECONDS) * SECOND
    owner = (principal.account_id, principal.mode)
    await call.store.deny_token(owner, principal.token_id, expires_at)
    return EndedSession(token_id=principal.token_id)


async def release(call: Call[NoBody, NoQuery]) -> Answer:
    """Free the seat of a machine, within the policy's cool-down and budget: as apps do."""
    principal = call.principal
    found = await call.store.find_activation((call.id, principal.account_id, principal.mode))
    if found is None:
        raise Problem("not_found")
    row = SeatRow(*found)

    def act(scene: Scene) -> Work[SeatRow]:
        held = yield (portal_sql.HELD_LICENSE, (row.license_id, principal.subject))
        if not held:
            raise Problem("not_found")
        return (yield from seats.deactivate(scene, row.id, is_forced=False, reason=RELEASED))

    released = await change_license(call, row.license_id, act)
    return Answer(render(released), license_id=row.license_id)


def render(row: SeatRow) -> PortalActivation:
    """An activation's row as the portal shows it."""
    return PortalActivation(
        id=row.id,
        license_id=row.license_id,
        fingerprint=row.fingerprint,
        name=row.name,
        hostname=row.hostname,
        platform=row.platform,
        activated_at=render_instant(row.activated_at),
        last_seen_at=render_instant(row.last_seen_at),
        ended_at=optional_instant(row.ended_at),
        ended_reason=row.ended_reason,
    )
