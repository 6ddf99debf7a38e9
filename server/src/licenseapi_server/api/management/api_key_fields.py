"""API keys as the API takes and shows them."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from licenseapi_server.api.management.fields import Change, InstantText, Name, ObjectId
from licenseapi_server.domain.scopes import ALL_SCOPES

MAX_OVERLAP_SECONDS = 7 * 86_400
DEFAULT_OVERLAP_SECONDS = 86_400

ScopeName = Annotated[str, Meta(min_length=1, max_length=64)]
Scopes = Annotated[list[ScopeName], Meta(min_length=1, max_length=len(ALL_SCOPES))]
ProductIds = Annotated[list[ObjectId], Meta(max_length=50)]
Network = Annotated[str, Meta(min_length=2, max_length=50)]
AllowedIps = Annotated[list[Network], Meta(max_length=50)]


class NewApiKey(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A key of the caller's mode. A restricted key needs `scopes`; a publishable one has its own.

    Secret keys are made in the dashboard, where a person confirms it, or on the command line.
    """

    name: Name
    type: Literal["restricted", "publishable"] = "restricted"
    scopes: Scopes | None = None
    product_ids: ProductIds = msgspec.field(default_factory=list)
    expires_at: InstantText | None = None
    allowed_ips: AllowedIps = msgspec.field(default_factory=list)


class ApiKeyChange(Change):
    """What may change of a key. Taking something away ends the tokens that it has minted."""

    name: Name | UnsetType = UNSET
    scopes: Scopes | UnsetType = UNSET
    product_ids: ProductIds | UnsetType = UNSET
    expires_at: InstantText | UnsetType | None = UNSET
    allowed_ips: AllowedIps | UnsetType = UNSET


class RollBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How long the old secret works on beside the new one: 0 to 7 days."""

    overlap_seconds: Annotated[int, Meta(ge=0, le=MAX_OVERLAP_SECONDS)] = DEFAULT_OVERLAP_SECONDS


class RevokeBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Whether the keys that this one has made are revoked too."""

    revoke_children: bool = False


class Secret(msgspec.Struct, kw_only=True):
    """One secret of a key, as far as it can still be shown."""

    id: str
    hint: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None


class ApiKey(msgspec.Struct, kw_only=True):
    """A key as the API shows it. `secret` is there once: at creation and when it is rolled."""

    id: str
    object: str = "api_key"
    mode: str
    type: str
    name: str
    hint: str
    secret: str | UnsetType | None = UNSET
    scopes: list[str]
    product_ids: list[str]
    allowed_ips: list[str]
    expires_at: str | None
    revoked_at: str | None
    exposed_at: str | None
    created_by_key: str | None
    last_used_at: str | None
    last_ip: str | None
    secrets: list[Secret]
    created_at: str
    updated_at: str
    version: int
