"""Revocation lists: what no longer holds although it is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import ApiObject
from licenseapi.params import RequestOptions
from licenseapi.resources.resource import AsyncResource, Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack


class RevocationLists(Resource):
    """The revocation lists of an account. They need no API key."""

    def live(self, account_id: str, /, **options: Unpack[RequestOptions]) -> RevocationList:
        """What is revoked in live mode."""
        return self._run(Call("revocations.live", RevocationList.read, (account_id,), options))

    def test(self, account_id: str, /, **options: Unpack[RequestOptions]) -> RevocationList:
        """What is revoked in test mode."""
        return self._run(Call("revocations.test", RevocationList.read, (account_id,), options))


class AsyncRevocationLists(AsyncResource):
    """The revocation lists of an account. They need no API key."""

    async def live(self, account_id: str, /, **options: Unpack[RequestOptions]) -> RevocationList:
        """What is revoked in live mode."""
        call = Call("revocations.live", RevocationList.read, (account_id,), options)
        return await self._run(call)

    async def test(self, account_id: str, /, **options: Unpack[RequestOptions]) -> RevocationList:
        """What is revoked in test mode."""
        call = Call("revocations.test", RevocationList.read, (account_id,), options)
        return await self._run(call)


class RevocationList(ApiObject, kind="revocation_list", promised={"document": str}):
    """A revocation list. `document` is the signed list, for `verify_revocations`."""

    mode: str
    number: int
    issued_at: str
    next_update_at: str
    document: str
