"""What a validation answers, whoever asked and however."""

from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.api.runtime.license_view import ValidatedLicense
from licenseapi_server.api.runtime.seat_rows import SeatRow
from licenseapi_server.api.runtime.validation_fields import (
    NON_PRODUCTION,
    ValidatedActivation,
    Validation,
    ValidationEntitlement,
)
from licenseapi_server.domain.activations import is_live
from licenseapi_server.domain.facts import GrantedEntitlement, MachineFacts, Verdict
from licenseapi_server.domain.instants import render_instant


def show_seat(body: Validation, machine: MachineFacts, seat: SeatRow, now: int) -> None:
    """The machine's activation while it lives, and what the vendor may want to know of it."""
    if machine.seat is None or not is_live(machine.seat, machine.rules, now):
        return
    body.activation = ValidatedActivation(
        seat.id,
        seat.name,
        bool(seat.is_non_production),
        render_instant(seat.activated_at),
        render_instant(seat.last_seen_at),
        optional_instant(seat.heartbeat_at),
    )
    if seat.is_non_production:
        body.warnings.append(NON_PRODUCTION)


def render_validation(
    verdict: Verdict,
    nonce: str | None,
    license_view: ValidatedLicense | None,
    entitlements: tuple[GrantedEntitlement, ...],
    *,
    times: tuple[str, str | None],
) -> Validation:
    """The answer; `times` are now and when to ask again."""
    return Validation(
        valid=verdict.is_valid,
        code=verdict.code,
        detail=verdict.detail,
        warnings=[],
        license=license_view,
        entitlements=[
            ValidationEntitlement(item.code, optional_instant(item.expires_at))
            for item in entitlements
        ],
        nonce=nonce,
        validated_at=times[0],
        next_check_at=times[1],
    )
