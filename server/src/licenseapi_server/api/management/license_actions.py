"""What is done to a license after it is issued: suspend, renew, transfer and so on."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from licenseapi_server.api.call import Answer, AnyCall, Call, NoQuery
from licenseapi_server.api.management import event_log
from licenseapi_server.api.management.fields import Flaws
from licenseapi_server.api.management.license_fields import ExtendBody, ReasonBody, TransferBody
from licenseapi_server.api.management.license_issuing import (
    References,
    clamp_test_expiry,
    find_customer,
    find_policy,
)
from licenseapi_server.api.management.license_rendering import render_license
from licenseapi_server.api.management.licenses import get_for_change
from licenseapi_server.api.management.rows import change_row, check_version
from licenseapi_server.domain.clocks import is_waiting
from licenseapi_server.domain.events import EventType
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.domain.license_state import (
    ALREADY_HOLDS,
    Refused,
    decide_action,
    extended_expiry,
    renewed_expiry,
    transferred_expiry,
)
from licenseapi_server.domain.problems import Problem, field_problem
from licenseapi_server.licensing import counters
from licenseapi_server.licensing.models import License

Columns = dict[str, Any]
# What an action makes of a license; None when nothing changes by it.
Change = Callable[[License], Columns | None]
EVENTS: dict[str, EventType] = {
    "suspend": "license.suspended",
    "reinstate": "license.reinstated",
    "revoke": "license.revoked",
    "renew": "license.renewed",
    "extend": "license.extended",
    "transfer": "license.transferred",
}


class Changed(NamedTuple):
    """A license that an action has changed, and what its expiry was before."""

    row: License
    expired_at: int | None


def _act(call: Call[Any, NoQuery], action: str) -> Answer:
    """Load, decide, write, render: the shape that all actions share."""
    change = CHANGES[action](call)

    row = get_for_change(call)
    check_version(row, call)
    columns = decide(action, row, change)

    if columns is not None:
        changed = Changed(row, row.expires_at)
        change_row(row, call, columns)
        settle(call, action, [changed])
    return Answer(render_license(call, row), license_id=row.id)


def decide(action: str, row: License, change: Change) -> Columns | None:
    """The columns that the action changes, or None when what it brings about holds already.

    Raises Problem when the state of the license does not allow it.
    """
    outcome = decide_action(action, suspended_at=row.suspended_at, revoked_at=row.revoked_at)
    if isinstance(outcome, Refused):
        raise Problem("invalid_state", outcome.detail)
    return None if outcome == ALREADY_HOLDS else change(row)


def settle(call: AnyCall, action: str, changed: Sequence[Changed]) -> None:
    """What goes with a change, in its transaction: events, and the plan's free places."""
    if action == "revoke" and changed:
        counters.release(call.principal.account_id, call.principal.mode, len(changed))
    event_log.record_each(
        call,
        EVENTS[action],
        [(item.row, _details(call, item.expired_at, item.row.expires_at)) for item in changed],
    )


def _details(call: AnyCall, before: int | None, after: int | None) -> dict[str, str]:
    """What the event says beside its type: why, where to, and how the expiry moved."""
    given = {
        name: getattr(call.body, name, None) for name in ("reason", "policy_id", "customer_id")
    }
    details: dict[str, str] = {name: value for name, value in given.items() if value is not None}
    if before is not None and after is not None and before != after:
        details |= {"from": render_instant(before), "to": render_instant(after)}
    return details


def suspend(call: Call[ReasonBody, NoQuery]) -> Answer:
    """Take the license out of use until it is reinstated."""
    return _act(call, "suspend")


def reinstate(call: Call[ReasonBody, NoQuery]) -> Answer:
    """Put a suspended license back into use."""
    return _act(call, "reinstate")


def revoke(call: Call[ReasonBody, NoQuery]) -> Answer:
    """End the license for good. Its place in the plan is free again."""
    return _act(call, "revoke")


def renew(call: Call[ReasonBody, NoQuery]) -> Answer:
    """Add one duration of the policy."""
    return _act(call, "renew")


def extend(call: Call[ExtendBody, NoQuery]) -> Answer:
    """Add a duration to the expiry, or set it."""
    return _act(call, "extend")


def transfer(call: Call[TransferBody, NoQuery]) -> Answer:
    """Put the license under another policy of its product, or give it to another customer."""
    return _act(call, "transfer")


def _suspending(call: AnyCall) -> Change:
    return lambda _row: {"suspended_at": call.now, "suspension_reason": call.body.reason}


