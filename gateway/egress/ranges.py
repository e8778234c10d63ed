"""What an IP address is: public, guarded, or another one in disguise."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

_GUARDED: tuple[IpNetwork, ...] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this machine (RFC 1122 §3.2.1.3): Linux connects it to loopback
            "::/128",  # the same (RFC 4291 §2.5.2)
            "169.254.0.0/16",  # link-local (RFC 3927); every large cloud's metadata is at 169.254.169.254
            "fe80::/10",  # link-local (RFC 4291 §2.5.6)
            "fd00:ec2::/32",  # Amazon: metadata at ::254, credentials of pods at ::23
            "fd20:ce::254/128",  # Google
            "fd00:c1::a9fe:a9fe/128",  # Oracle
            "192.0.0.192/32",  # Oracle, the older ones
            "fd00:42::42/128",  # Scaleway
            "100.100.100.200/32",  # Alibaba
            "168.63.129.16/32",  # Azure's own, in the middle of the public ones
        ),
    )
)
_NEVER_PUBLIC: tuple[IpNetwork, ...] = tuple(
    map(
        ip_network,
        # Pythons differ in what they call global; these are not, or no longer.
        (
            "192.0.0.0/24",  # protocol assignments (RFC 6890)
            "192.88.99.0/24",  # relays of 6to4, withdrawn (RFC 7526)
            "2001::/23",  # protocol assignments, Teredo among them (RFC 6890)
            "2002::/16",  # 6to4, withdrawn as well
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)
_ALLOCATED = IPv6Network("2000::/3")
"""All that has been given out of IPv6 for use in the Internet (RFC 4291 §2.4, and IANA's register)."""
_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 for those who have IPv6 only (RFC 6052 §2.1)."""


def unmapped(address: IpAddress) -> IpAddress:
    """The IPv4 address that a connection to `::ffff:a.b.c.d` goes to (RFC 4291 §2.5.5.2), else the same."""
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def stands_for(address: IpAddress) -> tuple[IpAddress, ...]:
    """The address, and those it is translated to on its way: NAT64, 6to4 (RFC 3056 §2), Teredo (RFC 4380 §4)."""
    address = unmapped(address)
    if isinstance(address, IPv4Address):
        return (address,)
    if address in _NAT64:
        return (address, IPv4Address(int(address) & 0xFFFFFFFF))
    return (address, *filter(None, (address.sixtofour, *(address.teredo or ()))))


def is_public(address: IpAddress) -> bool:
    """Whether the Internet routes it, judged by itself; what it stands for is judged beside it."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return True
        if address not in _ALLOCATED:
            return False
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved or address.is_unspecified)
        and not any(address in network for network in _NEVER_PUBLIC)
    )


def is_guarded(network: IpNetwork) -> bool:
    """Whether all of it is link-local, metadata or unspecified: nobody gets there who did not write that very place."""
    return any(_holds(guarded, network) for guarded in _GUARDED)


def _holds(outer: IpNetwork, inner: IpNetwork) -> bool:
    if isinstance(outer, IPv4Network):
        return isinstance(inner, IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and inner.subnet_of(outer)
