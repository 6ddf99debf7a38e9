"""licenses.check_in: the app reports, as its policy wants it to every so often."""

from typing import Annotated

import msgspec
from msgspec import Meta

from licenseapi_server.api.call import Answer, AnyCall, Asked, Call, NoQuery
from licenseapi_server.api.runtime import seat_sql
from licenseapi_server.api.runtime.license_view import ValidatedLicense, view_license
from licenseapi_server.api.runtime.locked_license import (
    change_license,
    read_license,
    record,
    refuse_unless,
)
from licenseapi_server.api.runtime.rows import LicenseLookup, LicenseRow
from licenseapi_server.api.runtime.seat_rows import Scene
from licenseapi_server.api.runtime.validate import lookup_key
from licenseapi_server.api.runtime.work import Work
from licenseapi_server.domain.problems import Problem, field_problem

Text = Annotated[str, Meta(min_length=1, max_length=512)]


class CheckIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which license reports. A publishable key has to present its key too."""

    license_key: Text | None = None


def find_license(asked: Asked) -> LicenseLookup:
    """The license that the path names."""
    return LicenseLookup(license_id=asked.ids[-1])


async def check_in(call: Call[CheckIn, NoQuery]) -> Answer:
    """Note that the license was heard of; the next check-in is due an interval from now."""
    row = _own(call)
    checked_in_at = await change_license(call, row.id, _check_in)
    shown = msgspec.structs.replace(row, last_check_in_at=checked_in_at)
    view: ValidatedLicense = view_license(shown, checked_in_at, call.principal)
    return Answer(view, license_id=row.id)


def _check_in(scene: Scene) -> Work[int]:
    license_ = yield from read_license(scene)
    refuse_unless("check_in", license_.facts(scene.now))
    yield (seat_sql.CHECK_IN_LICENSE, (scene.now, scene.license_id))
    yield record(scene, "license.checked_in", scene.license_id, {})
    return scene.now


def _own(call: Call[CheckIn, NoQuery]) -> LicenseRow:
    """The license of the path, if it is the caller's to speak for. Raises Problem."""
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
    return row


def _has_key(call: AnyCall, row: LicenseRow, key: str) -> bool:
    return row.has_key(lookup_key(key, call.deployment).digests(), call.now)
