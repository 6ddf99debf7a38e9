"""Client for License-API.

Module style, for programs that act for one account: `licenseapi.api_key = "…"`, then
`licenseapi.License.list()`. Else make a `LicenseAPI` or an `AsyncLicenseAPI`.
"""

from licenseapi import error
from licenseapi.async_client import AsyncLicenseAPI
from licenseapi.client import LicenseAPI
from licenseapi.exporting import AsyncExport, Export
from licenseapi.objects import ApiObject, Deleted
from licenseapi.offline import OfflineLicense, Permit, verify_license_file, verify_permit
from licenseapi.paging import AsyncList, AsyncPage, Page
from licenseapi.resources.account import Account, AccountUsage, Me, RequestLog
from licenseapi.resources.activations import Activation
from licenseapi.resources.api_keys import APIKey
from licenseapi.resources.audit_records import AuditRecord
from licenseapi.resources.billing_deliveries import BillingDelivery
from licenseapi.resources.billing_providers import BillingProvider
from licenseapi.resources.customers import Customer
from licenseapi.resources.denials import Denial
from licenseapi.resources.entitlements import Entitlement
from licenseapi.resources.events import Event
from licenseapi.resources.exports import ExportedLicense
from licenseapi.resources.imports import Import, ImportReport
from licenseapi.resources.leaks import LeakReport
from licenseapi.resources.leases import Lease
from licenseapi.resources.license_batch_actions import LicenseBatchActionResult
from licenseapi.resources.license_files import LicenseFile
from licenseapi.resources.license_users import LicenseUser
from licenseapi.resources.licenses import License, LicenseBatchResult
from licenseapi.resources.policies import Policy
from licenseapi.resources.portal import (
    EndedPortalSession,
    PortalActivation,
    PortalLicense,
    PortalLinkRequest,
    PortalSession,
)
from licenseapi.resources.product_versions import ProductVersion
from licenseapi.resources.products import Product
from licenseapi.resources.revocations import RevocationList
from licenseapi.resources.root_keys import RootKey
from licenseapi.resources.signing_keys import KeySet, SigningKey
from licenseapi.resources.subscription_links import SubscriptionLink
from licenseapi.resources.tokens import Introspection, Token, TokenRevocation
from licenseapi.resources.validations import Validation
from licenseapi.retries import DEFAULT_MAX_RETRIES
from licenseapi.settings import DEFAULT_TIMEOUT_SECONDS
from licenseapi.signed_keys import SignedKey, verify_signed_key
from licenseapi.version import __version__

__all__ = [
    "APIKey",
    "Account",
    "AccountUsage",
    "Activation",
    "ApiObject",
    "AsyncExport",
    "AsyncLicenseAPI",
    "AsyncList",
    "AsyncPage",
    "AuditRecord",
    "BillingDelivery",
    "BillingProvider",
    "Customer",
    "Deleted",
    "Denial",
    "EndedPortalSession",
    "Entitlement",
    "Event",
    "Export",
    "ExportedLicense",
    "Import",
    "ImportReport",
    "Introspection",
    "KeySet",
    "LeakReport",
    "Lease",
    "License",
    "LicenseAPI",
    "LicenseBatchActionResult",
    "LicenseBatchResult",
    "LicenseFile",
    "LicenseUser",
    "Me",
    "OfflineLicense",
    "Page",
    "Permit",
    "Policy",
    "PortalActivation",
    "PortalLicense",
    "PortalLinkRequest",
    "PortalSession",
    "Product",
    "ProductVersion",
    "RequestLog",
    "RevocationList",
    "RootKey",
    "SignedKey",
    "SigningKey",
    "SubscriptionLink",
    "Token",
    "TokenRevocation",
    "Validation",
    "__version__",
    "api_base",
    "api_key",
    "ca_bundle",
    "error",
    "max_retries",
    "timeout",
    "verify_license_file",
    "verify_permit",
    "verify_signed_key",
]

# Settings of the module style. What is None comes from LICENSEAPI_API_KEY,
# LICENSEAPI_API_BASE and LICENSEAPI_CA_BUNDLE. `timeout` is in seconds, for each try.
api_key: str | None = None
api_base: str | None = None
ca_bundle: str | None = None
timeout: float = DEFAULT_TIMEOUT_SECONDS
max_retries: int = DEFAULT_MAX_RETRIES
