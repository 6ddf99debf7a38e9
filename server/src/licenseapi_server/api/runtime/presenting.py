"""Whom a runtime call speaks for: the license that it names, and the machine that it is.

An app proves both with each call; a server's key need not. What does not fit is not found,
so that nobody learns what exists by asking.
"""

from typing import Any, Protocol, TypeVar

from licenseapi_server.api.call import AnyCall, Asked
from licenseapi_server.api.runtime.denials import Concerned
from licenseapi_server.api.runtime.rows import LicenseLookup, LicenseRow, subject_of
from licenseapi_server.api.runtime.seat_rows import SeatRow
from licenseapi_server.api.runtime.validate import lookup_key
from licenseapi_server.domain.activations import is_live
from licenseapi_server.domain.machine_rules import FINGERPRINT_MISMATCH, NOT_ACTIVATED
from licenseapi_server.domain.problems import Problem, field_problem
from licenseapi_server.domain.scope_rules import PRODUCT_MISMATCH


class OfMachine(Protocol):
    """What a machine has of a license: an activation, or a lease."""

    @property
    def license_id(self) -> str:
        """The license."""
        ...

    @property
    def product_id(self) -> str:
        """Its product."""
        ...

    @property
    def fingerprint(self) -> str:
        """The machine."""
        ...


Row = TypeVar("Row", bound=OfMachine)


def find_license(asked: Asked) -> LicenseLookup | None:
    """The license of the token, or else the one that the body names."""
    if asked.token is None and asked.body.license_id is not None:
        return LicenseLookup(license_id=asked.body.license_id)
    return find_presented(asked)


def lookup_named(asked: Asked) -> LicenseLookup:
    """The license that the path names, with the machine that the token speaks for."""
    activation_id = asked.token.activation_id if asked.token is not None else ""
    return LicenseLookup(license_id=asked.ids[-1], activation_id=activation_id)


def find_presented(asked: Asked) -> LicenseLookup | None:
    """The license of the token, or of the key that an app presents."""
    if asked.token is not None:
        return subject_of(asked.token)
    key = getattr(asked.body, "license_key", None)
    return lookup_key(key, asked.deployment) if key else None


def read_subject(call: AnyCall, *, needs_product: bool) -> LicenseRow:
    """The license that the machine is to run under. Raises Problem.

    `needs_product`: an unbound publishable key has to say which product is running, else a
    key copied out of one app would speak for every product of the vendor.
    """
    body, token = call.body, call.principal.license_id
    if not token and (body.license_id is None) == (body.license_key is None):
        message = "Send either `license_key` or `license_id`."
        raise field_problem("/license_key", message, code="required")
    if call.principal.credential_type == "publishable" and body.license_key is None:
        message = "`license_key` is required with a publishable key."
        raise field_problem("/license_key", message, code="required")
    row: LicenseRow | None = call.subject
    if row is None or not call.principal.may_use_product(row.product_id):
        raise Problem("not_found")
    if token and not _names(call, row):
        raise Problem("not_found")
    _check_product(call, row, needs_product=needs_product)
    return row


def _check_product(call: AnyCall, row: LicenseRow, *, needs_product: bool) -> None:
    """The product that the app says it is has to be the license's."""
    wanted, principal = call.body.product, call.principal
    is_unbound = principal.credential_type == "publishable" and not principal.product_ids
    if wanted is None and is_unbound and needs_product:
        message = "`product` is required with a publishable key that is bound to no product."
        raise field_problem("/product", message, code="required")
    if wanted is not None and wanted not in (row.product_id, row.policy.product_code):
        raise Problem(
            "license_refused", PRODUCT_MISMATCH.detail, license_code=PRODUCT_MISMATCH.code
        )


def check_presented(call: AnyCall) -> LicenseRow:
    """The license of the path, if the caller may speak for it. Raises Problem."""
    principal, key = call.principal, call.body.license_key
    if principal.credential_type == "publishable" and key is None:
        message = "`license_key` is required with a publishable key."
        raise field_problem("/license_key", message, code="required")
    row: LicenseRow | None = call.subject
    if row is None or not principal.may_use_product(row.product_id):
        raise Problem("not_found")
    if principal.license_id and principal.license_id != row.id:
        raise Problem("not_found")
    if key is not None and not _has_key(call, row, key):
        raise Problem("not_found")
    _check_product(call, row, needs_product=True)
    return row


def _names(call: AnyCall, row: LicenseRow) -> bool:
    """Whether what the body says of the license beside a token is true."""
    body = call.body
    if body.license_id is not None and body.license_id != row.id:
        return False
    return body.license_key is None or _has_key(call, row, body.license_key)


def own(call: AnyCall, row: Row | None) -> Row:
    """What the path names, if it is the caller's to speak for. Raises Problem."""
    principal, body = call.principal, call.body
    if row is None or not principal.may_use_product(row.product_id):
        raise Problem("not_found")
    call.denied_license = Concerned(row.license_id, row.product_id, row.fingerprint)
    if principal.activation_id:
        _check_bound(call, row)
    elif principal.is_client and body.fingerprint is None:
        message = "`fingerprint` is required: an app speaks for its own machine."
        raise field_problem("/fingerprint", message, code="required")
    if principal.credential_type == "publishable" and body.license_key is None:
        message = "`license_key` is required with a publishable key."
        raise field_problem("/license_key", message, code="required")
    license_: Any = call.subject
    is_named = principal.is_client or body.license_key is not None
    if is_named and (license_ is None or license_.id != row.license_id):
        raise Problem("not_found")
    # A token names the license already: its key, sent as well, has to be the right one.
    if is_named and body.license_key is not None and not _has_key(call, license_, body.license_key):
        raise Problem("not_found")
    if body.fingerprint not in (None, row.fingerprint):
        raise Problem("not_found")
    return row


def _check_bound(call: AnyCall, row: OfMachine) -> None:
    """A token that is bound to a machine touches what that machine has, and nothing else."""
    if call.seat is None or SeatRow(*call.seat).fingerprint != row.fingerprint:
        raise Problem("not_found")


def machine_of(call: AnyCall) -> str | None:
    """The fingerprint of the body, or else that of the machine which the token speaks for.

    Raises Problem when the two are not the same, or the token's machine is gone.
    """
    presented: str | None = call.body.fingerprint
    if not call.principal.activation_id:
        return presented
    if call.seat is None:
        raise Problem("license_refused", NOT_ACTIVATED.detail, license_code=NOT_ACTIVATED.code)
    bound = SeatRow(*call.seat).fingerprint
    if presented not in (None, bound):
        verdict = FINGERPRINT_MISMATCH
        raise Problem("license_refused", verdict.detail, license_code=verdict.code)
    return bound


def refuse_ended(call: AnyCall) -> None:
    """Raise Problem when the machine that the token speaks for has no seat any more."""
    if not call.principal.activation_id:
        return
    seat: Any = None if call.seat is None else SeatRow(*call.seat).as_seat()
    if seat is None or not is_live(seat, call.subject.seat_rules(), call.now):
        raise Problem("license_refused", NOT_ACTIVATED.detail, license_code=NOT_ACTIVATED.code)


def _has_key(call: AnyCall, row: LicenseRow, key: str) -> bool:
    return row.has_key(lookup_key(key, call.deployment).digests(), call.now)
