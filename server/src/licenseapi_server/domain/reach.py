"""How far a key reaches, and whether another one reaches further: nobody gives beyond their own."""

import ipaddress

import msgspec

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What a key may do: its type and scopes, and the bindings that narrow them.

    No product and no network means all of them; `expires_at` is in microseconds, None for never.
    """

    type: str
    scopes: frozenset[str]
    product_ids: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    expires_at: int | None = None


def find_excess(own: Reach, other: Reach) -> str | None:
    """In what way `other` reaches further than `own`, as the end of a sentence; None in none."""
    if other.type == "secret" and own.type != "secret":
        return "it is a secret key"
    beyond = other.scopes - own.scopes
    if beyond:
        return f"it has {min(beyond)}"
    if own.product_ids and not (
        other.product_ids and set(other.product_ids) <= set(own.product_ids)
    ):
        return "it is not bound to the same products"
    if own.expires_at is not None and (
        other.expires_at is None or other.expires_at > own.expires_at
    ):
        return "it lives longer"
    if own.networks and not (
        other.networks and all(lies_within(network, own.networks) for network in other.networks)
    ):
        return "it may be used from other addresses"
    return None


def lies_within(network: str, allowed: tuple[str, ...]) -> bool:
    """Whether a list of networks, if there is one, allows all of this one."""
    asked = ipaddress.ip_network(network)
    return not allowed or any(_contains(ipaddress.ip_network(text), asked) for text in allowed)


def _contains(wide: Network, narrow: Network) -> bool:
    if isinstance(wide, ipaddress.IPv4Network) and isinstance(narrow, ipaddress.IPv4Network):
        return narrow.subnet_of(wide)
    if isinstance(wide, ipaddress.IPv6Network) and isinstance(narrow, ipaddress.IPv6Network):
        return narrow.subnet_of(wide)
    return False
