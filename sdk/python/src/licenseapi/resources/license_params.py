"""Parameters of the methods of licenses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from licenseapi.params import (
    ChangeOptions,
    Instant,
    InstantRange,
    ListParams,
    NewAttachment,
    RequestOptions,
    WriteOptions,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Required

# None takes the limit of the policy, "unlimited" lifts it.
Limit = int | Literal["unlimited"] | None
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


class LicenseLimits(TypedDict, total=False):
    """Limits of a license's own, in place of those of its policy."""

    max_activations: Limit
    max_leases: Limit
    max_users: Limit
    max_cores: Limit
    max_memory_bytes: Limit
    max_disk_bytes: Limit


class LicenseUserFields(TypedDict, total=False):
    """A named person: at least `external_id` or `email` says who."""

    external_id: str | None
    email: str | None
    name: str | None
    customer_id: str | None
    metadata: Mapping[str, str]


class LicenseFields(LicenseLimits, total=False):
    """What a license may be given at any time."""

    name: str | None
    customer_id: str | None
    starts_at: Instant | None
    expires_at: Instant | None
    metadata: Mapping[str, str]
    private_metadata: Mapping[str, str]
    entitlements: Sequence[NewAttachment]


class LicenseTemplate(LicenseFields, total=False):
    """A license under a policy. `key` keeps a key of your own; else one is made."""

    policy_id: Required[str]
    key: str
    users: Sequence[LicenseUserFields]


class NewLicense(LicenseTemplate, WriteOptions, total=False):
    """A license to create."""


class LicenseChange(LicenseFields, ChangeOptions, total=False):
    """What may change of a license."""


class LicenseBatch(WriteOptions, total=False):
    """Either `items`, or `count` licenses that are all like `template`; at most 1,000."""

    items: Sequence[LicenseTemplate]
    count: int
    template: LicenseTemplate


class LicenseBatchAction(WriteOptions, total=False):
    """An action for up to 1,000 licenses, and what it takes for one."""

    action: Required[Action]
    ids: Required[Sequence[str]]
    reason: str | None
    by: str
    until: Instant
    policy_id: str
    customer_id: str


class LicenseList(ListParams, total=False):
    """Filters of the list.

    `q` finds the beginning of a name, the end of a key, or a whole license key.
    """

    policy_id: str
    product_id: str
    customer_id: str
    status: Status
    expires_at: InstantRange
    metadata: Mapping[str, str]
    q: str
    expand: Sequence[Expandable]


class LicenseOptions(RequestOptions, total=False):
    """Which related objects to show in full."""

    expand: Sequence[Expandable]


class Reason(ChangeOptions, total=False):
    """Why it is done: kept with the license, shown to staff only."""

    reason: str | None


class Extension(ChangeOptions, total=False):
    """Either an ISO 8601 duration to add, or the new expiry itself."""

    by: str
    until: Instant


class Transfer(ChangeOptions, total=False):
    """Either another policy of the same product, or another customer."""

    policy_id: str
    customer_id: str


class KeyRoll(ChangeOptions, total=False):
    """The new key, else one is made, and how long the old one works on: 0 to 30 days."""

    key: str | None
    overlap_seconds: int


class CheckIn(RequestOptions, total=False):
    """Which license reports. An app with a publishable key presents the license key."""

    license_key: str


class Presented(RequestOptions, total=False):
    """What a validation presents. `dry_run` changes nothing, not even the last-used time.

    `include=["permit"]` asks for a signed answer, which `verify_permit` checks offline.

    With a `fingerprint` it is asked whether the license is activated on this machine, with a
    `lease_id` whether that lease goes on.
    """

    product: str | None
    policy: str | None
    entitlements: Sequence[str] | None
    fingerprint: str | None
    components: Mapping[str, str] | None
    user: str | None
    version: str | None
    lease_id: str | None
    nonce: str | None
    dry_run: bool
    include: Sequence[Literal["permit"]]
