"""`kind = "http"`: POST the event to a URL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from gateway.egress.client import Client, Response, Unreachable
from gateway.errors import Refused, Unavailable
from gateway.model.delivery import Payload, Reply
from gateway.toml import Table
from gateway.values import PositiveDuration

_AGAIN = frozenset({401, 403, 404, 408, 409, 425, 429})
"""Client errors that a deploy or a changed key can cure; every 5xx is tried again too."""
_LONGEST_QUOTE = 300


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    _ = parts.port  # raises ValueError itself
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http or https URL with a host")
    if parts.username or parts.password:
        raise ValueError("credentials don't belong into a URL: it is logged and shown")
    if "#" in url:
        raise ValueError("tags and fragments are not read in a URL")
    return url


HeaderName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
HeaderValue = Annotated[str, Field(pattern=r"^[\t\x20-\x7e\x80-\xff]*$")]


class Options(Table):
    """The keys of its kind."""

    url: Annotated[str, AfterValidator(_http_url)]
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    """More headers, or others in place of ours."""
    timeout: PositiveDuration = timedelta(seconds=30)
    connect_timeout: PositiveDuration = timedelta(seconds=5)


class Destination:
    """One URL."""

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        self._options = options
        self._client: Client | None = None

    async def open(self) -> None:
        """Open a pool of connections."""
        self._client = Client()

    async def deliver(self, payload: Payload) -> Reply:
        """Send `payload`. Raises Unavailable, Refused."""
        assert self._client is not None, "open() comes first"
        headers = {"Content-Type": payload.content_type, **payload.headers, **self._options.headers}
        try:
            response = await self._client.send(
                self._options.method,
                self._options.url,
                headers=headers,
                body=payload.body,
                timeout=self._options.timeout,
                connect_timeout=self._options.connect_timeout,
            )
        except Unreachable as error:
            raise Unavailable(str(error)) from error
        return _judged(response)

    async def close(self) -> None:
        """Close the pool."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def __repr__(self) -> str:
        """Its name only: an URL may say more than a log should."""
        return f"http({self.name})"


def _judged(response: Response) -> Reply:
    """2xx is delivered; what may pass is tried again; the rest is refused."""
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110 §15.3
        return Reply(status)
    said = response.body[:_LONGEST_QUOTE].decode("utf-8", "replace").strip()
    why = f"HTTP {status}" + (f": {said}" if said else "")
    if status >= 500 or status in _AGAIN:  # noqa: PLR2004 - RFC 9110 §15.6
        raise Unavailable(why, status=status, retry_after=_retry_after(response.headers))
    raise Refused(why, status=status)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds (RFC 9110 §10.2.3), given as such or as a date."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
