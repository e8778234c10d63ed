"""Requests by a client that lives as long as they do, and names that mean what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from gateway.egress.addresses import AddressPolicy, Forbidden, parsed_host_rule
from gateway.egress.client import Client, Response, Unreachable

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_SECONDS = timedelta(seconds=5)


def a_policy(written: str | None = None, *hosts: str) -> AddressPolicy:
    return AddressPolicy(written, tuple(map(parsed_host_rule, hosts)))


class Names:
    """What names mean: each look-up takes the next meaning, and the last one stays."""

    def __init__(self, meanings: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._left = {name: list(meaning) for name, meaning in meanings.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        meanings = self._left.get(host)
        if not meanings:
            raise OSError(None, "no such name")
        return meanings.pop(0) if len(meanings) > 1 else meanings[0]


async def requested(client: Client, url: str, **more: Any) -> Response:
    values: dict[str, Any] = {"headers": {"X-Name": "value"}, "body": b"body", "timeout": _SECONDS}
    return await client.send(url=url, **values | {"connect_timeout": _SECONDS, "method": "POST", **more})


def send(url: str, *, times: int = 1, client: dict[str, Any] | None = None, **more: Any) -> list[Response]:
    """The answers to `times` requests of one client."""

    async def run() -> list[Response]:
        opened = Client(**client or {})
        try:
            return [await requested(opened, url, **more) for _ in range(times)]
        finally:
            await opened.close()

    return asyncio.run(run())


def unreachable(url: str, **more: Any) -> str:
    with pytest.raises(Unreachable) as error:
        send(url, **more)
    return str(error.value)


def forbidden(url: str, **more: Any) -> str:
    with pytest.raises(Forbidden) as error:
        send(url, **more)
    return str(error.value)
