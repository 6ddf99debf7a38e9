"""Licenses: issue, find, change, end, and ask whether software may run."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject, Deleted
from licenseapi.params import (
    ChangeOptions,
)
from licenseapi.resources.entitlements import AttachedEntitlement
from licenseapi.resources.events import Event
from licenseapi.resources.license_batch_actions import ItemError, LicenseBatchActionResult
from licenseapi.resources.license_files import LicenseFile
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client
from licenseapi.resources.validations import Validation, require

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page
    from licenseapi.resources.customers import Customer
    from licenseapi.resources.events import Timeline
    from licenseapi.resources.license_files import CheckOut
    from licenseapi.resources.license_params import (
        CheckIn,
        Extension,
        KeyRoll,
        LicenseBatch,
        LicenseBatchAction,
        LicenseChange,
        LicenseList,
        LicenseOptions,
        NewLicense,
        Presented,
        Reason,
        Transfer,
    )
    from licenseapi.resources.policies import Policy
    from licenseapi.resources.products import Product


class Licenses(Resource):
    """The methods of licenses."""

    def create(self, **fields: Unpack[NewLicense]) -> License:
        """Issue a license. Its full `key` is in this answer; keep it."""
        return self._run(Call("licenses.create", License.read, fields=fields))

    def batch(self, **fields: Unpack[LicenseBatch]) -> LicenseBatchResult:
        """Issue up to 1,000 licenses; the answer says of each whether it was created."""
        return self._run(Call("licenses.batch", LicenseBatchResult.read, fields=fields))

    def batch_action(self, **fields: Unpack[LicenseBatchAction]) -> LicenseBatchActionResult:
        """Do the same to up to 1,000 licenses; the answer says of each what became of it."""
        return self._run(
            Call("licenses.batch_action", LicenseBatchActionResult.read, fields=fields)
        )

    def retrieve(self, license_id: str, /, **options: Unpack[LicenseOptions]) -> License:
        """Show a license."""
        return self._run(Call("licenses.get", License.read, (license_id,), options))

    def update(self, license_id: str, /, **fields: Unpack[LicenseChange]) -> License:
        """Change what is named; None clears it."""
        return self._run(Call("licenses.update", License.read, (license_id,), fields))

    def delete(self, license_id: str, /, **options: Unpack[ChangeOptions]) -> Deleted:
        """Delete a revoked license."""
        return self._run(Call("licenses.delete", Deleted.read, (license_id,), options))

    def list(self, **query: Unpack[LicenseList]) -> Page[License]:
        """List licenses, newest first."""
        return self._list("licenses.list", License.read, query)

    def suspend(self, license_id: str, /, **fields: Unpack[Reason]) -> License:
        """Take the license out of use until it is reinstated."""
        return self._run(Call("licenses.suspend", License.read, (license_id,), fields))

    def reinstate(self, license_id: str, /, **fields: Unpack[Reason]) -> License:
        """Put a suspended license back into use."""
        return self._run(Call("licenses.reinstate", License.read, (license_id,), fields))

    def revoke(self, license_id: str, /, **fields: Unpack[Reason]) -> License:
        """End the license for good. Its place in the plan is free again."""
        return self._run(Call("licenses.revoke", License.read, (license_id,), fields))

    def renew(self, license_id: str, /, **fields: Unpack[Reason]) -> License:
        """Add one duration of the policy."""
        return self._run(Call("licenses.renew", License.read, (license_id,), fields))

    def extend(self, license_id: str, /, **fields: Unpack[Extension]) -> License:
        """Add a duration to the expiry, or set it."""
        return self._run(Call("licenses.extend", License.read, (license_id,), fields))

    def timeline(self, license_id: str, /, **query: Unpack[Timeline]) -> Page[Event]:
        """List what happened to a license, newest first; also after its deletion."""
        return self._list("licenses.timeline", Event.read, query, (license_id,))

    def transfer(self, license_id: str, /, **fields: Unpack[Transfer]) -> License:
        """Put the license under another policy of its product, or give it to a customer."""
        return self._run(Call("licenses.transfer", License.read, (license_id,), fields))

    def roll_key(self, license_id: str, /, **fields: Unpack[KeyRoll]) -> License:
        """Give the license a new `key`; it is in this answer. The old one works for the overlap."""
        return self._run(Call("licenses.roll_key", License.read, (license_id,), fields))

    def check_in(self, license_id: str, /, **fields: Unpack[CheckIn]) -> License:
        """Report that the license is in use, where its policy has a `check_in_interval`."""
        return self._run(Call("licenses.check_in", License.read, (license_id,), fields))

    def check_out(self, license_id: str, /, **fields: Unpack[CheckOut]) -> LicenseFile:
        """Take the license offline: `document` is the signed file."""
        return self._run(Call("licenses.check_out", LicenseFile.read, (license_id,), fields))

    def validate(self, key: str | None = None, **presented: Unpack[Presented]) -> Validation:
        """Ask whether software may run. An invalid license is an answer, not an error.

        With a token the license is the token's, and `key` may be left out.
        """
        return self._run(
            Call("licenses.validate", Validation.read, fields={"key": key, **presented})
        )

    def validate_by_id(self, license_id: str, /, **presented: Unpack[Presented]) -> Validation:
        """The same for the license with this id. Raises NotFoundError when there is none."""
        return self._run(Call("licenses.validate_by_id", Validation.read, (license_id,), presented))

    def require_valid(self, key: str | None = None, **presented: Unpack[Presented]) -> Validation:
        """The same as validate(). Raises LicenseInvalid unless the license is valid."""
        return require(self.validate(key, **presented))


class AsyncLicenses(AsyncResource):
    """The methods of licenses."""

    async def create(self, **fields: Unpack[NewLicense]) -> License:
        """Issue a license. Its full `key` is in this answer; keep it."""
        return await self._run(Call("licenses.create", License.read, fields=fields))

    async def batch(self, **fields: Unpack[LicenseBatch]) -> LicenseBatchResult:
        """Issue up to 1,000 licenses; the answer says of each whether it was created."""
        return await self._run(Call("licenses.batch", LicenseBatchResult.read, fields=fields))

    async def batch_action(self, **fields: Unpack[LicenseBatchAction]) -> LicenseBatchActionResult:
        """Do the same to up to 1,000 licenses; the answer says of each what became of it."""
        return await self._run(
            Call("licenses.batch_action", LicenseBatchActionResult.read, fields=fields)
        )

    async def retrieve(self, license_id: str, /, **options: Unpack[LicenseOptions]) -> License:
        """Show a license."""
        return await self._run(Call("licenses.get", License.read, (license_id,), options))

    async def update(self, license_id: str, /, **fields: Unpack[LicenseChange]) -> License:
        """Change what is named; None clears it."""
        return await self._run(Call("licenses.update", License.read, (license_id,), fields))

    async def delete(self, license_id: str, /, **options: Unpack[ChangeOptions]) -> Deleted:
        """Delete a revoked license."""
        return await self._run(Call("licenses.delete", Deleted.read, (license_id,), options))

    def list(self, **query: Unpack[LicenseList]) -> AsyncList[License]:
        """List licenses, newest first."""
        return self._list("licenses.list", License.read, query)

    async def suspend(self, license_id: str, /, **fields: Unpack[Reason]) -> License:
        """Take the license out of use until it is reinstated."""
        return await self._run(Call("licenses.suspend", License.read, (license_id,), fields))

    async def reinstate(self, license_id: str, /, **fields: Unpack[Reason]) -> License:
        """Put a suspended license back into use."""
        return await self._run(Call("licenses.reinstate", License.read, (license_id,), fields))

    async def revoke(self, license_id: str, /, **fields: Unpack[Reason]) -> License:
        """End the license for good. Its place in the plan is free again."""
        return await self._run(Call("licenses.revoke", License.read, (license_id,), fields))

    async def renew(self, license_id: str, /, **fields: Unpack[Reason]) -> License:
        """Add one duration of the policy."""
        return await self._run(Call("licenses.renew", License.read, (license_id,), fields))

    async def extend(self, license_id: str, /, **fields: Unpack[Extension]) -> License:
        """Add a duration to the expiry, or set it."""
        return await self._run(Call("licenses.extend", License.read, (license_id,), fields))

    def timeline(self, license_id: str, /, **query: Unpack[Timeline]) -> AsyncList[Event]:
        """List what happened to a license, newest first; also after its deletion."""
        return self._list("licenses.timeline", Event.read, query, (license_id,))

    async def transfer(self, license_id: str, /, **fields: Unpack[Transfer]) -> License:
        """Put the license under another policy of its product, or give it to a customer."""
        return await self._run(Call("licenses.transfer", License.read, (license_id,), fields))

    async def roll_key(self, license_id: str, /, **fields: Unpack[KeyRoll]) -> License:
        """Give the license a new `key`; it is in this answer. The old one works for the overlap."""
        return await self._run(Call("licenses.roll_key", License.read, (license_id,), fields))

    async def check_in(self, license_id: str, /, **fields: Unpack[CheckIn]) -> License:
        """Report that the license is in use, where its policy has a `check_in_interval`."""
        return await self._run(Call("licenses.check_in", License.read, (license_id,), fields))

    async def check_out(self, license_id: str, /, **fields: Unpack[CheckOut]) -> LicenseFile:
        """Take the license offline: `document` is the signed file."""
        return await self._run(Call("licenses.check_out", LicenseFile.read, (license_id,), fields))

    async def validate(self, key: str | None = None, **presented: Unpack[Presented]) -> Validation:
        """Ask whether software may run. An invalid license is an answer, not an error.

        With a token the license is the token's, and `key` may be left out.
        """
        return await self._run(
            Call("licenses.validate", Validation.read, fields={"key": key, **presented})
        )

    async def validate_by_id(
        self, license_id: str, /, **presented: Unpack[Presented]
    ) -> Validation:
        """The same for the license with this id. Raises NotFoundError when there is none."""
        return await self._run(
            Call("licenses.validate_by_id", Validation.read, (license_id,), presented)
        )

    async def require_valid(
        self, key: str | None = None, **presented: Unpack[Presented]
    ) -> Validation:
        """The same as validate(). Raises LicenseInvalid unless the license is valid."""
        return require(await self.validate(key, **presented))


class LimitsInForce(ApiObject):
    """The limits of a license: its own, else its policy's. None is unlimited."""

    max_activations: int | None = None
    max_leases: int | None = None
    max_users: int | None = None
    max_cores: int | None = None
    max_memory_bytes: int | None = None
    max_disk_bytes: int | None = None


