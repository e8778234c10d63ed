"""What one destination gets: the event, or what its route made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.model.canonical import canonical_json
from gateway.model.event import STRUCTURED, Event
from gateway.model.places import in_attribute
from gateway.model.scope import Scope

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Payload:
    """An event on its way out; `scope` is what tags see of it."""

    scope: Scope
    headers: Mapping[str, str]
    """What each attempt brings, whatever its form: webhook-id, webhook-timestamp, traceparent, …"""

    @property
    def event(self) -> Event:
        """The event itself."""
        return self.scope.event

    @property
    def data(self) -> bytes:
        """The route's fields, else the event's data, as JSON."""
        return self.event.data if self.scope.fields is None else canonical_json(dict(self.scope.fields))

    @property
    def body(self) -> bytes:
        """In the form that it has by itself: the CloudEvent (structured mode), or a route's fields alone."""
        return self.event.structured() if self.scope.fields is None else self.data

    @property
    def content_type(self) -> str:
        """Of `body`."""
        return STRUCTURED if self.scope.fields is None else JSON

    @property
    def attributes(self) -> dict[str, str]:
        """The event's attributes as headers (CloudEvents HTTP binding §3.1, binary mode)."""
        event = self.event
        named = {"specversion": "1.0", "id": event.id, "source": event.source, "type": event.type, "time": event.time}
        if event.subject is not None:
            named["subject"] = event.subject
        return {f"ce-{name}": in_attribute(value) for name, value in {**named, **event.attributes}.items()}
