"""The address policy: where a request may go, by the host it names and by the address that is connected to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from gateway.egress.ranges import IpAddress, IpNetwork, is_guarded, is_public, stands_for
from gateway.egress.target import Target, normal_host

_RULE = re.compile(r"\[([^\[\]]+)\](?::([0-9]{1,5}))?|([^:\[\]]+)(?::([0-9]{1,5}))?|([^\[\]]+)")
_LAST_PORT = 65535


class Forbidden(Exception):
    """The address may not be reached, today or tomorrow. The message names it, and what would permit it."""


@dataclass(frozen=True, slots=True)
class HostRule:
    """One entry of `hosts`: a name, all names below one (`*.example.org`), or a network; of one port, or of any."""

    name: str | None
    network: IpNetwork | None
    port: int | None = None

    def names(self, target: Target) -> bool:
        """Whether it is about the host of `target`, as that is written: a name, or an address."""
        if self.port not in (None, target.port):
            return False
        if self.name is None:
            return self.network is not None and target.address is not None and target.address in self.network
        return target.host.endswith(self.name[1:]) if self.name.startswith("*") else target.host == self.name

    def opens(self, address: IpAddress, port: int) -> bool:
        """Whether it names `address`, though that isn't public.

        A network opens a guarded address only if all of it is guarded: `0.0.0.0/0` was not written for these.
        """
        if self.network is None or self.port not in (None, port) or address not in self.network:
            return False
        return is_guarded(self.network) or not is_guarded(_alone(address))


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Where a destination may send to.

    `written` is the host that the operator wrote in the configuration, None where the whole of it comes from data;
    `hosts` are those that data, and redirects, may name. Raises ValueError for a `written` that is no host.
    """

    written: str | None
    hosts: Sequence[HostRule] = ()

    def __post_init__(self) -> None:
        """Bring `written` into the form in which hosts are compared."""
        if self.written is not None:
            object.__setattr__(self, "written", normal_host(self.written))

    def check(self, target: Target) -> None:
        """A host from data, before anything is sent: whether `hosts` names it. Raises Forbidden.

        An address written out is judged here for good; a name only when it has been resolved.
        """
        if not any(rule.names(target) for rule in self.hosts):
            raise Forbidden(
                f"{target.host}:{target.port} comes from data or a redirect and is none of the permitted hosts: "
                "if it should be, add it to hosts"
            )
        if target.address is not None:
            refusal = self.refusal_of_data(target.host, target.port, target.address)
            if refusal:
                raise Forbidden(refusal)

    def refusal_of_data(self, host: str, port: int, address: IpAddress) -> str | None:
        """Why a host that comes from data isn't reached at `address`: it must be public, or named by `hosts`."""
        for one in stands_for(address):
            is_permitted = is_public(one) and not is_guarded(_alone(one))
            if not is_permitted and not any(rule.opens(one, port) for rule in self.hosts):
                what = "link-local, or of a cloud's metadata" if is_guarded(_alone(one)) else "not public"
                return f"{host} is at {_with(address, one)}, which is {what}: if it is meant, add {one} to hosts"
        return None


def refusal_of_written(host: str, _port: int, address: IpAddress) -> str | None:
    """Why a name that the operator wrote isn't reached at `address`: loopback and private are theirs to choose.

    Only a host written as that very address leads to a link-local or metadata address: a name is in the hands of
    whoever answers for it.
    """
    for one in stands_for(address):
        if is_guarded(_alone(one)):
            return (
                f"{host} is at {_with(address, one)}, which is link-local, or of a cloud's metadata: "
                f"if it is meant, write {one} as the host"
            )
    return None


def parsed_host_rule(value: object) -> HostRule:
    """`example.org`, `*.example.org`, `192.0.2.1`, `10.0.0.0/8`, `[fd00::/8]`, each with `:port`. Raises ValueError."""
    if isinstance(value, HostRule):
        return value
    found = _RULE.fullmatch(value) if isinstance(value, str) else None
    if found is None or "//" in found[0] or "@" in found[0]:
        raise ValueError("must be a host, such as 'example.org', '*.example.org', '10.0.0.0/8' or '[fd00::1]:8443'")
    host, port = found[1] or found[3] or found[5], found[2] or found[4]
    if port and not 0 < int(port) <= _LAST_PORT:
        raise ValueError(f"has the port {port}; ports are 1 to {_LAST_PORT}")
    return _rule(host, int(port) if port else None)


def _rule(host: str, port: int | None) -> HostRule:
    if "/" in host:
        return HostRule(None, _network(host), port)
    if host.startswith("*."):
        below = normal_host(host[2:])
        if _address(below):
            raise ValueError(f"'*' stands for names, not for numbers: write a network, such as {below}/24")
        return HostRule(f"*.{below}", None, port)
    if "*" in host:
        raise ValueError("'*' stands for whole names at the front only, such as '*.example.org'")
    name = normal_host(host)
    network = _address(name)
    return HostRule(None if network else name, network, port)


def _network(text: str) -> IpNetwork:
    try:
        network = ip_network(text)
    except ValueError as error:
        raise ValueError(f"is no network such as '10.0.0.0/8': {error}") from None
    if stands_for(network.network_address)[0] not in network:
        # Connections to ::ffff:a.b.c.d are IPv4, and judged as that.
        raise ValueError("is IPv4 written as IPv6: write the network of IPv4")
    return network


def _address(host: str) -> IpNetwork | None:
    try:
        return ip_network(host)
    except ValueError:
        return None


def _alone(address: IpAddress) -> IpNetwork:
    return ip_network(address)


def _with(address: IpAddress, one: IpAddress) -> str:
    return str(one) if address == one else f"{address} (which leads to {one})"
