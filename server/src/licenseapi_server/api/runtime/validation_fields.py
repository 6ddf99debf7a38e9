"""What a validation takes and answers."""

from typing import Annotated, Literal

import msgspec

from licenseapi_server.api.runtime.license_view import ValidatedLicense

Presented = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Codes = Annotated[list[Code], msgspec.Meta(min_length=1, max_length=100)]
Components = Annotated[dict[Code, Presented], msgspec.Meta(min_length=1, max_length=20)]
Included = Annotated[list[Literal["permit"]], msgspec.Meta(min_length=1, max_length=1)]
Nonce = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ValidateById(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a validation may present. `dry_run` changes nothing, not even the last-used time."""

    product: Presented | None = None
    policy: Presented | None = None
    entitlements: Codes | None = None
    fingerprint: Presented | None = None
    components: Components | None = None
    lease_id: Code | None = None
    version: Presented | None = None
    user: Presented | None = None
    nonce: Nonce | None = None
    dry_run: bool = False
    include: Included | None = None


class Validate(ValidateById, forbid_unknown_fields=True, kw_only=True):
    """What a validation may present, with the license by its key."""

    key: Presented | None = None


class ValidateQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The parameters of GET validate."""

    key: Presented | None = None
    product: Presented | None = None
    policy: Presented | None = None
    entitlements: Annotated[list[Code], msgspec.Meta(max_length=100)] | None = msgspec.field(
        name="entitlements[]", default=None
    )
    fingerprint: Presented | None = None
    lease_id: Code | None = None
    version: Presented | None = None
    user: Presented | None = None
    nonce: Nonce | None = None
    dry_run: bool = False
    include: Included | None = msgspec.field(name="include[]", default=None)


class Warning(msgspec.Struct, frozen=True):  # noqa: A001 - the field's word in the answer
    """Something that does not change the answer, and that the vendor may want to know."""

    code: str
    detail: str


NON_PRODUCTION = Warning("NON_PRODUCTION", "This machine takes no seat: it is for testing.")


FINGERPRINT_CHANGED = Warning(
    "FINGERPRINT_CHANGED",
    "By its components this is a machine that is activated under another fingerprint: activate it "
    "again, and its seat moves along.",
)
OVER_LIMIT = Warning("OVER_LIMIT", "More is in use than the license allows.")


class ValidationEntitlement(msgspec.Struct, frozen=True):
    """A feature that the license carries now."""

    code: str
    expires_at: str | None


class ValidatedActivation(msgspec.Struct, frozen=True):
    """The activation of the machine that was presented, if it lives."""

    id: str
    name: str | None
    is_non_production: bool
    activated_at: str
    last_seen_at: str
    heartbeat_at: str | None


class Validation(msgspec.Struct, kw_only=True):
    """The answer: one `valid`, one `code`."""

    object: str = "validation"
    valid: bool
    code: str
    detail: str
    warnings: list[Warning]
    license: ValidatedLicense | None
    activation: ValidatedActivation | None = None
    entitlements: list[ValidationEntitlement]
    nonce: str | None
    validated_at: str
    next_check_at: str | None
    permit: str | None = None
