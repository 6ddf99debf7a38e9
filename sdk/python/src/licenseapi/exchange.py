"""The protocol of one call: what to send, when to wait, what comes out. No input or output.

A generator: it yields a Request and is sent an Answer or a Failure; it yields a Wait and is
sent None; it returns the result or raises an APIError. The drivers in sync_transport.py
and async_transport.py only carry its messages.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from licenseapi.building import build_request
from licenseapi.error import APIConnectionError, APIError, APITimeoutError
from licenseapi.messages import Answer, Call, Done, Failure, Request, Wait
from licenseapi.parsing import find_code, make_error, parse_answer
from licenseapi.retries import decide_wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from licenseapi.settings import Settings

T = TypeVar("T")
Step = Request | Wait
Reply = Answer | Failure | None
Exchange = Generator[Step, Reply, T]


@dataclass(frozen=True)
class Chance:
    """The randomness of an exchange: the jitter of its waits, and idempotency keys."""

    jitter: Callable[[], float] = random.random
    make_key: Callable[[], str] = lambda: secrets.token_hex(16)


def exchange(call: Call[T], settings: Settings, chance: Chance) -> Exchange[T]:
    """Carry out a call. The request is built once: each try sends the same key and bytes."""
    request = build_request(call, settings, chance.make_key)
    try:
        return parse_answer(call, (yield from _answer(request, settings, chance)))
    except APIError as error:
        error.idempotency_key = request.idempotency_key
        raise


def opening(call: Call[Any], settings: Settings, chance: Chance) -> Exchange[Answer]:
    """The same for an answer whose body is read by whoever asked, as it arrives."""
    return _answer(build_request(call, settings, chance.make_key), settings, chance)


def _answer(request: Request, settings: Settings, chance: Chance) -> Exchange[Answer]:
    failed_tries = 0
    while True:
        outcome = yield request
        if isinstance(outcome, Answer) and outcome.is_success:
            return outcome
        if outcome is None:
            message = "a request must be answered"
            raise TypeError(message)
        failed_tries += 1
        seconds = _decide(outcome, failed_tries, settings, chance)
        if seconds is None:
            raise _error_of(outcome, request) from _cause_of(outcome)
        yield Wait(seconds)


def broken_off(call: Call[Any], failure: Failure) -> APIError:
    """The error of an answer that began, and did not come to its end."""
    reason = str(failure.cause) or type(failure.cause).__name__
    error = APITimeoutError if failure.kind == "timeout" else APIConnectionError
    return error(f"The answer broke off: {call.name}: {reason}")


def advance(steps: Exchange[T], reply: Reply) -> Step | Done[T]:
    """The next step, or the end. Raises APIError."""
    try:
        return steps.send(reply)
    except StopIteration as end:
        return Done(end.value)


def _decide(
    outcome: Answer | Failure, failed_tries: int, settings: Settings, chance: Chance
) -> float | None:
    if failed_tries > settings.max_retries:
        return None
    code = find_code(outcome) if isinstance(outcome, Answer) else None
    return decide_wait(outcome, code, failed_tries, chance.jitter())


def _cause_of(outcome: Answer | Failure) -> Exception | None:
    return outcome.cause if isinstance(outcome, Failure) else None


def _error_of(outcome: Answer | Failure, request: Request) -> APIError:
    if isinstance(outcome, Answer):
        return make_error(outcome)
    target = f"{request.method} {request.url.partition('?')[0]}"
    if outcome.kind == "timeout":
        return APITimeoutError(f"No answer within {request.timeout:g} s: {target}")
    reason = str(outcome.cause) or type(outcome.cause).__name__
    return APIConnectionError(f"No answer: {target}: {reason}")
