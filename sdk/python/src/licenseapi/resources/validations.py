"""Validations: may this software run?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from licenseapi.error import LicenseInvalid
from licenseapi.objects import ApiObject
from licenseapi.resources.entitlements import AttachedEntitlement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from licenseapi.resources.licenses import License


class ValidationWarning(ApiObject):
    """Something that does not change the answer, and that the vendor may want to know."""

    code: str
    detail: str


class ValidatedActivation(ApiObject):
    """The activation of the machine that was presented, in short."""

    id: str
    name: str | None
    is_non_production: bool
    activated_at: str
    last_seen_at: str
    heartbeat_at: str | None


class Validation(ApiObject, kind="validation", promised={"valid": bool, "code": str}):
    """The answer to a validation: one `valid`, one `code`. True in an `if` only when valid."""

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {
        "activation": ValidatedActivation,
        "entitlements": AttachedEntitlement,
        "warnings": ValidationWarning,
    }

    valid: bool
    code: str
    detail: str
    warnings: Sequence[ValidationWarning]
    license: License | None
    activation: ValidatedActivation | None = None
    entitlements: Sequence[AttachedEntitlement]
    nonce: str | None = None
    validated_at: str
    next_check_at: str | None = None
    permit: str | None = None

    def __bool__(self) -> bool:
        """Whether the software may run: an answer that does not say so does not allow it."""
        return self.__dict__.get("valid") is True


def require(validation: Validation) -> Validation:
    """The validation, if valid. Raises LicenseInvalid."""
    if not validation:
        raise LicenseInvalid(validation.code, validation)
    return validation
