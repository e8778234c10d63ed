"""Values for tests, each with sound defaults: a test names only what it is about."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

from uuid_utils import uuid7

from gateway.incoming import Body
from gateway.model.contract import Contract, EventType, Field, Type, operation_of, path_of
from gateway.model.delivery import Attempt, Delivery, Outcome, State
from gateway.model.event import Event
from gateway.model.idempotency import Once
from gateway.model.payload import Payload
from gateway.model.request import Caller, Request
from gateway.model.route import Duty
from gateway.model.scope import Scope
from gateway.store.entry import Entry

NOON = datetime(2026, 3, 16, 12, 0, 0, tzinfo=UTC)
NAMESPACE = "urn:example:calls:v1"


def a_field(name: str, type: Type = Type.STRING, **more: Any) -> Field:  # noqa: A002
    return Field(name=name, type=type, **more)


def an_event_type(*fields: Field, name: str = "call.ended", **more: Any) -> EventType:
    taken = fields or (a_field("call_id", required=True), a_field("duration", Type.DURATION))
    return EventType(name=name, operation=operation_of(name), path=path_of(name), fields=taken, **more)


def a_contract(*events: EventType, **more: Any) -> Contract:
    taken = events or (an_event_type(),)
    return Contract("calls", NAMESPACE, 1, {event.name: event for event in taken}, **more)


def a_request(
    body: bytes = b"",
    *,
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
    source: str = "pbx",
    event: str | None = None,
    loaded: bool = True,
    **more: Any,
) -> Request:
    """A request whose body is loaded, unless `loaded` says otherwise."""
    names = {name.lower(): value for name, value in (headers or {}).items()}
    names.setdefault("content-length", str(len(body)))
    request = Request(
        request_id=str(uuid7()),
        source=source,
        version=more.pop("version", None),
        event=event,
        method=method,
        path=f"/in/{source}",
        query=more.pop("query", ""),
        headers=names,
        received_at=more.pop("received_at", NOON),
        incoming=Body(io.BytesIO(body), names, lambda _seconds: nullcontext()),
        **more,
    )
    if loaded:
        request.load(10 * 2**20)
        request.inflate(10 * 2**20)
    return request


def an_event(**more: Any) -> Event:
    values: dict[str, Any] = {
        "id": str(uuid7()),
        "source": "/in/pbx",
        "type": "call.ended",
        "subject": "4711",
        "time": "2026-03-16T12:00:00Z",
        "data": b'{"call_id":"4711"}',
        "attributes": {"receivedtime": "2026-03-16T12:00:00Z", "caller": "pbx", "binding": "json"},
    }
    return Event(**values | more)


def no_original() -> None:
    """The call that brought an event, where nobody should ask for it."""
    raise AssertionError("the call that brought the event was asked for")


def an_entry(
    *events: Event, to: Sequence[str] = ("crm",), key: str | None = None, digest: bytes = b"same", **more: Any
) -> Entry:
    """A request with `events` (one by default), each with `duties`, or deliveries to all of `to` by the route `all`."""
    made = events or (an_event(),)
    request = more.pop("request", None) or a_request(b"{}")
    lasts = request.received_at + timedelta(hours=24)
    once = [Once(key, digest, lasts, range(len(made)))] if key is not None else []
    duties = more.pop("duties", None) or [[Duty("all", name) for name in to] for _ in made]
    return Entry(request, Caller("pbx"), made, duties, 1, once=once, **more)


def a_delivery(**more: Any) -> Delivery:
    event = more.pop("event", None) or an_event()
    values: dict[str, Any] = {
        "id": 1,
        "event": event,
        "route": "all",
        "destination": "crm",
        "attempt": 1,
        "webhook_id": event.id,
    }
    return Delivery(**values | more)


def an_attempt(delivery: Delivery, outcome: Outcome = Outcome.DELIVERED, **more: Any) -> Attempt:
    state = {Outcome.DELIVERED: State.DELIVERED, Outcome.REFUSED: State.DEAD, Outcome.UNAVAILABLE: State.WAITING}
    values: dict[str, Any] = {
        "delivery": delivery,
        "started_at": NOON,
        "took": timedelta(milliseconds=20),
        "outcome": outcome,
        "state": state[outcome],
        "due_at": NOON + timedelta(seconds=10) if outcome is Outcome.UNAVAILABLE else None,
    }
    return Attempt(**values | more)


def a_payload(event: Event | None = None, **headers: str) -> Payload:
    event = event or an_event()
    return Payload(Scope(event), {"webhook-id": event.id, "webhook-timestamp": "1773662400", **headers})
