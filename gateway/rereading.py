"""A stored request read again, by today's contract and mapping: what it would make now, beside what it made."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from gateway.incoming import Body
from gateway.model.address import address_in
from gateway.model.difference import Difference, differences
from gateway.model.event import Event
from gateway.model.request import Caller, Request, without_masked
from gateway.pipeline import Gateway
from gateway.store.entry import Entry
from gateway.store.replayed import DutiesOf
from gateway.store.retried import Remade, StoredRequest

_NEW_EACH_TIME = ("id", "replayof")


@dataclass(frozen=True, slots=True)
class Reread:
    """One event of a request that was read again."""

    remade: Remade
    before: Event | None
    """What stood in its place; None where nothing did, or it is gone."""

    @property
    def differences(self) -> list[Difference]:
        """Where the new event differs from the old one, by JSON Pointers into the whole event."""
        old = {} if self.before is None else _document(self.before)
        return list(differences(old, _document(self.remade.event)))


@dataclass(frozen=True, slots=True)
class Rereading:
    """What a request says when it is read again."""

    found: list[Reread]
    """Its events, but for those that were repeats."""
    entry: Entry
    """The request with all its events, as it would be recorded if it came now."""


def reread(gateway: Gateway, stored: StoredRequest, duties_of: DutiesOf) -> Rereading:
    """What `stored` says by today's contract and mapping. Raises Refusal.

    Whose call it was, was proved when it came, and the proof is masked since.
    """
    request = request_of(stored)
    source = gateway.source_of(request)
    request.secret_parameters = source.authenticator.parameters
    request.load(source.max_body)
    caller = Caller(stored.caller)
    messages, events = gateway.events_of(request, caller)
    places: Sequence[str | None] = [*stored.event_ids, *[None] * (len(events) - len(stored.event_ids))]
    found = [
        _reread(gateway, stored, position, event, old, duties_of)
        for position, (event, old) in enumerate(zip(events, places, strict=False))
        if old not in stored.repeats
    ]
    once = source.idempotency.keys_of(request, messages, events)
    entry = Entry(request, caller, events, [one.remade.duties for one in found], gateway.revision, once=once)
    return Rereading(found, entry)


def request_of(stored: StoredRequest) -> Request:
    """The request that was stored, its body to be read once more."""
    _, version, event = address_in(stored.path)
    return Request(
        request_id=stored.request_id,
        source=stored.source,
        version=version,
        event=event,
        method=stored.method,
        path=stored.path,
        query=without_masked(stored.query),
        headers=stored.headers,
        received_at=stored.received_at,
        incoming=Body(io.BytesIO(stored.body), stored.headers, lambda _seconds: nullcontext()),
    )


def _reread(
    gateway: Gateway, stored: StoredRequest, position: int, event: Event, old: str | None, duties_of: DutiesOf
) -> Reread:
    if old is not None:
        event = replace(event, attributes={**event.attributes, "replayof": old})
    before = stored.events.get(old) if old is not None else None
    return Reread(Remade(event, position, duties_of(event), old, gateway.memberships_of(event)), before)


def _document(event: Event) -> dict[str, Any]:
    """The event as JSON, every digit kept, without what is new each time."""
    document: dict[str, Any] = json.loads(event.structured(), parse_float=Decimal, parse_int=Decimal)
    return {name: value for name, value in document.items() if name not in _NEW_EACH_TIME}
