"""The resources of the API in the order in which they are explained; OpenAPI calls them tags."""

from collections.abc import Iterable

import msgspec

from licenseapi_server.api.registry import Route


class Resource(msgspec.Struct, frozen=True):
    """Routes that begin with `name`, what people call them, and what they are about."""

    name: str
    title: str
    summary: str


RESOURCES = (
    Resource(
        "licenses",
        "Licenses",
        "A grant to use a product under a policy. Create them when you sell, validate them where "
        "the software runs.",
    ),
    Resource(
        "license_users",
        "License users",
        "The people who may use a license, by name: counted against `max_users`, and banned one "
        "by one.",
    ),
    Resource(
        "activations",
        "Activations",
        "A license bound to one machine. It takes a seat until it is given up, or until its "
        "machine is not heard of any more.",
    ),
    Resource(
        "leases",
        "Leases",
        "One use of a floating license, for a while. It takes a seat until it is released, or until "
        "it is not renewed any more.",
    ),
    Resource(
        "events",
        "Events",
        "What happened to licenses and their machines, when, and by whom. Written together with "
        "the change itself: there is none without the other.",
    ),
    Resource(
        "denials",
        "Denials",
        "Why a license was refused, to which machine, and how often in an hour: the answer to "
        "a customer who is locked out.",
    ),
    Resource(
        "exports",
        "Exports",
        "Everything that there is, in one file: for a spreadsheet, a warehouse, or for leaving.",
    ),
    Resource(
        "billing_providers",
        "Billing providers",
        "Whose deliveries are believed: Stripe, Paddle, Lemon Squeezy, or a system of your own.",
    ),
    Resource(
        "subscription_links",
        "Subscription links",
        "A license and the subscription that drives it: paid, it is valid; given back, it ends.",
    ),
    Resource(
        "billing_deliveries",
        "Billing deliveries",
        "What billing providers have said about subscriptions, and what it did.",
    ),
    Resource(
        "billing",
        "Billing",
        "Where billing providers deliver. They are called by nobody else.",
    ),
    Resource(
        "imports",
        "Imports",
        "Licenses that arrive from elsewhere, with the keys that your customers have. Rows go in "
        "part by part, and each says what became of it.",
    ),
    Resource("products", "Products", "What is licensed: an app, a plug-in, a game."),
    Resource(
        "product_versions",
        "Product versions",
        "When each version of a product was released: what `maintenance` and the strategy "
        "`maintain` are measured by.",
    ),
    Resource(
        "policies",
        "Policies",
        "The rules that the licenses of a product follow: how long they last, and what they ask "
        "of whoever validates.",
    ),
    Resource(
        "entitlements",
        "Entitlements",
        "Features by name. Policies and licenses carry them, apps ask for them.",
    ),
    Resource("customers", "Customers", "Who holds licenses: people, or companies."),
    Resource(
        "portal",
        "Customer portal",
        "Customers help themselves: a mailed link shows them their licenses, and lets them free "
        "the seat of a machine that they have no more.",
    ),
    Resource(
        "tokens",
        "Tokens",
        "Short-lived JWTs that your server mints for one license each, so that an app needs no "
        "key of yours.",
    ),
    Resource("jwks", "Public keys", "What your own server verifies tokens with, without asking."),
    Resource(
        "license_files",
        "License files",
        "Signed documents by which licenses hold on machines that cannot ask.",
    ),
    Resource(
        "root_keys",
        "Root keys",
        "What an app has to know to believe a document offline: copied into it when it is built.",
    ),
    Resource(
        "revocations",
        "Revocations",
        "What no longer holds although it is signed: a list that apps fetch, or get by hand.",
    ),
    Resource(
        "signing_keys",
        "Signing keys",
        "The key pairs that sign tokens and documents, the roots above them, and their rotation.",
    ),
    Resource(
        "api_keys",
        "API keys",
        "Long-lived credentials. Their secrets are shown once; no key can give what it does not "
        "have itself.",
    ),
    Resource(
        "leaks",
        "Leaked keys",
        "For whoever finds a key where it should not be. The answer tells nobody whether it opens "
        "anything.",
    ),
    Resource("account", "Account", "Your account's settings, and what it has used of its plan."),
    Resource("me", "Who am I", "The credential that is asking, and what it may do."),
    Resource(
        "request_logs",
        "Request log",
        "One line for each request: look here for what is unusual, and for what went wrong.",
    ),
    Resource(
        "audit_records",
        "Audit log",
        "Who changed what, when and from where: written with the change itself, and sealed into a "
        "chain that shows tampering.",
    ),
)


def resource_of(route: Route) -> str:
    """The name of the resource that a route belongs to."""
    return route.name.partition(".")[0]


def used_resources(routes: Iterable[Route]) -> list[Resource]:
    """Those that have routes, in their order."""
    names = {resource_of(route) for route in routes}
    return [resource for resource in RESOURCES if resource.name in names]
