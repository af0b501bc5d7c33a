"""Which addresses the program may connect to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Self

from publisher.errors import SettingsError

Address = IPv4Address | IPv6Address

# IANA's registries of special-purpose addresses, IPv4 and IPv6: what is not globally reachable, and what is obsolete.
_CLOSED_V4: Final = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, where clouds keep their metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_GLOBAL_V6: Final = IPv6Network("2000::/3")
_CLOSED_V6: Final = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")
_NAT64: Final = IPv6Network("64:ff9b::/96")


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """Give the IPv4 address that packets to this IPv6 address would really reach."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _SIX_TO_FOUR:
        return address.sixtofour
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def is_public(address: Address | str) -> bool:
    """Say whether an address belongs to the public internet; False for what is no address at all.

    An IPv6 address that only wraps an IPv4 address (mapped, 6to4, NAT64) is judged by what it wraps.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        wrapped = _embedded(found)
        if wrapped is None:
            return found in _GLOBAL_V6 and not any(found in net for net in _CLOSED_V6)
        found = wrapped
    return not any(found in net for net in _CLOSED_V4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Where the program may connect to: the public internet, and the `hosts` and `networks` that settings allow."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def allowing(cls, places: Iterable[str]) -> Self:
        """Make a guard from host names, addresses and networks ("intranet.example.org", "::1", "10.1.0.0/16").

        Raises: SettingsError for a network that is none.
        """
        hosts: set[str] = set()
        networks: list[IPv4Network | IPv6Network] = []
        for place in places:
            try:
                networks.append(ip_network(place.strip().strip("[]"), strict=False))
            except ValueError:
                if "/" in place or not place.strip():
                    reason = f"{place!r} is no host name, address or network"
                    fix = 'Write it like "intranet.example.org", "192.168.1.20" or "192.168.1.0/24"'
                    raise SettingsError("allowed addresses", reason, fix) from None
                hosts.add(place.strip().lower().rstrip("."))
        return cls(hosts=frozenset(hosts), networks=tuple(networks))

    def permits(self, host: str, address: str) -> bool:
        """Say whether a connection to this address, under this name, may be made."""
        if is_public(address) or host.lower().rstrip(".") in self.hosts:
            return True
        try:
            found = ip_address(address)
        except ValueError:
            return False
        inner = _embedded(found) if isinstance(found, IPv6Address) else None
        return any(one in net for net in self.networks for one in (found, inner) if one is not None)
