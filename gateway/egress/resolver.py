"""Names become addresses here, and only those that may be reached are handed on: the judged one is connected to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv6Address, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.egress.addresses import Forbidden
from gateway.egress.ranges import IpAddress

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name, for a port. Raises OSError."""
Refusal = Callable[[str, int, IpAddress], str | None]
"""Why a host isn't reached at an address, if it isn't."""


async def looked_up(host: str, port: int) -> Sequence[str]:
    """What the system says (RFC 3493 §6.1): of the families that this machine has itself. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
    )
    return [str(address[0]) for *_, address in found]


class PermittedAddresses(AbstractResolver):
    """A resolver for aiohttp. Whatever a name resolves to next time is judged again."""

    def __init__(self, refusal: Refusal, resolve: Resolve) -> None:
        self._refusal = refusal
        self._resolve = resolve

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses that may be reached. Raises Forbidden if there are others only, OSError if there are none."""
        found = [ip_address(text) for text in await self._resolve(host, port)]
        refusals = [self._refusal(host, port, address) for address in found]
        permitted = [address for address, refusal in zip(found, refusals, strict=True) if refusal is None]
        if not permitted:
            raise Forbidden(refusals[0]) if refusals else OSError(None, "the name has no address")
        results = [_result(host, port, address) for address in permitted]
        return [result for result in results if family in (socket.AF_UNSPEC, result["family"])]

    async def close(self) -> None:
        """Nothing is held."""


def _result(host: str, port: int, address: IpAddress) -> ResolveResult:
    family = socket.AF_INET6 if isinstance(address, IPv6Address) else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=str(address), port=port, family=family, proto=0, flags=flags)
