"""What the far side answered: whole, as it is needed mostly, or still on the wire."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

MAX_ANSWER = 64 * 1024
"""Bytes of an answer's body that are read where it isn't what we came for; the rest is not waited for."""


class Unreachable(Exception):
    """No answer came: the name, the connection, TLS or the time limit failed. The message says which."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the far side answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Stream:
    """An answer whose body is still on the wire."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    @property
    def status(self) -> int:
        """What its first line says."""
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        """In any case."""
        return self._response.headers

    async def read(self) -> bytes:
        """What came meanwhile, or comes next; nothing at the end. Raises Unreachable where it breaks off."""
        try:
            return await self._response.content.readany()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(said(error)) from error

    async def bounded(self) -> Response:
        """The body up to `MAX_ANSWER`; a longer one costs its connection, not our memory. Raises Unreachable."""
        read = bytearray()
        while piece := await self.read():
            read += piece
            if len(read) > MAX_ANSWER:
                self._response.close()
                break
        return Response(self.status, self.headers, bytes(read[:MAX_ANSWER]))

    async def end(self) -> None:
        """Give the connection back; one with something left on it is closed."""
        self._response.release()
        await self._response.wait_for_close()


def said(error: Exception) -> str:
    """What went wrong, without the URL that aiohttp's own text quotes: it may hold a secret."""
    match error:
        case aiohttp.ClientHttpProxyError():
            return f"the proxy answered {error.status} to CONNECT"
        case aiohttp.ClientResponseError():
            return f"the answer is no HTTP: {error.message}"
        case aiohttp.ClientConnectorCertificateError(certificate_error=ssl.SSLCertVerificationError() as reason):
            return f"no connection to {error.host}:{error.port}: its certificate: {reason.verify_message}"
        case aiohttp.ClientConnectorError():
            return f"no connection to {error.host}:{error.port}: {error.os_error.strerror or error.os_error}"
        case OSError(strerror=str(text)) if text:
            return text
        case _:
            return type(error).__name__
