"""Every route and every wrong caller: generated from the registry, so that none is forgotten."""

import os
import tempfile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "licenseapi_server.django_settings")
os.environ.setdefault("LICENSEAPI_DATA_DIR", tempfile.mkdtemp(prefix="licenseapi-routes-"))

import django
import httpx
import pytest

django.setup()

from harness.billing import SECRETS, generic_event
from harness.cast import Vendor, make_vendor
from harness.eventually import eventually
from harness.server import Server
from harness.subscriptions import send
from licenseapi_server.api.registry import ANY_SCOPE, Route
from licenseapi_server.api.routes import ROUTES as ALL_ROUTES

PORTAL = [route for route in ALL_ROUTES if "portal" in route.credentials]
# Of the portal's routes, which no key may call, tests/portal asks about others' objects.
ROUTES = [route for route in ALL_ROUTES if not route.is_public and route not in PORTAL]
WITH_ID = [route for route in ROUTES if "{id}" in route.path]
NOUNS = {"products": "product", "policies": "policy", "licenses": "license"}


@pytest.fixture(scope="module")
def vendors(server: Server) -> tuple[Vendor, Vendor]:
    return make_vendor(server, "Acme"), make_vendor(server, "Globex")


def _call(client: httpx.Client, route: Route, row_id: str = "x") -> httpx.Response:
    body = route.example if route.example is not None else {}
    return client.request(
        route.method,
        route.path.replace("{id}", row_id),
        json=None if route.method in {"GET", "DELETE"} else body,
        headers={"Idempotency-Key": f"{route.name}-{row_id}"},
    )


@pytest.mark.parametrize("route", [*ROUTES, *PORTAL], ids=lambda route: route.name)
def test_without_a_credential_nothing_is_answered(server: Server, route: Route) -> None:
    assert _call(server.client(), route).json()["code"] == "authentication_required"


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.scope != ANY_SCOPE], ids=lambda route: route.name
)
def test_without_its_scope_a_route_is_forbidden(
    vendors: tuple[Vendor, Vendor], server: Server, route: Route
) -> None:
    other = "products:read" if route.scope != "products:read" else "policies:read"
    narrow = vendors[0].api.make("/v1/api_keys", name=route.name, scopes=[other])["secret"]

    response = _call(server.client(narrow), route)

    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")
    assert response.json()["missing_scopes"] == [route.scope]


@pytest.mark.parametrize("kind", ["publishable", "token"])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_client_credentials_reach_only_their_routes(
    vendors: tuple[Vendor, Vendor], server: Server, route: Route, kind: str
) -> None:
    acme = vendors[0]
    if kind in route.credentials:
        assert route.is_runtime
        return
    credential = acme.account.live["publishable_key"]
    if kind == "token":
        credential = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]

    response = _call(server.client(credential), route)

    assert (response.status_code, response.json()["code"]) == (403, "credential_not_allowed")


def _lease(vendor: Vendor) -> str:
    policies = "/v1/policies"
    policy = vendor.api.make(policies, product_id=vendor.product["id"], name="F", floating=True)
    license_ = vendor.api.make("/v1/licenses", policy_id=policy["id"])
    lease_id: str = vendor.api.make("/v1/leases", license_id=license_["id"], fingerprint="x")["id"]
    return lease_id


def _billing_ids(acme: Vendor, name: str) -> dict[str, str]:
    """A provider, a link and a delivery of Acme's; there is one provider of a kind."""
    rows = acme.api.get("/v1/billing_providers").json()["data"]
    if not rows:
        provider = {"provider": "generic", "secret": SECRETS["generic"]}
        rows = [acme.api.make("/v1/billing_providers", **provider)]
    license_id = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])["id"]
    link = acme.api.make(
        "/v1/subscription_links", provider="generic", license_id=license_id, external_id=name
    )
    said = generic_event("paid", name, 1, subscription_id=name)
    return {
        "billing_providers": rows[0]["id"],
        "subscription_links": link["id"],
        "billing_deliveries": send(acme, said, "generic")["id"],
    }


@pytest.mark.parametrize("route", WITH_ID, ids=lambda route: route.name)
def test_k07_others_objects_are_like_absent_ones(
    vendors: tuple[Vendor, Vendor], server: Server, route: Route
) -> None:
    acme, globex = vendors
    noun = route.path.split("/")[2]
    ids = {
        "products": acme.product["id"],
        "policies": acme.policy["id"],
        "licenses": acme.license["id"],
        "api_keys": acme.api.get("/v1/me").json()["key_id"],
        "customers": acme.api.make("/v1/customers", name="Ada")["id"],
        "signing_keys": acme.api.get("/v1/signing_keys").json()["data"][0]["id"],
        "imports": acme.api.make("/v1/imports")["id"],
        "request_logs": acme.api.get("/v1/me").headers["Request-Id"],
        "audit_records": acme.api.get("/v1/audit_records").json()["data"][0]["id"],
        "events": acme.api.get("/v1/events").json()["data"][0]["id"],
    }
    machine = {"license_id": acme.license["id"], "fingerprint": route.name}
    ids["activations"] = acme.api.make("/v1/activations", **machine)["id"]
    acme.api.make("/v1/licenses/validate", key=acme.key, product="another")
    denials = eventually(lambda: acme.api.get("/v1/denials").json()["data"], bool)
    ids["denials"] = denials[0]["id"]
    ids["entitlements"] = acme.api.make(
        "/v1/entitlements", name="x", code=f"c-{route.name}-{os.getpid()}"
    )["id"]
    ids["leases"] = _lease(acme)
    ids["license_files"] = acme.api.make(f"/v1/licenses/{acme.license['id']}/check_out")["id"]
    ids |= _billing_ids(acme, route.name)
    foreign = _call(globex.api, route, ids[noun])
    absent = _call(globex.api, route, ids[noun][:-4] + "0000")
    malformed = _call(globex.api, route, "nonsense")

    def shown(response: httpx.Response) -> dict:
        hidden = {"request_id", "instance"}
        return {name: value for name, value in response.json().items() if name not in hidden}

    assert foreign.status_code == 404
    assert shown(foreign) == shown(absent) == shown(malformed)
