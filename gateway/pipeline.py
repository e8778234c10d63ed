"""READ THIS FIRST. The two straight lines: from wire to store, and from store to sink."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gateway import __version__
from gateway.admission import Admission
from gateway.bindings import Binding, http, soap
from gateway.bindings.recognise import recognise
from gateway.errors import (
    DeliveryError,
    NotAnEvent,
    NotYet,
    Refusal,
    Refused,
    TooLarge,
    Unavailable,
    UnknownOperation,
    UnknownSource,
)
from gateway.model.contract import Contract, operation_of
from gateway.model.delivery import UNCONFIGURED, Attempt, Delivery, Made, NewEvent, Outcome, Reply, State
from gateway.model.event import Event
from gateway.model.join import Joins, Membership
from gateway.model.made import FROM_DESTINATIONS, MOST_HOPS, an_event, hops_of
from gateway.model.message import Message
from gateway.model.original import Original
from gateway.model.payload import Payload
from gateway.model.receipt import Receipt
from gateway.model.request import Answer, Caller, Dialect, Request
from gateway.model.retention import Policy
from gateway.model.route import Duty, Routes
from gateway.model.scope import Scope
from gateway.outlet import Outlet
from gateway.source import Source
from gateway.store.entry import Entry
from gateway.store.inbox import Inbox
from gateway.telemetry.attempts import counted
from gateway.telemetry.logs import log

_GRACE = timedelta(seconds=5)
"""What a kind gets beyond its own time limit, before it is cut off."""
_LONG = 32 * 1024
"""Bodies over this many bytes, and those that are encoded, are read apart: else every other call would wait."""

Apart = Callable[[Callable[[], list[Message]]], list[Message]]
"""Runs a function where blocking is harmless, and waits for what it gives."""


def in_place(function: Callable[[], list[Message]]) -> list[Message]:
    """No apart: where there is one call at a time."""
    return function()


@dataclass(frozen=True, slots=True)
class Gateway:
    """One revision of the configuration, built and ready. `Current` holds the newest; a call takes one and keeps it."""

    revision: int
    sources: Mapping[str, Source]
    destinations: Mapping[str, Outlet]
    routes: Routes
    new_id: Callable[[], str]
    retention: Policy = field(default_factory=Policy)
    joins: Joins = field(default_factory=Joins)

    def receive(
        self, request: Request, inbox: Inbox, apart: Apart = in_place, admission: Admission | None = None
    ) -> Receipt:
        """From wire to store. Returns only when the events are durable; raises Refusal."""
        source = self.source_of(request)
        request.secrets |= source.authenticator.headers
        request.secret_parameters = source.authenticator.parameters
        if admission is not None:
            admission.admit(source.name, source.rate)
        inbox.admit()
        recognise(request)  # first of all, so that every refusal speaks the caller's language
        if request.incoming.length is not None and request.incoming.length > source.max_body:
            raise TooLarge(f"the body has {request.incoming.length} bytes; at most {source.max_body} are taken")
        caller = source.authenticator.authenticate(request)
        request.load(source.max_body)
        try:
            messages, events = self.events_of(request, caller, apart)
        except NotAnEvent as error:
            if not source.quarantines:
                raise
            request.binding = request.binding or recognise(request)
            return inbox.record(Entry(request, caller, [], [], self.revision, quarantine=error))
        scopes = [self.scope_of(event, request.original) for event in events]
        duties = [self.routes.duties_for(scope) for scope in scopes]
        is_list = bool(request.memo.get("is_list"))
        once = source.idempotency.keys_of(request, messages, events)
        places = [self.joins.memberships(scope) for scope in scopes] if self.joins.named else ()
        receipt = inbox.record(Entry(request, caller, events, duties, self.revision, is_list, once, places))
        for event, event_id, made in zip(events, receipt.event_ids, duties, strict=True):
            if event.id == event_id:
                counted(source.name, event, made)
        return receipt

    def events_of(self, request: Request, caller: Caller, apart: Apart = in_place) -> tuple[list[Message], list[Event]]:
        """What `request` of `caller`, its body loaded, says, and the events that it makes. Raises RequestError."""
        source = self.source_of(request)
        _check_version(request, source.contract)
        messages = _messages(request, source, source.bindings[recognise(request)], apart)
        return messages, source.mapping.events_from(messages, caller, request, self.new_id)

    @property
    def asking(self) -> frozenset[str]:
        """Destinations that a delivery needs the call for."""
        return frozenset(name for name, outlet in self.destinations.items() if outlet.asks_for_call)

    def accept(self, request: Request, receipt: Receipt) -> Answer:
        """What a recorded call is answered, in its dialect."""
        return self.sources[request.source].bindings[recognise(request)].accept(request, receipt)

    def refuse(self, request: Request, error: Refusal) -> Answer:
        """What a refused call is answered, in its dialect, whoever calls."""
        source, dialect = self.sources.get(request.source), recognise(request)
        if source is not None:
            return source.bindings[dialect].refuse(request, error)
        return http.refuse(request, error) if dialect is Dialect.HTTP else soap.refuse(request, error)

    def source_of(self, request: Request) -> Source:
        """The source that `request` calls. Raises UnknownSource."""
        source = self.sources.get(request.source)
        if source is None:
            raise UnknownSource(f"no source {request.source[:64]!r} is configured")
        return source

    async def deliver(self, delivery: Delivery, clock: Callable[[], datetime]) -> Attempt:
        """From store to sink. Never raises: whatever happens becomes an attempt, with what comes next decided."""
        started, ticks = clock(), time.perf_counter()
        outlet = self.destinations[delivery.destination]
        if delivery.route not in self.routes.named:
            return _waiting(delivery, started, outlet)
        said = await self._tried(outlet, delivery, started)
        took = timedelta(seconds=time.perf_counter() - ticks)
        if isinstance(said, Reply):
            tried = Attempt(delivery, started, took, Outcome.DELIVERED, State.DELIVERED)
            made = tuple(self._found_out(one, delivery, clock()) for one in said.made)
            return replace(tried, status=said.status, exchange=said.exchange, made=made, error=said.note)
        outcome = Outcome.REFUSED if isinstance(said, Refused) else Outcome.UNAVAILABLE
        failed = Attempt(delivery, started, took, outcome, State.DEAD, holds=outlet.holds)
        return _failed(outlet, failed, said, clock())

    def _found_out(self, made: Made, delivery: Delivery, now: datetime) -> NewEvent:
        """What a destination found out, as an event."""
        source = f"{FROM_DESTINATIONS}{delivery.destination}"
        hops = hops_of(delivery.event) + 1
        return self.new_event(an_event(self.new_id(), source, made.type, made.subject, made.data, hops, now))

    def new_event(self, event: Event) -> NewEvent:
        """An event that we made, where it goes and where it belongs: nowhere, where one makes the other without end."""
        if hops_of(event) > MOST_HOPS:
            log.error("event.goes_round", event_id=event.id, source=event.source, type=event.type, hops=hops_of(event))
            return NewEvent(event, self.revision)
        scope = self.scope_of(event, lambda: None)
        return NewEvent(event, self.revision, self.routes.duties_for(scope), self.joins.memberships(scope))

    async def _tried(self, outlet: Outlet, delivery: Delivery, now: datetime) -> Reply | DeliveryError:
        """What the destination said, or why it was not reached."""
        try:
            payload = self.payload_of(delivery, now)
            async with asyncio.timeout((outlet.timeout + _GRACE).total_seconds()):
                return await outlet.destination.deliver(payload)
        except TimeoutError:
            return Unavailable(f"no answer within {outlet.timeout.total_seconds():g} s")
        except DeliveryError as raised:
            return raised
        except Exception as bug:  # a kind's bug must not kill the worker, nor the event
            log.exception("delivery.bug", destination=delivery.destination, event_id=delivery.event.id)
            return Unavailable(f"our bug: {type(bug).__name__}: {bug}")

    def duties_of(self, event: Event, original: Callable[[], Original | None]) -> tuple[Duty, ...]:
        """Where `event` goes; `original` is asked for the call that brought it, if a condition wants to know."""
        return self.routes.duties_for(self.scope_of(event, original))

    def memberships_of(self, event: Event) -> tuple[Membership, ...]:
        """Which joins gather `event`, and under which keys."""
        return self.joins.memberships(self.scope_of(event, lambda: None))

    def payload_of(self, delivery: Delivery, now: datetime) -> Payload:
        """What the destination gets, with what every attempt brings (Standard Webhooks). Raises Unresolved."""
        event = delivery.event
        scope = self.scope_of(event, lambda: delivery.original)
        fields = self.routes.named[delivery.route].fields
        if fields is not None:
            scope.fields = fields.rendered(scope)
        headers = {
            "webhook-id": delivery.webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "traceparent": _traceparent(event),
            "User-Agent": f"endpoint-gateway/{__version__}",
        }
        if delivery.replay is not None:
            headers["gateway-replay"] = str(delivery.replay)
        return Payload(scope, headers)

    def scope_of(self, event: Event, original: Callable[[], Original | None]) -> Scope:
        """What tags and conditions see of `event`."""
        source = self.sources.get(event.source.removeprefix("/in/"))
        known = source.contract.events.get(event.type) if source is not None else None
        return Scope(event, original, known.operation if known is not None else operation_of(event.type))


def _messages(request: Request, source: Source, binding: Binding, apart: Apart) -> list[Message]:
    def read() -> list[Message]:
        request.inflate(source.max_body)
        return binding.read(request)

    takes_long = len(request.body) > _LONG or "content-encoding" in request.headers
    return apart(read) if takes_long else read()


def _check_version(request: Request, contract: Contract) -> None:
    if request.version is not None and request.version != str(contract.version):
        raise UnknownOperation(f"no version {request.version}; there is: {contract.version}")


def _traceparent(event: Event) -> str:
    """W3C Trace Context: one trace an event, a span an attempt."""
    trace = event.id.replace("-", "")
    return f"00-{trace:0>32.32}-{random.getrandbits(64) | 1:016x}-01"


def _failed(outlet: Outlet, tried: Attempt, error: DeliveryError, now: datetime) -> Attempt:
    """`tried`, with what comes next: another try, or a dead letter that says why."""
    number, made_at = tried.delivery.attempt, tried.delivery.made_at
    own = isinstance(error, NotYet)
    told = replace(tried, status=error.status, pauses=error.pauses, exchange=error.exchange, is_its_own=own)
    if tried.outcome is Outcome.REFUSED:
        return replace(told, error=error.why)
    spread = random.random()  # noqa: S311 - it spreads retries, and guards nothing
    due_at = outlet.retry.next_due(number, now, jitter=spread, retry_after=error.retry_after, made_at=made_at)
    if due_at is None:
        return replace(told, error=f"{error.why}; {outlet.retry.ending(number, now, made_at)}")
    return replace(told, error=error.why, state=State.WAITING, due_at=due_at)


def _waiting(delivery: Delivery, now: datetime, outlet: Outlet) -> Attempt:
    """No try: its route is gone. It comes again when there is one of its name, and is looked at now and then."""
    due_at, why = now + outlet.retry.longest, UNCONFIGURED
    return Attempt(delivery, now, timedelta(), Outcome.REFUSED, State.WAITING, due_at, error=why, is_counted=False)
