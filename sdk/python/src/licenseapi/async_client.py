"""AsyncLicenseAPI: the client for programs with an event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.async_transport import AsyncTransport
from licenseapi.resources.account import AsyncAccounts, AsyncIdentity, AsyncRequestLogs
from licenseapi.resources.activations import AsyncActivations
from licenseapi.resources.api_keys import AsyncApiKeys
from licenseapi.resources.audit_records import AsyncAuditRecords
from licenseapi.resources.billing_deliveries import AsyncBillingDeliveries
from licenseapi.resources.billing_providers import AsyncBillingProviders
from licenseapi.resources.customers import AsyncCustomers
from licenseapi.resources.denials import AsyncDenials
from licenseapi.resources.entitlements import AsyncEntitlements
from licenseapi.resources.events import AsyncEvents
from licenseapi.resources.exports import AsyncExports
from licenseapi.resources.imports import AsyncImports
from licenseapi.resources.leaks import AsyncLeaks
from licenseapi.resources.leases import AsyncLeases
from licenseapi.resources.license_files import AsyncLicenseFiles
from licenseapi.resources.license_users import AsyncLicenseUsers
from licenseapi.resources.licenses import AsyncLicenses
from licenseapi.resources.policies import AsyncPolicies
from licenseapi.resources.portal import AsyncPortal
from licenseapi.resources.product_versions import AsyncProductVersions
from licenseapi.resources.products import AsyncProducts
from licenseapi.resources.revocations import AsyncRevocationLists
from licenseapi.resources.root_keys import AsyncRootKeys
from licenseapi.resources.signing_keys import AsyncKeySets, AsyncSigningKeys
from licenseapi.resources.subscription_links import AsyncSubscriptionLinks
from licenseapi.resources.tokens import AsyncTokens
from licenseapi.retries import DEFAULT_MAX_RETRIES
from licenseapi.settings import DEFAULT_TIMEOUT_SECONDS, read_settings

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class AsyncLicenseAPI:
    """A client of one account and mode, for one event loop (asyncio or trio).

    It takes what LicenseAPI takes, and its methods are the same, awaited. A list is either
    awaited for its first page or walked with `async for`.
    """

    def __init__(
        self,
        api_key: str | None = None,
        api_base: str | None = None,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        max_retries: int = DEFAULT_MAX_RETRIES,
        *,
        ca_bundle: str | None = None,
    ) -> None:
        settings = read_settings(api_key, api_base, timeout, max_retries, ca_bundle=ca_bundle)
        transport = AsyncTransport(settings)
        self._transport = transport
        self.licenses = AsyncLicenses(transport)
        self.license_users = AsyncLicenseUsers(transport)
        self.products = AsyncProducts(transport)
        self.product_versions = AsyncProductVersions(transport)
        self.policies = AsyncPolicies(transport)
        self.customers = AsyncCustomers(transport)
        self.entitlements = AsyncEntitlements(transport)
        self.activations = AsyncActivations(transport)
        self.leases = AsyncLeases(transport)
        self.events = AsyncEvents(transport)
        self.denials = AsyncDenials(transport)
        self.exports = AsyncExports(transport)
        self.billing_providers = AsyncBillingProviders(transport)
        self.subscription_links = AsyncSubscriptionLinks(transport)
        self.billing_deliveries = AsyncBillingDeliveries(transport)
        self.imports = AsyncImports(transport)
        self.api_keys = AsyncApiKeys(transport)
        self.tokens = AsyncTokens(transport)
        self.signing_keys = AsyncSigningKeys(transport)
        self.jwks = AsyncKeySets(transport)
        self.portal = AsyncPortal(transport)
        self.license_files = AsyncLicenseFiles(transport)
        self.root_keys = AsyncRootKeys(transport)
        self.revocations = AsyncRevocationLists(transport)
        self.account = AsyncAccounts(transport)
        self.me = AsyncIdentity(transport)
        self.request_logs = AsyncRequestLogs(transport)
        self.audit_records = AsyncAuditRecords(transport)
        self.leaks = AsyncLeaks(transport)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        """The client itself; its connections are closed at the end of the block."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()

    def __repr__(self) -> str:
        """Where it calls, never with which key."""
        return f"<{type(self).__name__} {self._transport.settings.api_base}>"
