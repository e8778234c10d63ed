"""An HTTP request on its way out: what the configuration says of it, and what one payload makes of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from gateway.egress.credentials import NONE, Credentials
from gateway.model.body import Rendered
from gateway.model.payload import Payload
from gateway.model.places import in_form, in_header, in_query
from gateway.model.replacing import NOTHING, Replacements
from gateway.model.request import MASK
from gateway.model.signature import signature
from gateway.model.template import Tag, Template
from gateway.model.url import Url

_LONGEST = 256 * 1024
"""Characters of a body that are shown."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request, as it is sent."""

    method: str
    url: str
    is_from_data: bool
    """Whether its host came with the event."""
    headers: Mapping[str, str]
    body: bytes
    credentials: Credentials = NONE
    about: str = ""
    """What people are told of it, and the far side isn't."""

    def shown(self) -> str:
        """As text for people, without what proves who we are."""
        secret = {name.lower() for name, _ in self.credentials.headers} | {"webhook-signature"}
        url = self.url
        for name, value in self.credentials.parameters:
            url = url.replace(in_query([(name, value)]), f"{in_form(name)}={MASK}")
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"# {self.about}"] if self.about else []
        lines += [f"{self.method} {target} HTTP/1.1", f"Host: {parts.netloc}"]
        lines += [f"{name}: {MASK if name.lower() in secret else value}" for name, value in self.headers.items()]
        return "\n".join([*lines, "", shown_body(self.body)])


class Content(Protocol):
    """What is sent of a payload, such as a `Body`."""

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Every tag in it."""

    @property
    def needs_original(self) -> bool:
        """Whether the call that brought the event is what is sent."""

    def rendered(self, payload: Payload) -> Rendered:
        """What is sent of `payload`. Raises Unresolved, Refused."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How requests to one destination are made; each value has its place, and can't leave it."""

    method: str
    url: Url
    headers: Mapping[str, Template]
    body: Content
    credentials: Credentials = NONE
    keys: Sequence[bytes] = ()
    """Of Standard Webhooks' signature."""
    replacements: Replacements = NOTHING
    """Of values, before they are written anywhere."""
    about: str = ""

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Every tag that is filled."""
        return self.url.tags + self.body.tags + tuple(tag for one in self.headers.values() for tag in one.tags)

    def outgoing(self, payload: Payload) -> Outgoing:
        """The request that brings `payload`. Raises Unresolved, Refused."""
        payload = self.replacements.applied(payload)
        rendered = self.body.rendered(payload)
        query = "&".join(part for part in (rendered.query, in_query(self.credentials.parameters)) if part)
        url = self.url.rendered(payload.scope, query)
        headers = self._headers(payload, rendered)
        return Outgoing(
            self.method, url, self.url.is_from_data, headers, rendered.content, self.credentials, self.about
        )

    def _headers(self, payload: Payload, rendered: Rendered) -> dict[str, str]:
        headers = {"Content-Type": rendered.content_type} if rendered.content_type else {}
        headers |= {**rendered.headers, **payload.headers}
        if self.keys:
            headers["webhook-signature"] = signature(
                self.keys, headers["webhook-id"], headers["webhook-timestamp"], rendered.content
            )
        headers |= dict(self.credentials.headers)
        own = {name: template.text(payload.scope, in_header) for name, template in self.headers.items()}
        replaced = {name.lower() for name in own}
        return {name: value for name, value in headers.items() if name.lower() not in replaced} | own


def shown_body(body: bytes) -> str:
    """A body for people: as text, or how long it is."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"({len(body)} bytes that are no text)"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(body)} bytes)"
