"""The roots that apps embed: what every document that holds offline leads back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import RequestOptions
from licenseapi.resources.resource import AsyncResource, Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from licenseapi.paging import AsyncList, Page


class RootKeys(Resource):
    """The roots of an account. They need no API key."""

    def live(self, account_id: str, /, **options: Unpack[RequestOptions]) -> Page[RootKey]:
        """The roots of live documents."""
        return self._list("root_keys.live", RootKey.read, options, (account_id,))

    def test(self, account_id: str, /, **options: Unpack[RequestOptions]) -> Page[RootKey]:
        """The roots of test documents: never those of live ones."""
        return self._list("root_keys.test", RootKey.read, options, (account_id,))


class AsyncRootKeys(AsyncResource):
    """The roots of an account. They need no API key."""

    def live(self, account_id: str, /, **options: Unpack[RequestOptions]) -> AsyncList[RootKey]:
        """The roots of live documents."""
        return self._list("root_keys.live", RootKey.read, options, (account_id,))

    def test(self, account_id: str, /, **options: Unpack[RequestOptions]) -> AsyncList[RootKey]:
        """The roots of test documents: never those of live ones."""
        return self._list("root_keys.test", RootKey.read, options, (account_id,))


class RootKey(ApiObject, kind="root_key", promised=RESOURCE):
    """A root. Copy `public_key` into your app when you build it: never let it fetch one."""

    id: str
    mode: str
    public_key: str
    state: str
    signs_from: str
    signs_until: str | None
