"""License files: signed documents by which licenses hold on machines that cannot ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import ListParams, RequestOptions, WriteOptions
from licenseapi.resources.resource import AsyncResource, Resource, on_default_client

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page


class CheckOut(RequestOptions, total=False):
    """Which machine takes the license offline; `ttl_seconds` can only shorten the policy's time."""

    license_key: str
    product: str
    fingerprint: str | None
    ttl_seconds: int | None


class LicenseFileList(ListParams, total=False):
    """Filters of the list."""

    license_id: str
    activation_id: str


class RevokeLicenseFile(WriteOptions, total=False):
    """Why it is revoked: staff alone see that."""

    reason: str | None


class LicenseFiles(Resource):
    """The methods of license files."""

    def retrieve(self, file_id: str, /, **options: Unpack[RequestOptions]) -> LicenseFile:
        """Show a license file, without its text."""
        return self._run(Call("license_files.get", LicenseFile.read, (file_id,), options))

    def revoke(self, file_id: str, /, **fields: Unpack[RevokeLicenseFile]) -> LicenseFile:
        """Put it on the revocation list, for good. A repeat changes nothing."""
        call = Call("license_files.revoke", LicenseFile.read, (file_id,), fields)
        return self._run(call)

    def list(self, **query: Unpack[LicenseFileList]) -> Page[LicenseFile]:
        """List license files, newest first."""
        return self._list("license_files.list", LicenseFile.read, query)


class AsyncLicenseFiles(AsyncResource):
    """The methods of license files."""

    async def retrieve(self, file_id: str, /, **options: Unpack[RequestOptions]) -> LicenseFile:
        """Show a license file, without its text."""
        return await self._run(Call("license_files.get", LicenseFile.read, (file_id,), options))

    async def revoke(self, file_id: str, /, **fields: Unpack[RevokeLicenseFile]) -> LicenseFile:
        """Put it on the revocation list, for good. A repeat changes nothing."""
        call = Call("license_files.revoke", LicenseFile.read, (file_id,), fields)
        return await self._run(call)

    def list(self, **query: Unpack[LicenseFileList]) -> AsyncList[LicenseFile]:
        """List license files, newest first."""
        return self._list("license_files.list", LicenseFile.read, query)


class LicenseFile(ApiObject, kind="license_file", promised=RESOURCE):
    """A license file. `document` is its text: store it as it stands."""

    id: str
    mode: str
    license_id: str
    product_id: str
    activation_id: str | None
    kid: str
    expires_at: str
    superseded_at: str | None
    revoked_at: str | None
    created_at: str
    document: str | None = None

    retrieve = on_default_client(LicenseFiles, LicenseFiles.retrieve)
    revoke = on_default_client(LicenseFiles, LicenseFiles.revoke)
    list = on_default_client(LicenseFiles, LicenseFiles.list)
