"""An event to look at what becomes of it: one that is stored, or one made of its contract's examples."""

from __future__ import annotations

import io
from contextlib import nullcontext
from datetime import UTC, datetime

import click

from gateway.cli.configured import opened
from gateway.incoming import Body
from gateway.model.canonical import canonical_json
from gateway.model.event import Event
from gateway.model.field_reading import Form, Reading
from gateway.model.message import Message
from gateway.model.original import Original
from gateway.model.reading import reader_for
from gateway.model.request import Caller, Request
from gateway.model.sample import sample
from gateway.pipeline import Gateway
from gateway.settings import Document
from gateway.source import Source
from gateway.store.originals import stored_event

Found = tuple[Event, Original | None]


def stored(document: Document, event_id: str) -> Found:
    """The stored event of that id, with its call. Raises UsageError."""
    with opened(document) as store:
        found = stored_event(store.database, event_id)
    if found is None:
        raise click.UsageError(f"no event {event_id}")
    return found


def made_up(gateway: Gateway, event_type: str, source: str | None = None) -> Found:
    """An event of that type as a source would send it. Raises UsageError."""
    for one in gateway.sources.values():
        kind = one.contract.event_named(event_type)
        if kind is not None and source in (None, one.name):
            data = reader_for(kind, Reading.LENIENT).data(sample(kind).items(), Form.TEXT)
            request = _request(one, kind.path, canonical_json(data))
            (event,) = one.mapping.events_from([Message(kind, data)], Caller("sample"), request, gateway.new_id)
            return event, request.original()
    known = sorted({name for one in gateway.sources.values() for name in one.contract.events})
    where = f"of {source!r} " if source is not None else ""
    raise click.UsageError(
        f"no event type {event_type!r} {where}is configured; there are: {', '.join(known) or 'none'}"
    )


def _request(source: Source, path: str, body: bytes) -> Request:
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    incoming = Body(io.BytesIO(body), headers, lambda _seconds: nullcontext())
    made = Request(
        request_id="sample", source=source.name, version=None, event=path, method="POST",
        path=f"/in/{source.name}/{path}", query="", headers=headers, received_at=datetime.now(UTC), incoming=incoming,
        binding="json",
    )  # fmt: skip
    made.load(len(body))
    return made
