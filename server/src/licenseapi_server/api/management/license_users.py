"""The named users of a license: added, changed, banned and removed under its lock."""

from collections.abc import Mapping
from typing import Any

import msgspec

from licenseapi_server.api.call import Answer, AnyCall, Call, NoBody, NoQuery, Page
from licenseapi_server.api.management import event_log
from licenseapi_server.api.management.fields import Flaws, changes_of
from licenseapi_server.api.management.license_issuing import References, find_customer
from licenseapi_server.api.management.license_user_fields import (
    LicenseUser,
    LicenseUserChange,
    LicenseUserQuery,
    NewLicenseUser,
    UserBan,
)
from licenseapi_server.api.management.license_user_rows import (
    NOBODY,
    identities,
    make_user,
    refuse_beyond_limit,
    refuse_taken,
)
from licenseapi_server.api.management.pages import list_page
from licenseapi_server.api.management.products import Deleted, columns_of
from licenseapi_server.api.management.rows import change_row, check_version, get_row, visible
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.domain.events import EventType
from licenseapi_server.domain.instants import render_instant
from licenseapi_server.licensing import models


def create(call: Call[NewLicenseUser, NoQuery]) -> Answer:
    """Add a user to the license."""
    flaws = Flaws()
    flaws.check_metadata("/metadata", call.body.metadata)
    if not identities(msgspec.structs.asdict(call.body)):
        flaws.add("/external_id", NOBODY, "required")
    customer = find_customer(References(call), call.body.customer_id, flaws)
    flaws.raise_any()

    license_ = _lock_license(call)
    refuse_taken(license_, msgspec.structs.asdict(call.body))
    refuse_beyond_limit(license_, 1)

    row = make_user(call, license_, call.body, customer)
    row.save(force_insert=True)
    _count(license_, 1)
    _record(call, row, "license_user.created")

    return Answer(render(row), 201, license_id=license_.pk)


def list_(call: Call[NoBody, LicenseUserQuery]) -> Page[LicenseUser]:
    """List the users of the license."""
    license_ = get_row(visible(models.License, call), "lic", call.ids[0])
    rows = models.LicenseUser.objects.filter(
        account_id=license_.account_id, mode=license_.mode, license=license_
    )
    if call.query.external_id is not None:
        rows = rows.filter(external_id=call.query.external_id)
    if call.query.email is not None:
        rows = rows.filter(email_folded=call.query.email.casefold())

    return list_page(call, rows, "usr", lambda found: [render(row) for row in found])


def get(call: Call[NoBody, NoQuery]) -> LicenseUser:
    """Show a user."""
    license_ = get_row(visible(models.License, call), "lic", call.ids[0])
    return render(_get_user(license_, call.id))


def update(call: Call[LicenseUserChange, NoQuery]) -> LicenseUser:
    """Change a user."""
    changes = changes_of(call.body)
    flaws = Flaws()
    flaws.check_metadata("/metadata", call.body.metadata)
    find_customer(References(call), changes.get("customer_id"), flaws)

    license_ = _lock_license(call)
    row = _get_user(license_, call.id)
    known = {name: getattr(row, name) for name in ("external_id", "email")}
    if not identities({**known, **changes}):
        flaws.add("/external_id", NOBODY, "required")
    flaws.raise_any()
    refuse_taken(license_, changes, row.id)

    columns = columns_of(row, changes, call.now)
    if changes.get("email") is not None:
        columns["email_folded"] = changes["email"].casefold()
    elif "email" in changes:
        columns["email_folded"] = None
    changed = sorted(name for name in changes if getattr(row, name) != columns[name])
    change_row(row, call, columns)
    if changed:
        _record(call, row, "license_user.updated", {"changed": changed})

    return render(row)


def delete(call: Call[NoBody, NoQuery]) -> Deleted:
    """Take a user off the license; the place is free again."""
    license_ = _lock_license(call)
    row = _get_user(license_, call.id)
    check_version(row, call)

    _record(call, row, "license_user.deleted")
    row.delete()
    _count(license_, -1)

    return Deleted(call.id, "license_user")


def ban(call: Call[UserBan, NoQuery]) -> LicenseUser:
    """Refuse the license to this user. A repeat changes nothing."""
    return _set_ban(call, banned_at=call.now, reason=call.body.reason)


def unban(call: Call[NoBody, NoQuery]) -> LicenseUser:
    """Let the user use the license again. A repeat changes nothing."""
    return _set_ban(call, banned_at=None, reason=None)


def _set_ban(call: AnyCall, *, banned_at: int | None, reason: str | None) -> LicenseUser:
    license_ = _lock_license(call)
    row = _get_user(license_, call.id)
    check_version(row, call)
    if (row.banned_at is None) != (banned_at is None):
        change_row(row, call, {"banned_at": banned_at, "ban_reason": reason})
        kind: EventType = "license_user.unbanned" if banned_at is None else "license_user.banned"
        _record(call, row, kind, {} if reason is None else {"reason": reason})

    return render(row)


def _lock_license(call: AnyCall) -> models.License:
    """The license of the path, with its policy: whoever changes its users waits here."""
    rows = visible(models.License, call).select_related("policy").select_for_update(of=("self",))
    return get_row(rows, "lic", call.ids[0])


def _get_user(license_: models.License, user_id: str) -> models.LicenseUser:
    row = get_row(models.LicenseUser.objects.filter(license=license_), "usr", user_id)
    row.license = license_
    return row


def _count(license_: models.License, change: int) -> None:
    license_.user_count += change
    license_.save(update_fields=["user_count"])


def _record(
    call: AnyCall, row: models.LicenseUser, kind: EventType, data: Mapping[str, Any] | None = None
) -> None:
    """Write down what happened to a user: never by name or address, which may be erased."""
    event_log.record(call, kind, [row.license], data, objects=[row.pk])


def render(row: models.LicenseUser) -> LicenseUser:
    """A user's row as the API shows it."""
    return LicenseUser(
        id=row.id,
        mode=row.mode,
        license_id=row.license_id,
        name=row.name,
        email=row.email,
        external_id=row.external_id,
        customer_id=row.customer_id,
        metadata=msgspec.json.decode(row.metadata),
        banned_at=optional_instant(row.banned_at),
        ban_reason=row.ban_reason,
        created_at=render_instant(row.created_at),
        updated_at=render_instant(row.updated_at),
        version=row.version,
    )
