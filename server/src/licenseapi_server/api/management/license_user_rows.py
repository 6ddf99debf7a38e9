"""The rows of a license's users: made with the license or later, and who is on it already."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.management.fields import Flaws, json_text
from licenseapi_server.api.management.license_user_fields import NewLicenseUser
from licenseapi_server.domain.activations import effective_limit
from licenseapi_server.domain.limits import LIMIT_NAMES, Limits, effective_limits
from licenseapi_server.domain.problems import FieldError, Problem
from licenseapi_server.licensing.models import Customer, License, LicenseUser

# What makes a person one of a license, by the column in which it is looked for.
IDENTITIES = {"external_id": "external_id", "email": "email_folded"}
Named = tuple[NewLicenseUser, Customer | None]
NOBODY = "A user needs an `external_id` or an `email`."


def read_users(
    wanted: Sequence[NewLicenseUser],
    flaws: Flaws,
    find_customer: Callable[[str | None, str], Customer | None],
) -> list[Named]:
    """The users that a license is made with; whoever is nobody, or stands twice, is a flaw."""
    seen: set[tuple[str, str]] = set()
    found = []
    for place, user in enumerate(wanted):
        pointer = f"/users/{place}"
        flaws.check_metadata(f"{pointer}/metadata", user.metadata)
        names = identities(msgspec.structs.asdict(user))
        if not names:
            flaws.add(f"{pointer}/external_id", NOBODY, "required")
        for field, text in names.items() & seen:
            flaws.add(f"{pointer}/{field}", f"{text!r} stands twice.", "duplicate")
        seen |= names.items()
        found.append((user, find_customer(user.customer_id, pointer)))
    return found


def identities(values: Mapping[str, Any]) -> dict[str, str]:
    """By what the person is known, as it is compared."""
    found = {}
    if values.get("external_id") is not None:
        found["external_id"] = values["external_id"]
    if values.get("email") is not None:
        found["email"] = values["email"].casefold()
    return found


def make_user(
    call: AnyCall, license_: License, body: NewLicenseUser, customer: Customer | None
) -> LicenseUser:
    """The row of a new user; nothing is written."""
    return LicenseUser(
        id=call.make_id("usr"),
        account_id=license_.account_id,
        mode=license_.mode,
        license=license_,
        customer=customer,
        name=body.name,
        email=body.email,
        email_folded=None if body.email is None else body.email.casefold(),
        external_id=body.external_id,
        metadata=json_text(body.metadata),
        created_at=call.now,
        updated_at=call.now,
    )


def refuse_taken(license_: License, values: Mapping[str, Any], own: str = "") -> None:
    """Raise Problem when another user of the locked license is known by the same."""
    for field, text in identities(values).items():
        others = LicenseUser.objects.filter(license=license_, **{IDENTITIES[field]: text})
        if others.exclude(pk=own).exists():
            name = field.replace("_", " ")
            message = f"Another user of this license has the {name} {text[:100]!r}."
            flaw = FieldError(f"/{field}", "already_exists", message)
            raise Problem("already_exists", message, param=field, errors=[flaw])


def refuse_beyond_limit(license_: License, wanted: int) -> None:
    """Raise Problem unless so many more users fit; the license's policy is at hand."""
    policy, present = license_.policy, license_.user_count
    limits = Limits(**{name: getattr(policy, name) for name in LIMIT_NAMES})
    limits = effective_limits(limits, msgspec.json.decode(license_.overrides))
    limit = effective_limit(limits.max_users, policy.overage_percent)
    if limit is not None and wanted and present + wanted > limit:
        detail = f"The license allows {limit} users: {present} there, {wanted} more asked for."
        raise Problem("user_limit_reached", detail, limit=limit, count=present)
