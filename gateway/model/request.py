"""A call exactly as it arrived, untrusted, and the answer it gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import unquote_plus

from gateway.model.coding import inflated
from gateway.model.original import Original

MASK = "••••"
"""What stands for a secret, wherever it is shown or stored."""


class Dialect(StrEnum):
    """How a caller speaks, told from the message before anything is parsed; refusals are written in it."""

    HTTP = "http"
    SOAP11 = "soap11"
    SOAP12 = "soap12"


class Incoming(Protocol):
    """A body that is still on the wire. Both may raise TooLarge, TimedOut or Malformed."""

    @property
    def length(self) -> int | None:
        """Bytes, as Content-Length announced them; None where it didn't."""

    @property
    def so_far(self) -> bytes:
        """What was read of it."""

    def first(self, count: int) -> bytes:
        """Up to `count` first bytes, without losing them for `read`."""

    def read(self, limit: int) -> bytes:
        """All bytes; TooLarge as soon as there are more than `limit`."""


@dataclass(slots=True, eq=False)
class Request:
    """One call. `body` is empty until `load` has read it, so strangers cost no reading; `content` till `inflate`."""

    request_id: str
    source: str
    version: str | None
    """The `<N>` of a path that names `/v<N>`."""
    event: str | None
    """The event that the path names."""
    method: str
    path: str
    query: str
    """As sent, without the question mark."""
    headers: Mapping[str, str]
    """Names in lower case."""
    received_at: datetime
    incoming: Incoming
    body: bytes = b""
    """As it came."""
    content: bytes = b""
    """The body without its content codings."""
    binding: str = ""
    """Which door it came by, for the record: json, form, query, xml, multipart, text, cloudevents, soap11, soap12."""
    secrets: frozenset[str] = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})
    """Headers whose values are masked before anything is stored."""
    secret_parameters: frozenset[str] = frozenset()
    """URL parameters that an authenticator reads: no fields, and masked before anything is stored."""
    notes: list[str] = field(default_factory=list)
    """What its sender is told in the receipt, besides that it was taken."""
    memo: dict[str, Any] = field(default_factory=dict)
    """What was worked out once and is needed again, by name of the function that did."""

    @property
    def content_type(self) -> str:
        """The media type alone, in lower case, "" where there is none (RFC 9110 §8.3)."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def load(self, limit: int) -> None:
        """Read the body off the wire, at most `limit` bytes. Raises TooLarge, TimedOut, Malformed."""
        self.body = self.incoming.read(limit)

    def inflate(self, limit: int) -> None:
        """Take the body's content codings off, up to `limit` bytes. Raises TooLarge, Malformed, UnsupportedMedia."""
        self.content = inflated(self.headers, self.body, limit)

    def original(self) -> Original:
        """As it is kept."""
        return Original(self.method, self.stored_headers(), self.headers.get("content-type", ""), self.body)

    def stored_headers(self) -> dict[str, str]:
        """The headers with every secret masked."""
        return {name: MASK if name in self.secrets else value for name, value in self.headers.items()}

    def stored_query(self) -> str:
        """The query with every secret masked."""
        if not self.secret_parameters:
            return self.query
        return "&".join(map(self._masked, self.query.split("&")))

    def _masked(self, parameter: str) -> str:
        name, equals, _ = parameter.partition("=")
        return f"{name}{equals}{MASK}" if unquote_plus(name) in self.secret_parameters else parameter


def without_masked(query: str) -> str:
    """A stored query without the parameters whose values are masked: they were for an authenticator, and no fields.

    >>> without_masked("key=••••&duration=5")
    'duration=5'
    """
    return "&".join(one for one in query.split("&") if not one.endswith(f"={MASK}"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over the wire."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Caller:
    """The identity that an authenticator proved."""

    name: str
