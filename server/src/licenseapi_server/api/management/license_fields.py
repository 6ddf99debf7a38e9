"""What a license takes and shows."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from licenseapi_server.api.management.attachments import AttachedEntitlement, NewAttachments
from licenseapi_server.api.management.customers import Customer
from licenseapi_server.api.management.fields import (
    Change,
    CountOrUnlimited,
    DurationText,
    InstantText,
    Metadata,
    Name,
    ObjectId,
    Reason,
)
from licenseapi_server.api.management.license_user_fields import NewLicenseUsers
from licenseapi_server.api.management.pages import ExportQuery, InstantRange, PageQuery
from licenseapi_server.api.management.policy_fields import Policy
from licenseapi_server.api.management.products import Product
from licenseapi_server.domain.limits import LIMIT_NAMES, Limits
from licenseapi_server.domain.problems import Problem

OVERRIDES = LIMIT_NAMES
MAX_KEY_OVERLAP_SECONDS = 2_592_000
Status = Literal[
    "revoked",
    "banned",
    "suspended",
    "pending",
    "grace",
    "expired",
    "expiring",
    "inactive",
    "active",
]
Action = Literal["suspend", "reinstate", "revoke", "renew", "extend", "transfer", "delete"]
Expandable = Literal["customer", "policy", "product"]
KeyText = Annotated[str, Meta(min_length=1, max_length=512)]
Limit = CountOrUnlimited | None


class NewLicense(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A license under a policy. `key` keeps a key of your own; else one is made."""

    policy_id: ObjectId
    name: Name | None = None
    customer_id: ObjectId | None = None
    key: KeyText | None = None
    starts_at: InstantText | None = None
    expires_at: InstantText | None = None
    metadata: Metadata = msgspec.field(default_factory=dict)
    private_metadata: Metadata = msgspec.field(default_factory=dict)
    entitlements: NewAttachments = msgspec.field(default_factory=list)
    users: NewLicenseUsers = msgspec.field(default_factory=list)
    max_activations: Limit = None
    max_leases: Limit = None
    max_users: Limit = None
    max_cores: Limit = None
    max_memory_bytes: Limit = None
    max_disk_bytes: Limit = None


class LicenseChange(Change):
    """What may change of a license. Its key, policy and product have operations of their own."""

    name: Name | UnsetType | None = UNSET
    customer_id: ObjectId | UnsetType | None = UNSET
    starts_at: InstantText | UnsetType | None = UNSET
    expires_at: InstantText | UnsetType | None = UNSET
    metadata: Metadata | UnsetType = UNSET
    private_metadata: Metadata | UnsetType = UNSET
    entitlements: NewAttachments | UnsetType = UNSET
    max_activations: Limit | UnsetType = UNSET
    max_leases: Limit | UnsetType = UNSET
    max_users: Limit | UnsetType = UNSET
    max_cores: Limit | UnsetType = UNSET
    max_memory_bytes: Limit | UnsetType = UNSET
    max_disk_bytes: Limit | UnsetType = UNSET


class LicenseQuery(PageQuery):
    """Filters of the list of licenses.

    `q` finds the beginning of a name, the end of a key, or a whole license key.
    """

    policy_id: ObjectId | None = None
    product_id: ObjectId | None = None
    customer_id: ObjectId | None = None
    status: Status | None = None
    expires_at: InstantRange | None = None
    metadata: Metadata | None = None
    q: Annotated[str, Meta(min_length=1, max_length=512)] | None = None
    expand: Annotated[list[Expandable], Meta(max_length=3)] = msgspec.field(
        name="expand[]", default_factory=list
    )


class LicenseExportQuery(ExportQuery):
    """Which licenses to export: the filters of their list."""

    policy_id: ObjectId | None = None
    product_id: ObjectId | None = None
    customer_id: ObjectId | None = None
    status: Status | None = None
    expires_at: InstantRange | None = None
    metadata: Metadata | None = None
    q: Annotated[str, Meta(min_length=1, max_length=512)] | None = None


class ExpandQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which related objects to show in full."""

    expand: Annotated[list[Expandable], Meta(max_length=3)] = msgspec.field(
        name="expand[]", default_factory=list
    )


class Batch(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Either `items`, or `count` licenses that are all like `template`; at most 1,000."""

    items: Annotated[list[NewLicense], Meta(min_length=1, max_length=1000)] | None = None
    count: Annotated[int, Meta(ge=1, le=1000)] | None = None
    template: NewLicense | None = None


class ReasonBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Why it is done: kept with the license, shown to staff only."""

    reason: Reason | None = None


class ExtendBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Either a duration to add, or the new expiry itself."""

    by: DurationText | None = None
    until: InstantText | None = None


class TransferBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Where the license goes: either under another policy, or to another customer."""

    policy_id: ObjectId | None = None
    customer_id: ObjectId | None = None


class RollKeyBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The new key, and how long the old one works on beside it: 0 to 30 days."""

    key: KeyText | None = None
    overlap_seconds: Annotated[int, Meta(ge=0, le=MAX_KEY_OVERLAP_SECONDS)] = 0


class BatchAction(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One action for up to 1,000 licenses. Beside it stand the fields that it takes for one."""

    action: Action
    ids: Annotated[list[ObjectId], Meta(min_length=1, max_length=1000)]
    reason: Reason | None = None
    by: DurationText | None = None
    until: InstantText | None = None
    policy_id: ObjectId | None = None
    customer_id: ObjectId | None = None


class License(msgspec.Struct, kw_only=True):
    """A license as the API shows it to the vendor.

    `key` is there at creation, and for callers with the scope `licenses:reveal`.
    """

    id: str
    object: str = "license"
    mode: str
    name: str | None
    status: Status
    key: str | UnsetType | None = UNSET
    key_hint: str
    previous_key_until: str | None
    product_id: str
    policy_id: str
    customer_id: str | None
    starts_at: str | None
    expires_at: str | None
    ends_at: str | None
    last_check_in_at: str | None
    check_in_due_at: str | None
    maintenance_ends_at: str | None
    suspended_at: str | None
    suspension_reason: str | None
    revoked_at: str | None
    revocation_reason: str | None
    limits: Limits
    overridden: list[str]
    entitlements: list[AttachedEntitlement]
    activation_count: int
    user_count: int
    last_validated_at: str | None
    metadata: dict[str, str]
    private_metadata: dict[str, str]
    created_at: str
    updated_at: str
    version: int
    customer: Customer | UnsetType | None = UNSET
    policy: Policy | UnsetType = UNSET
    product: Product | UnsetType = UNSET


class ItemError(msgspec.Struct, kw_only=True):
    """Why one item of a batch failed."""

    code: str
    detail: str
    errors: list[Any] = msgspec.field(default_factory=list)


def item_error(problem: Problem) -> ItemError:
    """What a request for this item alone would have been refused with."""
    return ItemError(code=problem.code, detail=problem.detail, errors=list(problem.errors))


class BatchItem(msgspec.Struct, kw_only=True):
    """What became of one item."""

    status: Literal["created", "failed"]
    license: License | UnsetType = UNSET
    error: ItemError | UnsetType = UNSET


class BatchResult(msgspec.Struct, kw_only=True):
    """What became of each item, in their order."""

    object: str = "batch"
    data: list[BatchItem]
    created: int
    failed: int


class ActionItem(msgspec.Struct, kw_only=True):
    """What became of one license."""

    id: str
    status: Literal["done", "unchanged", "failed"]
    error: ItemError | UnsetType = UNSET


class BatchActionResult(msgspec.Struct, kw_only=True):
    """What became of each license, in the order of the ids."""

    object: str = "batch_action"
    action: Action
    data: list[ActionItem]
    done: int
    unchanged: int
    failed: int
