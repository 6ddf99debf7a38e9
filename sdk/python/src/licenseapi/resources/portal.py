"""The customer portal: for a page of your own where customers help themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.messages import Call
from licenseapi.objects import RESOURCE, ApiObject
from licenseapi.params import ListParams, RequestOptions
from licenseapi.resources.resource import AsyncResource, Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Required, Unpack

    from licenseapi.paging import AsyncList, Page


class LinkRequest(RequestOptions, total=False):
    """Who wants to see their licenses."""

    email: Required[str]


class LinkToken(RequestOptions, total=False):
    """What stands after `token=` in the mailed link."""

    token: Required[str]


class PortalActivationList(ListParams, total=False):
    """Filters of the list. `ended` leaves out those that have not ended, or else the others."""

    ended: bool


class Portal(Resource):
    """The methods of the portal. Asking for a link and opening one need no API key.

    The others take a session: `LicenseAPI(session.access_token).portal.licenses()`.
    """

    def request_link(self, account_id: str, /, **fields: Unpack[LinkRequest]) -> PortalLinkRequest:
        """Mail the customer with this address a link. The same answer whether there is one."""
        call = Call("portal.request_link", PortalLinkRequest.read, (account_id,), fields)
        return self._run(call)

    def request_test_link(
        self, account_id: str, /, **fields: Unpack[LinkRequest]
    ) -> PortalLinkRequest:
        """The same in test mode."""
        call = Call("portal.request_test_link", PortalLinkRequest.read, (account_id,), fields)
        return self._run(call)

    def create_session(self, **fields: Unpack[LinkToken]) -> PortalSession:
        """Open a mailed link, which uses it up. PermissionDeniedError: `link_refused`."""
        return self._run(Call("portal.create_session", PortalSession.read, fields=fields))

    def end_session(self, **options: Unpack[RequestOptions]) -> EndedPortalSession:
        """Leave: the session's token is refused from now on."""
        return self._run(Call("portal.end_session", EndedPortalSession.read, fields=options))

    def licenses(self, **query: Unpack[ListParams]) -> Page[PortalLicense]:
        """List the customer's own licenses, newest first."""
        return self._list("portal.licenses", PortalLicense.read, query)

    def activations(
        self, license_id: str, /, **query: Unpack[PortalActivationList]
    ) -> Page[PortalActivation]:
        """List the machines of an own license, newest first."""
        return self._list("portal.activations", PortalActivation.read, query, (license_id,))

    def release(self, activation_id: str, /, **options: Unpack[RequestOptions]) -> PortalActivation:
        """Free the seat of an own machine. A repeat changes nothing.

        ConflictError: `cooldown_running` or `deactivation_limit_reached`.
        """
        call = Call("portal.release", PortalActivation.read, (activation_id,), options)
        return self._run(call)


class AsyncPortal(AsyncResource):
    """The methods of the portal. Asking for a link and opening one need no API key.

    The others take a session: `AsyncLicenseAPI(session.access_token).portal.licenses()`.
    """

    async def request_link(
        self, account_id: str, /, **fields: Unpack[LinkRequest]
    ) -> PortalLinkRequest:
        """Mail the customer with this address a link. The same answer whether there is one."""
        call = Call("portal.request_link", PortalLinkRequest.read, (account_id,), fields)
        return await self._run(call)

    async def request_test_link(
        self, account_id: str, /, **fields: Unpack[LinkRequest]
    ) -> PortalLinkRequest:
        """The same in test mode."""
        call = Call("portal.request_test_link", PortalLinkRequest.read, (account_id,), fields)
        return await self._run(call)

    async def create_session(self, **fields: Unpack[LinkToken]) -> PortalSession:
        """Open a mailed link, which uses it up. PermissionDeniedError: `link_refused`."""
        return await self._run(Call("portal.create_session", PortalSession.read, fields=fields))

    async def end_session(self, **options: Unpack[RequestOptions]) -> EndedPortalSession:
        """Leave: the session's token is refused from now on."""
        return await self._run(Call("portal.end_session", EndedPortalSession.read, fields=options))

    def licenses(self, **query: Unpack[ListParams]) -> AsyncList[PortalLicense]:
        """List the customer's own licenses, newest first."""
        return self._list("portal.licenses", PortalLicense.read, query)

    def activations(
        self, license_id: str, /, **query: Unpack[PortalActivationList]
    ) -> AsyncList[PortalActivation]:
        """List the machines of an own license, newest first."""
        return self._list("portal.activations", PortalActivation.read, query, (license_id,))

    async def release(
        self, activation_id: str, /, **options: Unpack[RequestOptions]
    ) -> PortalActivation:
        """Free the seat of an own machine. A repeat changes nothing.

        ConflictError: `cooldown_running` or `deactivation_limit_reached`.
        """
        call = Call("portal.release", PortalActivation.read, (activation_id,), options)
        return await self._run(call)


class PortalLinkRequest(ApiObject, kind="portal_link_request", promised={"object": str}):
    """The request has been taken down; whether there is such a customer is not told."""


class PortalSession(ApiObject, promised={"access_token": str}):
    """A session of one customer, for 30 minutes."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    token_id: str
    customer_id: str


class EndedPortalSession(ApiObject, promised={"ended": bool}):
    """The session's token is refused from now on."""

    token_id: str
    ended: bool


class PortalLicense(ApiObject, promised=RESOURCE):
    """A license as its holder sees it: with its hint, never its key."""

    id: str
    name: str | None
    status: str
    key_hint: str
    product_id: str
    product_name: str
    starts_at: str | None
    expires_at: str | None
    ends_at: str | None
    limits: ApiObject
    activation_count: int
    metadata: Mapping[str, str]
    created_at: str


class PortalActivation(ApiObject, promised=RESOURCE):
    """A machine as its owner sees it."""

    id: str
    license_id: str
    fingerprint: str
    name: str | None
    hostname: str | None
    platform: str | None
    activated_at: str
    last_seen_at: str
    ended_at: str | None
    ended_reason: str | None
