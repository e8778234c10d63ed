"""The HTTP client that everything outbound goes through: a pool, time limits for each phase, bounded answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

MAX_ANSWER = 64 * 1024
"""Bytes of an answer's body that are read; the rest is not waited for."""


class Unreachable(Exception):
    """No answer came: the name, the connection, TLS or the time limit failed. The message says which."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the far side answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """One pool of connections. Open it inside the event loop that uses it; redirects are not followed."""

    def __init__(self) -> None:
        connector = aiohttp.TCPConnector(limit=0, limit_per_host=0, ttl_dns_cache=30, keepalive_timeout=30)
        self._session = aiohttp.ClientSession(
            connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        timeout: timedelta,  # noqa: ASYNC109 - aiohttp keeps it, phase by phase
        connect_timeout: timedelta,
    ) -> Response:
        """Send, and read at most `MAX_ANSWER` of the answer. Raises Unreachable."""
        limits = aiohttp.ClientTimeout(total=timeout.total_seconds(), sock_connect=connect_timeout.total_seconds())
        try:
            async with self._session.request(
                method, url, headers=headers, data=body, timeout=limits, allow_redirects=False
            ) as response:
                answer = await _bounded(response)
                return Response(response.status, response.headers, answer)
        except aiohttp.ServerTimeoutError:
            raise Unreachable(f"no connection within {connect_timeout.total_seconds():g} s") from None
        except TimeoutError:
            raise Unreachable(f"no answer within {timeout.total_seconds():g} s") from None
        except aiohttp.ClientConnectorError as error:
            raise Unreachable(
                f"no connection to {error.host}:{error.port}: {error.os_error.strerror or error.os_error}"
            ) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(_said(error)) from error

    async def close(self) -> None:
        """Close the pool."""
        await self._session.close()


def _said(error: Exception) -> str:
    """What went wrong, without the URL that aiohttp's own text quotes: it may hold a secret."""
    if isinstance(error, aiohttp.ClientResponseError):
        return f"the answer is no HTTP: {error.message}"
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """The body up to `MAX_ANSWER`; a longer one costs its connection, not our memory."""
    read = bytearray()
    async for chunk in response.content.iter_any():
        read += chunk
        if len(read) > MAX_ANSWER:
            response.close()
            break
    return bytes(read[:MAX_ANSWER])
