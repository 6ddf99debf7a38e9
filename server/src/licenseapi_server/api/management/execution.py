"""Runs a management handler on a worker thread: one transaction for what it writes."""

from collections.abc import Callable

import msgspec
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    transaction,
)

from licenseapi_server.api import idempotency
from licenseapi_server.api.call import Answer, AnyCall
from licenseapi_server.api.idempotency import IdempotentRequest
from licenseapi_server.api.management.rows import is_missing_reference
from licenseapi_server.api.principal import Principal
from licenseapi_server.api.registry import Route
from licenseapi_server.api.rendering import encode
from licenseapi_server.api.streaming import Part, Stream
from licenseapi_server.domain.problems import Problem
from licenseapi_server.records import recording

RETRY_SECONDS = "1"
LOCK_NOT_AVAILABLE = "55P03"


class Rendered(msgspec.Struct, frozen=True):
    """An answer in bytes, ready to be sent."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    license_id: str = ""
    code: str = ""
    is_replay: bool = False
    is_denial: bool = False
    stream: Stream | None = None


def render(answer: Answer) -> Rendered:
    """Encode the body, unless the handler already has, or it comes page by page."""
    if isinstance(answer.body, Stream):
        return Rendered(answer.status, b"", answer.headers, stream=answer.body)
    body = answer.body if isinstance(answer.body, bytes) else encode(answer.body)
    return Rendered(
        answer.status,
        body,
        answer.headers,
        answer.license_id,
        answer.code,
        is_denial=answer.is_denial,
    )


def as_answer(result: object, route: Route) -> Answer:
    """A handler may give back a body alone: its status is the route's."""
    return result if isinstance(result, Answer) else Answer(result, route.status)


def read_part(stream: Stream, cursor: str) -> Part:
    """The next page of an answer that is sent page by page."""
    close_old_connections()
    try:
        return stream.read(cursor)
    finally:
        close_old_connections()


def run(
    route: Route,
    call: AnyCall,
    replayed: IdempotentRequest | None,
    take_quota: Callable[[], None],
) -> Rendered:
    """Handle the call. Raises Problem; nothing is written when it does."""
    close_old_connections()
    try:
        if replayed is not None:
            known = idempotency.find(replayed, call.deployment)
            if known is not None:
                return _replay(route, call, known)
        take_quota()
        if route.prepare is not None:
            call.prepared = route.prepare(call)
        if not route.writes:
            return render(as_answer(route.handler(call), route))
        with transaction.atomic():
            return _write(route, call, replayed)
    except IntegrityError as error:
        raise _came_second(error) from error
    except (OperationalError, InterfaceError) as error:
        raise _unavailable(error, is_idempotent=replayed is not None) from error
    finally:
        close_old_connections()


def _write(route: Route, call: AnyCall, replayed: IdempotentRequest | None) -> Rendered:
    if replayed is None:
        return _recorded(route, call)
    if not idempotency.claim(replayed, call):
        # Its twin committed while this one waited for the row.
        known = idempotency.find(replayed, call.deployment)
        if known is not None:
            return _replay(route, call, known)
        raise Problem("idempotency_in_flight", headers={"Retry-After": RETRY_SECONDS})
    rendered = _recorded(route, call)
    idempotency.store(replayed, call.deployment, rendered.status, rendered.body)
    return rendered


def _recorded(route: Route, call: AnyCall) -> Rendered:
    """The handler's answer, and the audit record of what it changed."""
    with recording.watching() as changes:
        answer = as_answer(route.handler(call), route)
    caller: Principal | None = call.principal
    if caller is None or route.is_signed:
        # A provider's signed delivery: it is kept as such, and its effects are events.
        return render(answer)
    act = recording.Act(
        account_id=caller.account_id,
        mode=caller.mode,
        operation=route.name,
        actor_type=caller.credential_type,
        actor=caller.key_id or caller.subject,
        object_id=call.id if call.ids else str(getattr(answer.body, "id", "")),
        now=call.now,
        ip=call.address,
        request_id=call.request_id,
    )
    recording.write(act, changes)
    return render(answer)


def _replay(route: Route, call: AnyCall, known: idempotency.StoredAnswer) -> Rendered:
    if route.check_replay is not None:
        route.check_replay(call, known.body)
    return Rendered(known.status, known.body, is_replay=True)


def _came_second(error: IntegrityError) -> Problem:
    """Two requests met, and this one came second."""
    if is_missing_reference(error):
        message = "Something that the request refers to has just been deleted."
        return Problem("invalid_request", message, reason="IntegrityError")
    message = "Another request has just created the same value."
    return Problem("already_exists", message, reason="IntegrityError")


def _unavailable(error: DatabaseError | InterfaceError, *, is_idempotent: bool) -> Problem:
    cause = getattr(error.__cause__, "sqlstate", None)
    if is_idempotent and cause == LOCK_NOT_AVAILABLE:
        return Problem("idempotency_in_flight", headers={"Retry-After": RETRY_SECONDS})
    return Problem(
        "unavailable", headers={"Retry-After": RETRY_SECONDS}, reason=type(error).__name__
    )
