"""Messages become events. It needs a `Caller`, so that an unauthenticated request cannot become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.model.canonical import canonical_json
from gateway.model.contract import Contract, EventType
from gateway.model.event import Event, rfc3339
from gateway.model.message import Message
from gateway.model.request import Caller, Request
from gateway.model.template import Template


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one source's messages become events."""

    source: str
    """The CloudEvents source, a URI reference."""
    schemas: dict[str, str]
    """The CloudEvents dataschema of each event type."""
    subjects: dict[str, Template | None]
    times: dict[str, Template | None]

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
        return [self._event(message, attributes, new_id()) for message in messages]

    def _event(self, message: Message, attributes: dict[str, str], event_id: str) -> Event:
        kind: EventType = message.event
        subject, time = self.subjects[kind.name], self.times[kind.name]
        return Event(
            id=event_id,
            source=self.source,
            type=kind.name,
            subject=(subject.rendered(message.data) or None) if subject else None,
            time=(time.rendered(message.data) if time else None) or attributes["receivedtime"],
            data=canonical_json(message.data),
            attributes={"dataschema": self.schemas[kind.name], **attributes},
        )


def _template(text: str) -> Template | None:
    return Template.of(text) if text else None
