"""THE registry: what this server can do, one Route per endpoint.

Everything else follows from it: matching, permissions, the OpenAPI document, the reference
page, and the house tests. CONTRIBUTING.md tells what a new Route needs.
"""

from licenseapi_server.api.registry import Route
from licenseapi_server.api.routes_account import ACCOUNT
from licenseapi_server.api.routes_billing import BILLING
from licenseapi_server.api.routes_bulk import BULK
from licenseapi_server.api.routes_catalog import CATALOG
from licenseapi_server.api.routes_leaks import LEAKS
from licenseapi_server.api.routes_licensing import LICENSING
from licenseapi_server.api.routes_portal import PORTAL
from licenseapi_server.api.routes_runtime import RUNTIME

ROUTES: tuple[Route, ...] = (
    *RUNTIME,
    *CATALOG,
    *LICENSING,
    *BULK,
    *BILLING,
    *ACCOUNT,
    *LEAKS,
    *PORTAL,
)
