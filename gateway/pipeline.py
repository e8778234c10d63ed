"""READ THIS FIRST. The two straight lines: from wire to store, and from store to sink."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway import __version__
from gateway.admission import Admission
from gateway.authenticators import Authenticator
from gateway.bindings import Binding, http, soap
from gateway.bindings.recognise import recognise
from gateway.destinations import Destination
from gateway.errors import DeliveryError, Refusal, Refused, TooLarge, UnknownOperation, UnknownSource
from gateway.model.breaker import BreakerPolicy
from gateway.model.bucket import Rate
from gateway.model.contract import Contract
from gateway.model.delivery import Attempt, Delivery, Outcome, Payload, State
from gateway.model.event import STRUCTURED, Event
from gateway.model.idempotency import Idempotency
from gateway.model.mapping import Mapping as EventMapping
from gateway.model.message import Message
from gateway.model.receipt import Receipt
from gateway.model.request import Answer, Dialect, Request
from gateway.model.retention import Policy
from gateway.model.retry import RetryPolicy
from gateway.model.route import Routes
from gateway.store.entry import Entry
from gateway.store.inbox import Inbox
from gateway.telemetry import metrics
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
class Source:
    """Who may call, and how they are understood."""

    name: str
    contract: Contract
    authenticator: Authenticator
    bindings: Mapping[Dialect, Binding]
    mapping: EventMapping
    max_body: int
    rate: Rate | None = None
    documents_are_public: bool = True
    idempotency: Idempotency = field(default_factory=Idempotency)


@dataclass(frozen=True, slots=True)
class Outlet:
    """A destination as it is configured: what sends, and what the core decides about it."""

    name: str
    destination: Destination
    retry: RetryPolicy
    slots: int
    timeout: timedelta
    active: bool = True
    rate: Rate | None = None
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)


@dataclass(frozen=True, slots=True)
class Gateway:
    """One revision of the configuration, built and ready. `Current` holds the newest; a call takes one and keeps it."""

    revision: int
    sources: Mapping[str, Source]
    destinations: Mapping[str, Outlet]
    routes: Routes
    new_id: Callable[[], str]
    retention: Policy = field(default_factory=Policy)

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
        dialect = recognise(request)
        if request.incoming.length is not None and request.incoming.length > source.max_body:
            raise TooLarge(f"the body has {request.incoming.length} bytes; at most {source.max_body} are taken")
        caller = source.authenticator.authenticate(request)
        request.load(source.max_body)
        _check_version(request, source.contract)
        messages = _messages(request, source, source.bindings[dialect], apart)
        events = source.mapping.events_from(messages, caller, request, self.new_id)
        duties = [self.routes.duties_for(event.source, event.type) for event in events]
        is_list = bool(request.memo.get("is_list"))
        once = source.idempotency.keys_of(request, messages, events)
        receipt = inbox.record(Entry(request, caller, events, duties, self.revision, is_list, once))
        for event, event_id in zip(events, receipt.event_ids, strict=True):
            if event.id == event_id:
                metrics.events.labels(source.name, event.type).inc()
        return receipt

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
        error: DeliveryError | None = None
        status = None
        try:
            async with asyncio.timeout((outlet.timeout + _GRACE).total_seconds()):
                reply = await outlet.destination.deliver(payload_of(delivery, started))
            outcome, status = Outcome.DELIVERED, reply.status
        except TimeoutError:
            outcome, error = (
                Outcome.UNAVAILABLE,
                DeliveryError(f"no answer within {outlet.timeout.total_seconds():g} s"),
            )
        except DeliveryError as raised:
            outcome = Outcome.REFUSED if isinstance(raised, Refused) else Outcome.UNAVAILABLE
            error, status = raised, raised.status
        except Exception as bug:  # a kind's bug must not kill the worker, nor the event
            log.exception("delivery.bug", destination=delivery.destination, event_id=delivery.event.id)
            outcome, error = Outcome.UNAVAILABLE, DeliveryError(f"our bug: {type(bug).__name__}: {bug}")
        due_at = _next_due(outlet.retry, delivery, outcome, error, clock())
        return Attempt(
            delivery=delivery,
            started_at=started,
            took=timedelta(seconds=time.perf_counter() - ticks),
            outcome=outcome,
            state=_state_after(outcome, due_at),
            due_at=due_at,
            status=status,
            error=error.why if error else "",
        )


def payload_of(delivery: Delivery, now: datetime) -> Payload:
    """What the destination gets: the CloudEvent in structured mode, with Standard Webhooks' headers."""
    event = delivery.event
    headers = {
        "webhook-id": delivery.webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "traceparent": _traceparent(event),
        "User-Agent": f"endpoint-gateway/{__version__}",
    }
    return Payload(event.structured(), STRUCTURED, headers, event)


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


def _next_due(
    policy: RetryPolicy, delivery: Delivery, outcome: Outcome, error: DeliveryError | None, now: datetime
) -> datetime | None:
    if outcome is not Outcome.UNAVAILABLE:
        return None
    retry_after = error.retry_after if error else None
    return policy.next_due(
        delivery.attempt,
        now,
        jitter=random.random(),  # noqa: S311 - it spreads retries, and guards nothing
        retry_after=retry_after,
    )


def _state_after(outcome: Outcome, due_at: datetime | None) -> State:
    if outcome is Outcome.DELIVERED:
        return State.DELIVERED
    return State.WAITING if due_at else State.DEAD
