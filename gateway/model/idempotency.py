"""What makes a repeated call a duplicate: a key that it brings, and what must be the same again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.model.event import Event
from gateway.model.message import Message
from gateway.model.request import Request
from gateway.model.template import Template

DIGEST, HEADER = "digest", "header:"
_LONGEST_KEY = 200
"""Characters of a key that are stored as they are: databases bound what an index can hold."""
_STANDARD = "Idempotency-Key"
"""The header that callers send (draft-ietf-httpapi-idempotency-key-header)."""


class OnReuse(StrEnum):
    """What becomes of other data under a key that was used before."""

    DUPLICATE = "duplicate"
    REFUSE = "refuse"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Once:
    """One key, what must be the same under it, and the events of a request that it stands for."""

    key: str
    digest: bytes
    expires_at: datetime
    positions: range


@dataclass(frozen=True, slots=True)
class Idempotency:
    """How one source's repeats are told: by its own `key`, else a CloudEvent's id, else the Idempotency-Key header."""

    key: str = ""
    """`header:NAME`, `digest`, or a template of the data; "" where the source has none."""
    window: timedelta = timedelta(hours=24)
    on_reuse: OnReuse = OnReuse.REFUSE

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that a key is looked for in, where nothing of the events themselves is one."""
        own = (self.key.removeprefix(HEADER),) if self.key.startswith(HEADER) else ()
        return own if own and own[0].lower() == _STANDARD.lower() else (*own, _STANDARD)

    def keys_of(self, request: Request, messages: Sequence[Message], events: Sequence[Event]) -> tuple[Once, ...]:
        """The keys of one request: one for all its events, or one for each event that has one."""
        own = self._own(request, messages, events)
        ids = (_cloud_event_key(message) for message in messages)
        each = [mine or its for mine, its in zip(own, ids, strict=True)]
        if any(each):
            return tuple(
                self._once(request, key, events, range(place, place + 1)) for place, key in enumerate(each) if key
            )
        given = (request.headers.get(header.lower(), "").strip() for header in self.headers)
        key = next(filter(None, given), "")
        return (self._once(request, key, events, range(len(events))),) if key else ()

    def _own(self, request: Request, messages: Sequence[Message], events: Sequence[Event]) -> Iterator[str]:
        """The source's own key of each event, where it is one of the data."""
        del request
        template = Template.of(self.key) if self.key and self.key != DIGEST else None
        for message, event in zip(messages, events, strict=True):
            if self.key == DIGEST:
                yield f"{DIGEST}:{_digest([event]).hex()}"
            elif template is not None and template.names:
                yield template.rendered(message.data) or ""
            else:
                yield ""

    def _once(self, request: Request, key: str, events: Sequence[Event], positions: range) -> Once:
        digest = _digest(events[positions.start : positions.stop])
        if self.on_reuse is OnReuse.NEW:
            key = f"{key}\n{digest.hex()}"
        if self.on_reuse is OnReuse.DUPLICATE:
            digest = b""
        return Once(short(key), digest, request.received_at + self.window, positions)


def _cloud_event_key(message: Message) -> str:
    """A CloudEvent is the same as another of equal source and id (CloudEvents §3.1.1)."""
    own = message.attributes
    return f"{own['source']}\n{own['id']}" if "id" in own and "source" in own else ""


def _digest(events: Sequence[Event]) -> bytes:
    digest = hashlib.sha256()
    for event in events:
        digest.update(event.type.encode() + b"\0" + event.data + b"\0")
    return digest.digest()


def short(key: str) -> str:
    """`key`, or its digest where it is long: what is stored of any key, and shared by all whose keys are equal."""
    return (
        key
        if len(key) <= _LONGEST_KEY
        else f"sha256:{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"
    )
