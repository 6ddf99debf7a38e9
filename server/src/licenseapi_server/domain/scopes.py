"""The closed list of permissions, and which credential implies which (5-security)."""

from collections.abc import Iterable
from functools import lru_cache

RESOURCES = (
    "products",
    "policies",
    "customers",
    "entitlements",
    "activations",
    "leases",
    "license_files",
    "meters",
    "webhooks",
    "billing",
    "api_keys",
    "members",
    "account",
)

ALL_SCOPES: tuple[str, ...] = (
    *(f"{resource}:{action}" for resource in RESOURCES for action in ("read", "write")),
    *(f"licenses:{action}" for action in ("read", "write", "validate", "check_in", "reveal")),
    *(f"usage:{action}" for action in ("read", "write", "reverse")),
    "tokens:mint",
    "tokens:revoke",
    "events:read",
    "request_logs:read",
    "audit:read",
    "analytics:read",
    "signing_keys:read",
    "signing_keys:rotate",
    "export",
    "import",
    "portal:read",
    "portal:release",
    "portal:files",
)

PORTAL_SCOPES = frozenset({"portal:read", "portal:release", "portal:files"})
NEVER_IMPLIED = frozenset({"members:write", "account:write", "signing_keys:rotate"})
SECRET_KEY_SCOPES = frozenset(ALL_SCOPES) - NEVER_IMPLIED - PORTAL_SCOPES
GRANTABLE_SCOPES = frozenset(ALL_SCOPES) - PORTAL_SCOPES
CLIENT_TOKEN_SCOPES = (
    "licenses:validate",
    "licenses:check_in",
    "activations:write",
    "leases:write",
    "usage:write",
    "license_files:write",
)
PUBLISHABLE_KEY_SCOPES = frozenset(CLIENT_TOKEN_SCOPES)
# What a key in a query parameter may hold at most (4-http-api, Credential).
URL_SCOPES = frozenset({"licenses:validate", "license_files:read"})

PRESETS: dict[str, tuple[str, ...]] = {
    "read_only": tuple(
        scope for scope in ALL_SCOPES if scope.endswith(":read") and scope not in PORTAL_SCOPES
    ),
    "validate_only": ("licenses:validate",),
    "issue_licenses": (
        "licenses:read",
        "licenses:write",
        "customers:read",
        "customers:write",
        "policies:read",
        "products:read",
    ),
    "ci": ("licenses:read", "licenses:validate", "products:read", "products:write"),
}


@lru_cache(maxsize=4096)
def scope_set(text: str) -> frozenset[str]:
    """The scopes of a space-separated text, as they stand in the database."""
    return frozenset(text.split())


def effective_scopes(key_type: str, granted: str) -> frozenset[str]:
    """What a key may do: its type's scopes and those granted by name."""
    if key_type == "secret":
        return SECRET_KEY_SCOPES | scope_set(granted) if granted else SECRET_KEY_SCOPES
    if key_type == "publishable":
        return PUBLISHABLE_KEY_SCOPES
    if key_type == "portal":
        return PORTAL_SCOPES
    return scope_set(granted)


def parse_scopes(names: Iterable[str]) -> tuple[str, ...]:
    """The scopes in the order of the list, each once. Raises ValueError naming an unknown one."""
    wanted = set(names)
    unknown = sorted(wanted - set(ALL_SCOPES))
    if unknown:
        message = f"{unknown[0]!r} is not a scope"
        raise ValueError(message)
    return tuple(scope for scope in ALL_SCOPES if scope in wanted)