def _reinstating(_call: AnyCall) -> Change:
    return lambda _row: {"suspended_at": None, "suspension_reason": None}


def _revoking(call: AnyCall) -> Change:
    return lambda _row: {"revoked_at": call.now, "revocation_reason": call.body.reason}


def _renewing(call: AnyCall) -> Change:
    def add(row: License) -> Columns:
        if row.expires_at is None:
            raise _nothing_to(row, "renew")
        if row.policy.duration is None:
            message = "The policy has no duration to add: extend the license instead."
            raise Problem("invalid_state", message)
        expires_at = renewed_expiry(
            row.expires_at,
            now=call.now,
            duration=row.policy.duration,
            basis=row.policy.renewal_basis,
            anchor=_anchor(row),
        )
        later = clamp_test_expiry(row.mode, call.now, expires_at)
        if later is None or later <= row.expires_at:
            message = "Renewing would add no time: the license already ends as late or later."
            raise Problem("invalid_state", message)
        return {"expires_at": later}

    return add


def _extending(call: AnyCall) -> Change:
    body = call.body
    if (body.by is None) == (body.until is None):
        raise field_problem("/by", "Send either `by` or `until`.", code="required")
    flaws = Flaws()
    flaws.check_duration("/by", body.by)
    until = flaws.read_instant("/until", body.until)
    flaws.raise_any()

    def add(row: License) -> Columns:
        if row.expires_at is None:
            raise _nothing_to(row, "extend")
        expires_at = until
        if body.by is not None:
            expires_at = extended_expiry(row.expires_at, duration=body.by, anchor=_anchor(row))
        if expires_at is None or expires_at <= row.expires_at:
            name = "until" if body.by is None else "by"
            message = f"`{name}` must lead to a later time than the present expiry."
            raise field_problem(f"/{name}", message)
        later = clamp_test_expiry(row.mode, call.now, expires_at)
        if later is None or later <= row.expires_at:
            message = "A test license ends within 90 days: nothing can be added to it."
            raise Problem("invalid_state", message)
        return {"expires_at": later}

    return add


def _transferring(call: AnyCall) -> Change:
    body, references = call.body, References(call)
    if (body.policy_id is None) == (body.customer_id is None):
        message = "Send either `policy_id` or `customer_id`."
        raise field_problem("/policy_id", message, code="required")
    change = _give if body.policy_id is None else _move
    return lambda row: change(call, references, row)


def _give(
    call: Call[TransferBody, NoQuery], references: References, row: License
) -> Columns | None:
    flaws = Flaws()
    customer = find_customer(references, call.body.customer_id, flaws)
    flaws.raise_any()
    is_same = customer is None or row.customer_id == customer.pk
    return None if is_same else {"customer": customer}


def _move(
    call: Call[TransferBody, NoQuery], references: References, row: License
) -> Columns | None:
    """A policy that the license is under already starts nothing anew."""
    if row.policy_id == call.body.policy_id:
        return None
    flaws = Flaws()
    policy = find_policy(references, call.body.policy_id or "", flaws)
    if policy is not None and policy.product_id != row.product_id:
        message = "The policy is of another product: a license stays with its product."
        flaws.add("/policy_id", message)
    flaws.raise_any()
    if policy is None:
        raise Problem("not_found")
    expires_at = transferred_expiry(
        row.expires_at,
        now=call.now,
        starts_at=row.starts_at,
        duration=policy.duration,
        strategy=policy.transfer_strategy,
    )
    columns: Columns = {
        "policy": policy,
        "expires_at": clamp_test_expiry(row.mode, call.now, expires_at),
    }
    if policy.transfer_strategy == "reset_expiry":
        columns["clock_started_at"] = call.now
    return columns


def _nothing_to(row: License, action: str) -> Problem:
    """The refusal where there is no expiry to add to."""
    policy = row.policy
    if is_waiting(row.clock_started_at, policy.expiration_basis, policy.duration):
        detail = f"The clock of the license has not started, so there is nothing to {action}."
        return Problem("invalid_state", detail)
    detail = f"The license does not expire, so there is nothing to {action}."
    return Problem("invalid_state", detail)


def _anchor(row: License) -> int:
    """What the spans of a license are counted from."""
    begun_at: int = row.clock_started_at or row.created_at
    return max(begun_at, row.starts_at or 0)


# action → what reads its body, once, and gives what it makes of each license.
CHANGES: dict[str, Callable[[AnyCall], Change]] = {
    "suspend": _suspending,
    "reinstate": _reinstating,
    "revoke": _revoking,
    "renew": _renewing,
    "extend": _extending,
    "transfer": _transferring,
}
