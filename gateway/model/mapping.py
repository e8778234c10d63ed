"""Messages become events. It needs a `Caller`, so that an unauthenticated request cannot become one."""

from __future__ import annotations

from collections import abc
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC

from gateway.model.canonical import canonical_json
from gateway.model.clock import Clock
from gateway.model.contract import Contract, EventType
from gateway.model.event import Event, rfc3339
from gateway.model.lexical import Unreadable
from gateway.model.message import Message
from gateway.model.request import Caller, Request
from gateway.model.template import Template
from gateway.model.times import date_time_in

_read_time = date_time_in(UTC, lenient=True)

Attributes = abc.Mapping[str, str]
WARNING = "warning"
"""The CloudEvents attribute of an event that is odd: why."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one source's messages become events."""

    source: str
    """The CloudEvents source, a URI reference."""
    schemas: dict[str, str]
    """The CloudEvents dataschema of each event type."""
    subjects: dict[str, Template | None]
    times: dict[str, Template | None]
    clock: Clock | None = None
    """What shows that a sender's times are in another zone than its source says."""

    @classmethod
    def of(cls, source: str, contract: Contract) -> Mapping:
        """The mapping of the source named `source`."""
        events = contract.events.values()
        return cls(
            source=f"/in/{source}",
            schemas={event.name: f"{contract.namespace}#{event.name}" for event in events},
            subjects={event.name: _template(event.subject) for event in events},
            times={event.name: _template(event.time) for event in events},
        )

    def events_from(
        self, messages: Iterable[Message], caller: Caller, request: Request, new_id: Callable[[], str]
    ) -> list[Event]:
        """The events of one request, in its order."""
        attributes = {
            "receivedtime": rfc3339(request.received_at),
            "requestid": request.request_id,
            "caller": caller.name,
            "binding": request.binding,
        }
        events = []
        for message in messages:
            warning = self.clock.warning(message.data) if self.clock is not None else None
            if warning is not None and warning not in request.notes:
                request.notes.append(warning)
            told = attributes if warning is None else {**attributes, WARNING: warning}
            events.append(self._event(message, told, new_id()))
        return events

    def _event(self, message: Message, attributes: dict[str, str], event_id: str) -> Event:
        kind: EventType = message.event
        subject, time = self.subjects[kind.name], self.times[kind.name]
        own = message.attributes
        return Event(
            id=event_id,
            source=self.source,
            type=kind.name,
            subject=(subject.rendered(message.data) if subject else None) or own.get("subject") or None,
            time=(time.rendered(message.data) if time else None) or _time_of(own) or attributes["receivedtime"],
            data=canonical_json(message.data),
            attributes={"dataschema": self.schemas[kind.name], **attributes, **_senders(own)},
        )


def _time_of(own: Attributes) -> str | None:
    """The time that a CloudEvent says, in our form; None where it says none that is one."""
    try:
        return str(_read_time(own["time"])) if "time" in own else None
    except Unreadable:
        return None


def _senders(own: Attributes) -> dict[str, str]:
    """A CloudEvent's own id and source: they are its sender's, and ours are others."""
    return {f"sender{name}": own[name] for name in ("id", "source") if name in own}


def _template(text: str) -> Template | None:
    return Template.of(text) if text else None
