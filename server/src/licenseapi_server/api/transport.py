"""Where a request really comes from, and whether it came safely (4-http-api, HTTPS)."""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache

from licenseapi_server.domain.problems import Problem
from licenseapi_server.settings import SettingError, Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
MAPPED_PREFIX = 96
FORWARDING = b"x-forwarded-"


@lru_cache(maxsize=4096)
def parse_address(text: str) -> Address | None:
    """The address, with IPv4-mapped IPv6 taken as the IPv4 that it is; None if it is none."""
    try:
        address = ipaddress.ip_address(_without_port(text.strip()))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if address.version == 6 else None  # noqa: PLR2004 - IP version
    return mapped or address


def _without_port(text: str) -> str:
    """Proxies write 203.0.113.7:443 and [2001:db8::1]:443 too."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


@lru_cache(maxsize=4096)
def _normalized(text: str) -> str:
    address = parse_address(text)
    return str(address) if address else ""


def parse_networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Networks or single addresses. Raises ValueError naming the bad one."""
    return tuple(_parse_network(text) for text in texts)


def _parse_network(text: str) -> Network:
    network = ipaddress.ip_network(text, strict=False)
    if isinstance(network, ipaddress.IPv4Network):
        return network
    if network.network_address.scope_id is not None:
        message = f"{text!r} names an interface of one machine"
        raise ValueError(message)
    mapped = network.network_address.ipv4_mapped
    if mapped is None or network.prefixlen < MAPPED_PREFIX:
        return network
    # Addresses are compared as what they are: an IPv4 one in the clothes of IPv6 is IPv4.
    return ipaddress.IPv4Network((mapped, network.prefixlen - MAPPED_PREFIX))


def is_within(address: Address | None, networks: tuple[Network, ...]) -> bool:
    """Whether the address lies in one of the networks."""
    return address is not None and any(
        address.version == network.version and address in network for network in networks
    )


class Transport:
    """Decides about the connection of a request, by the operator's settings alone."""

    def __init__(self, settings: Settings) -> None:
        try:
            self._proxies = parse_networks(settings.trusted_proxies)
        except ValueError as error:
            message = f"LICENSEAPI_TRUSTED_PROXIES: {error}."
            raise SettingError(message) from error
        self._is_development = settings.is_development

    def client_address(self, peer: str, headers: Mapping[bytes, bytes]) -> str:
        """The address behind the configured hops: forged headers from others count nothing."""
        if not self._proxies or not is_within(parse_address(peer), self._proxies):
            return _normalized(peer)
        hops = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
        if hops == [""]:
            return _normalized(peer)
        address: Address | None = None
        for hop in reversed(hops):
            address = parse_address(hop)
            if address is None:
                # Someone is behind the proxy, and it is not the proxy itself.
                return ""
            if not is_within(address, self._proxies):
                break
        # Where all hops are ours, the first of them is where the request began.
        return str(address)

    def is_secure(self, scheme: str, peer: str, headers: Mapping[bytes, bytes]) -> bool:
        """Whether the client spoke TLS, to us or to a trusted proxy."""
        if scheme == "https":
            return True
        if self._proxies and is_within(parse_address(peer), self._proxies):
            said = headers.get(b"x-forwarded-proto", b"").split(b",")[-1].strip()
            return said.lower() == b"https"
        return False

    def is_local_development(self, peer: str, headers: Mapping[bytes, bytes]) -> bool:
        """Plain HTTP from this very machine, with no sign of a proxy in between."""
        if not self._is_development:
            return False
        if not _is_loopback(peer):
            return False
        if b"forwarded" in headers or b"via" in headers or FORWARDING in b"\n".join(headers):
            return False
        return _host_name(headers.get(b"host", b"")) in LOOPBACK_HOSTS

    def check(self, scheme: str, peer: str, headers: Mapping[bytes, bytes]) -> None:
        """Raise Problem https_required unless the way here was safe. Never redirects:
        a redirect would have the client send its key in clear each time.
        """
        if scheme == "https" or self.is_local_development(peer, headers):
            return
        if not self.is_secure(scheme, peer, headers):
            raise Problem("https_required")


@lru_cache(maxsize=4096)
def _is_loopback(text: str) -> bool:
    address = parse_address(text)
    return address is not None and address.is_loopback


@lru_cache(maxsize=256)
def _host_name(host: bytes) -> str:
    text = host.decode("latin-1").lower()
    if text.startswith("["):
        return text.partition("]")[0] + "]"
    return text.partition(":")[0]