class License(ApiObject, kind="license", promised=RESOURCE):
    """A grant to use a product.

    Members with a default are missing in what an app may see of a license. `key` is there
    when the license is created, later only for keys with the scope `licenses:reveal`.
    """

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {
        "entitlements": AttachedEntitlement,
        "limits": LimitsInForce,
    }

    id: str
    mode: str | None = None
    name: str | None
    status: str
    key: str | None = None
    key_hint: str
    previous_key_until: str | None = None
    product_id: str
    policy_id: str
    customer_id: str | None = None
    starts_at: str | None
    expires_at: str | None
    ends_at: str | None
    last_check_in_at: str | None = None
    check_in_due_at: str | None = None
    maintenance_ends_at: str | None = None
    suspended_at: str | None = None
    suspension_reason: str | None = None
    revoked_at: str | None = None
    revocation_reason: str | None = None
    limits: LimitsInForce
    overridden: Sequence[str] = ()
    entitlements: Sequence[AttachedEntitlement] = ()
    activation_count: int
    user_count: int
    last_validated_at: str | None = None
    metadata: Mapping[str, str]
    private_metadata: Mapping[str, str] | None = None
    created_at: str
    updated_at: str | None = None
    version: int | None = None
    customer: Customer | None = None
    policy: Policy | None = None
    product: Product | None = None

    create = on_default_client(Licenses, Licenses.create)
    batch = on_default_client(Licenses, Licenses.batch)
    batch_action = on_default_client(Licenses, Licenses.batch_action)
    retrieve = on_default_client(Licenses, Licenses.retrieve)
    update = on_default_client(Licenses, Licenses.update)
    delete = on_default_client(Licenses, Licenses.delete)
    list = on_default_client(Licenses, Licenses.list)
    suspend = on_default_client(Licenses, Licenses.suspend)
    reinstate = on_default_client(Licenses, Licenses.reinstate)
    revoke = on_default_client(Licenses, Licenses.revoke)
    renew = on_default_client(Licenses, Licenses.renew)
    extend = on_default_client(Licenses, Licenses.extend)
    timeline = on_default_client(Licenses, Licenses.timeline)
    transfer = on_default_client(Licenses, Licenses.transfer)
    roll_key = on_default_client(Licenses, Licenses.roll_key)
    check_in = on_default_client(Licenses, Licenses.check_in)
    check_out = on_default_client(Licenses, Licenses.check_out)
    validate = on_default_client(Licenses, Licenses.validate)
    validate_by_id = on_default_client(Licenses, Licenses.validate_by_id)
    require_valid = on_default_client(Licenses, Licenses.require_valid)


class LicenseBatchItem(ApiObject):
    """What became of one item: `status` is `created` or `failed`."""

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {"license": License, "error": ItemError}

    status: str
    license: License | None = None
    error: ItemError | None = None


class LicenseBatchResult(ApiObject, kind="batch", promised={"data": list}):
    """What became of each item, in their order, and how many were created and failed."""

    _members: ClassVar[Mapping[str, type[ApiObject]]] = {"data": LicenseBatchItem}

    data: Sequence[LicenseBatchItem]
    created: int
    failed: int
