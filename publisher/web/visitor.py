"""Where a request comes from, and as what it counts when requests are rationed."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest

from publisher.web.newsroom import newsroom

# One customer of a network gets at least that much of it.
_BITS = {4: 24, 6: 48}


def address_of(request: HttpRequest) -> str:
    """Give the network address of the visitor; behind the declared number of proxies it is what they say."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    proxies = newsroom().settings.web.proxies
    if not proxies:
        return peer
    said = [part.strip() for part in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
    return said[-proxies] if len(said) >= proxies else peer


def network_of(request: HttpRequest) -> str:
    """Give the network that a visitor counts as: IPv4 /24, IPv6 /48; "" when there is no address."""
    try:
        address = ipaddress.ip_address(address_of(request).partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None) or address
    return str(ipaddress.ip_network((mapped, _BITS[mapped.version]), strict=False))
