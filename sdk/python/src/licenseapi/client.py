"""LicenseAPI: the client for programs that block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licenseapi.resources.account import Accounts, Identity, RequestLogs
from licenseapi.resources.activations import Activations
from licenseapi.resources.api_keys import ApiKeys
from licenseapi.resources.audit_records import AuditRecords
from licenseapi.resources.billing_deliveries import BillingDeliveries
from licenseapi.resources.billing_providers import BillingProviders
from licenseapi.resources.customers import Customers
from licenseapi.resources.denials import Denials
from licenseapi.resources.entitlements import Entitlements
from licenseapi.resources.events import Events
from licenseapi.resources.exports import Exports
from licenseapi.resources.imports import Imports
from licenseapi.resources.leaks import Leaks
from licenseapi.resources.leases import Leases
from licenseapi.resources.license_files import LicenseFiles
from licenseapi.resources.license_users import LicenseUsers
from licenseapi.resources.licenses import Licenses
from licenseapi.resources.policies import Policies
from licenseapi.resources.portal import Portal
from licenseapi.resources.product_versions import ProductVersions
from licenseapi.resources.products import Products
from licenseapi.resources.revocations import RevocationLists
from licenseapi.resources.root_keys import RootKeys
from licenseapi.resources.signing_keys import KeySets, SigningKeys
from licenseapi.resources.subscription_links import SubscriptionLinks
from licenseapi.resources.tokens import Tokens
from licenseapi.retries import DEFAULT_MAX_RETRIES
from licenseapi.settings import DEFAULT_TIMEOUT_SECONDS, read_settings
from licenseapi.sync_transport import SyncTransport

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class LicenseAPI:
    """A client of one account and mode. Safe to share between threads.

    `api_key` is an API key or a token, else LICENSEAPI_API_KEY. `api_base` is the address
    with or without `/v1`, else LICENSEAPI_API_BASE. `timeout` is in seconds, at most 600, for each
    try.
    `ca_bundle` is a PEM file to trust in place of the system's, else LICENSEAPI_CA_BUNDLE.
    Raises APIError when one of these cannot be.
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
        transport = SyncTransport(settings)
        self._transport = transport
        self.licenses = Licenses(transport)
        self.license_users = LicenseUsers(transport)
        self.products = Products(transport)
        self.product_versions = ProductVersions(transport)
        self.policies = Policies(transport)
        self.customers = Customers(transport)
        self.entitlements = Entitlements(transport)
        self.activations = Activations(transport)
        self.leases = Leases(transport)
        self.events = Events(transport)
        self.denials = Denials(transport)
        self.exports = Exports(transport)
        self.billing_providers = BillingProviders(transport)
        self.subscription_links = SubscriptionLinks(transport)
        self.billing_deliveries = BillingDeliveries(transport)
        self.imports = Imports(transport)
        self.api_keys = ApiKeys(transport)
        self.tokens = Tokens(transport)
        self.signing_keys = SigningKeys(transport)
        self.jwks = KeySets(transport)
        self.portal = Portal(transport)
        self.license_files = LicenseFiles(transport)
        self.root_keys = RootKeys(transport)
        self.revocations = RevocationLists(transport)
        self.account = Accounts(transport)
        self.me = Identity(transport)
        self.request_logs = RequestLogs(transport)
        self.audit_records = AuditRecords(transport)
        self.leaks = Leaks(transport)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        """The client itself; its connections are closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def __repr__(self) -> str:
        """Where it calls, never with which key."""
        return f"<{type(self).__name__} {self._transport.settings.api_base}>"
