"""The `entitlements` member of policies and licenses: reading it, and showing it."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from licenseapi_server.api.call import AnyCall
from licenseapi_server.api.management.fields import Code, Count, Flaws, InstantText
from licenseapi_server.api.management.rows import of_tenant
from licenseapi_server.api.rendering import optional_instant
from licenseapi_server.catalog.attachments import Attachment
from licenseapi_server.catalog.models import Entitlement
from licenseapi_server.domain.facts import GrantedEntitlement


class NewAttachment(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An entitlement by its code, until `expires_at` if given."""

    code: Code
    expires_at: InstantText | None = None
    max_leases: Count | None = None


NewAttachments = Annotated[list[NewAttachment], Meta(max_length=100)]


class AttachedEntitlement(msgspec.Struct, kw_only=True):
    """An attached entitlement as the API shows it."""

    id: str
    code: str
    expires_at: str | None
    max_leases: int | None


def read(call: AnyCall, wanted: Sequence[NewAttachment], flaws: Flaws) -> list[Attachment]:
    """The attachments that a body names; what is wrong goes to `flaws`."""
    if not wanted:
        return []
    codes = {item.code for item in wanted}
    known = {row.code: row for row in of_tenant(Entitlement, call).filter(code__in=codes)}
    found: dict[str, Attachment] = {}
    for place, item in enumerate(wanted):
        pointer = f"/entitlements/{place}"
        expires_at = flaws.read_instant(f"{pointer}/expires_at", item.expires_at)
        row = known.get(item.code)
        if row is None:
            message = f"There is no entitlement with the code {item.code!r}."
            flaws.add(f"{pointer}/code", message, "not_found")
        elif item.code in found:
            flaws.add(f"{pointer}/code", f"{item.code!r} stands twice.", "duplicate")
        else:
            found[item.code] = Attachment(row, expires_at, item.max_leases)
    return list(found.values())


def render(granted_text: str) -> list[AttachedEntitlement]:
    """The attachments kept on a policy or license."""
    granted = msgspec.json.decode(granted_text, type=list[GrantedEntitlement])
    return [
        AttachedEntitlement(
            id=item.id,
            code=item.code,
            expires_at=optional_instant(item.expires_at),
            max_leases=item.max_leases,
        )
        for item in granted
    ]
