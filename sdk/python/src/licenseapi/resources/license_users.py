"""License users: the people who may use a license, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject, Deleted
from licenseapi.params import ChangeOptions, ListParams, RequestOptions, WriteOptions
from licenseapi.resources.customers import Ban
from licenseapi.resources.license_params import LicenseUserFields
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page


class NewLicenseUser(LicenseUserFields, WriteOptions, total=False):
    """A person to add, by `external_id` or `email`; each is on a license once."""


class LicenseUserChange(LicenseUserFields, ChangeOptions, total=False):
    """What may change of a user."""


class LicenseUserList(ListParams, total=False):
    """Filters of the list."""

    external_id: str
    email: str


class LicenseUsers(Resource):
    """The methods of license users: all take the license's id, then the user's."""

    def create(self, license_id: str, /, **fields: Unpack[NewLicenseUser]) -> LicenseUser:
        """Add a user. ConflictError `user_limit_reached` when there is no place left."""
        return self._run(Call("license_users.create", LicenseUser.read, (license_id,), fields))

    def retrieve(
        self, license_id: str, user_id: str, /, **options: Unpack[RequestOptions]
    ) -> LicenseUser:
        """Show a user."""
        ids = (license_id, user_id)
        return self._run(Call("license_users.get", LicenseUser.read, ids, options))

    def update(
        self, license_id: str, user_id: str, /, **fields: Unpack[LicenseUserChange]
    ) -> LicenseUser:
        """Change what is named; None clears it."""
        ids = (license_id, user_id)
        return self._run(Call("license_users.update", LicenseUser.read, ids, fields))

    def delete(self, license_id: str, user_id: str, /, **options: Unpack[ChangeOptions]) -> Deleted:
        """Take the user off the license; the place is free again."""
        ids = (license_id, user_id)
        return self._run(Call("license_users.delete", Deleted.read, ids, options))

    def ban(self, license_id: str, user_id: str, /, **fields: Unpack[Ban]) -> LicenseUser:
        """Refuse the license to this user."""
        ids = (license_id, user_id)
        return self._run(Call("license_users.ban", LicenseUser.read, ids, fields))

    def unban(
        self, license_id: str, user_id: str, /, **options: Unpack[ChangeOptions]
    ) -> LicenseUser:
        """Let the user use the license again."""
        ids = (license_id, user_id)
        return self._run(Call("license_users.unban", LicenseUser.read, ids, options))

    def list(self, license_id: str, /, **query: Unpack[LicenseUserList]) -> Page[LicenseUser]:
        """List the users of a license, newest first."""
        return self._list("license_users.list", LicenseUser.read, query, (license_id,))


class AsyncLicenseUsers(AsyncResource):
    """The methods of license users: all take the license's id, then the user's."""

    async def create(self, license_id: str, /, **fields: Unpack[NewLicenseUser]) -> LicenseUser:
        """Add a user. ConflictError `user_limit_reached` when there is no place left."""
        return await self._run(
            Call("license_users.create", LicenseUser.read, (license_id,), fields)
        )

    async def retrieve(
        self, license_id: str, user_id: str, /, **options: Unpack[RequestOptions]
    ) -> LicenseUser:
        """Show a user."""
        ids = (license_id, user_id)
        return await self._run(Call("license_users.get", LicenseUser.read, ids, options))

    async def update(
        self, license_id: str, user_id: str, /, **fields: Unpack[LicenseUserChange]
    ) -> LicenseUser:
        """Change what is named; None clears it."""
        ids = (license_id, user_id)
        return await self._run(Call("license_users.update", LicenseUser.read, ids, fields))

    async def delete(
        self, license_id: str, user_id: str, /, **options: Unpack[ChangeOptions]
    ) -> Deleted:
        """Take the user off the license; the place is free again."""
        ids = (license_id, user_id)
        return await self._run(Call("license_users.delete", Deleted.read, ids, options))

    async def ban(self, license_id: str, user_id: str, /, **fields: Unpack[Ban]) -> LicenseUser:
        """Refuse the license to this user."""
        ids = (license_id, user_id)
        return await self._run(Call("license_users.ban", LicenseUser.read, ids, fields))

    async def unban(
        self, license_id: str, user_id: str, /, **options: Unpack[ChangeOptions]
    ) -> LicenseUser:
        """Let the user use the license again."""
        ids = (license_id, user_id)
        return await self._run(Call("license_users.unban", LicenseUser.read, ids, options))

    def list(self, license_id: str, /, **query: Unpack[LicenseUserList]) -> AsyncList[LicenseUser]:
        """List the users of a license, newest first."""
        return self._list("license_users.list", LicenseUser.read, query, (license_id,))


class LicenseUser(ApiObject, kind="license_user", promised=RESOURCE):
    """A named user of a license. `banned_at` is None unless the license is refused to them."""

    id: str
    mode: str
    license_id: str
    name: str | None
    email: str | None
    external_id: str | None
    customer_id: str | None
    metadata: Mapping[str, str]
    banned_at: str | None
    ban_reason: str | None
    created_at: str
    updated_at: str
    version: int

    create = on_default_client(LicenseUsers, LicenseUsers.create)
    retrieve = on_default_client(LicenseUsers, LicenseUsers.retrieve)
    update = on_default_client(LicenseUsers, LicenseUsers.update)
    delete = on_default_client(LicenseUsers, LicenseUsers.delete)
    ban = on_default_client(LicenseUsers, LicenseUsers.ban)
    unban = on_default_client(LicenseUsers, LicenseUsers.unban)
    list = on_default_client(LicenseUsers, LicenseUsers.list)
