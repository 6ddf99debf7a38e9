"""What the named user of a license takes and shows."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from licenseapi_server.api.management.customers import ExternalId
from licenseapi_server.api.management.fields import Change, Metadata, Name, ObjectId, Reason
from licenseapi_server.api.management.pages import PageQuery
from licenseapi_server.api.patterns import Email


class NewLicenseUser(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A named person, by `external_id` or `email`; each is on a license once."""

    external_id: ExternalId | None = None
    email: Email | None = None
    name: Name | None = None
    customer_id: ObjectId | None = None
    metadata: Metadata = msgspec.field(default_factory=dict)


NewLicenseUsers = Annotated[list[NewLicenseUser], Meta(max_length=100)]


class LicenseUserChange(Change):
    """What may change of a user."""

    external_id: ExternalId | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    name: Name | UnsetType | None = UNSET
    customer_id: ObjectId | UnsetType | None = UNSET
    metadata: Metadata | UnsetType = UNSET


class UserBan(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Why the user is banned: kept with the user, shown to staff only."""

    reason: Reason | None = None


class LicenseUserQuery(PageQuery):
    """Filters of the list of a license's users."""

    external_id: ExternalId | None = None
    email: Email | None = None


class LicenseUser(msgspec.Struct, kw_only=True):
    """A named user of a license as the vendor sees them."""

    id: str
    object: str = "license_user"
    mode: str
    license_id: str
    name: str | None
    email: str | None
    external_id: str | None
    customer_id: str | None
    metadata: dict[str, str]
    banned_at: str | None
    ban_reason: str | None
    created_at: str
    updated_at: str
    version: int
