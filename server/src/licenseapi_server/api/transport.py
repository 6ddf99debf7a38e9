"""Where a request really comes from, and whether it came safely (4-http-api, HTTPS)."""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

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


class Arrival(NamedTuple):
    """How a request came: from which address, whether by TLS, and whether that is safe enough."""

    address: str
    is_secure: bool
    is_safe: bool


class Transport:
    """Decides about the connection of a request, by the operator's settings alone."""

    def __init__(self, settings: Settings) -> None:
        try:
            self._proxies = parse_networks(settings.trusted_proxies)
        except ValueError as error:
            message = f"LICENSEAPI_TRUSTED_PROXIES: {error}."
            raise SettingError(message) from error
        self._is_development = settings.is_development

    def look(self, scheme: str, peer: str, headers: Mapping[bytes, bytes]) -> Arrival:
        """How a request came. Forged headers count nothing, unless a proxy of ours sent them."""
        if self._proxies and is_within(parse_address(peer), self._proxies):
            is_secure = scheme == "https" or _is_said_to_be_secure(headers)
            address = self._address_behind(peer, headers)
            return Arrival(address, is_secure, is_secure or self._is_local(peer, headers))
        direct = _look_directly(peer)
        if scheme == "https":
            return direct.secure
        return direct.local if self._is_local(peer, headers) else direct.plain

    def _address_behind(self, peer: str, headers: Mapping[bytes, bytes]) -> str:
        """The address behind the configured hops."""
        hops = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
        if hops == [""]:
            return _look_directly(peer).plain.address
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

    def _is_local(self, peer: str, headers: Mapping[bytes, bytes]) -> bool:
        """Development: plain HTTP from this very machine, with no sign of a proxy in between."""
        if not self._is_development or not _is_loopback(peer, headers.get(b"host", b"")):
            return False
        is_forwarded = b"forwarded" in headers or b"via" in headers
        return not is_forwarded and FORWARDING not in b"\n".join(headers)


def _is_said_to_be_secure(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the proxy says that the client spoke TLS with it."""
    said = headers.get(b"x-forwarded-proto", b"").split(b",")[-1].strip()
    return said.lower() == b"https"


class _Direct(NamedTuple):
    """How a request can have come from whoever is connected to us."""

    plain: Arrival
    local: Arrival
    secure: Arrival


@lru_cache(maxsize=4096)
def _look_directly(peer: str) -> _Direct:
    address = parse_address(peer)
    text = str(address) if address else ""
    ways = ((False, False), (False, True), (True, True))
    return _Direct(*(Arrival(text, is_secure, is_safe) for is_secure, is_safe in ways))


@lru_cache(maxsize=4096)
def _is_loopback(peer: str, host: bytes) -> bool:
    """Whether both ends are this machine, by address and by name."""
    address = parse_address(peer)
    return address is not None and address.is_loopback and _host_name(host) in LOOPBACK_HOSTS


def _host_name(host: bytes) -> str:
    text = host.decode("latin-1").lower()
    if text.startswith("["):
        return text.partition("]")[0] + "]"
    return text.partition(":")[0]
