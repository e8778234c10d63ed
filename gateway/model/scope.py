"""What tags can name: the event, its data, the call that brought it and who called."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.model.canonical import Number
from gateway.model.event import Event
from gateway.model.original import Original

ROOTS = frozenset({"event", "request", "caller", "item", "body"})
"""What a path may begin with; any other is one into the data, and no field may have these names."""
ATTRIBUTES = frozenset(
    {"id", "source", "type", "subject", "time", "data", "dataschema", "receivedtime", "requestid", "caller", "binding",
     "replayof", "hops", "senderid", "sendersource"}
)  # fmt: skip
"""Of an event."""
OF_REQUEST = frozenset({"operation", "method", "headers"})

Path = tuple[str, ...]


class Absent:
    """No value: neither null nor empty."""


ABSENT = Absent()


@dataclass(slots=True)
class Scope:
    """What tags can name, of one event on its way."""

    event: Event
    original: Callable[[], Original | None] = lambda: None
    """The call that brought it, looked up where a tag asks for it."""
    operation: str = ""
    """The SOAP operation of its type."""
    fields: Mapping[str, Any] | None = None
    """What a route made of the data: a bare name is looked for here first."""
    _data: Any = field(default=None, repr=False)

    @property
    def data(self) -> Mapping[str, Any]:
        """The event's data; numbers are their source text (`Number`), so that none loses a digit."""
        if self._data is None:
            self._data = json.loads(self.event.data, parse_float=Number, parse_int=Number)
        found: Mapping[str, Any] = self._data
        return found

    def value(self, path: Path) -> object:
        """What stands at `path`, `ABSENT` where nothing does; null is nothing."""
        head, *rest = path
        if head == "event":
            found = self._of_event(rest)
        elif head == "request":
            found = self._of_request(rest)
        elif head == "caller":
            found = self.event.attributes.get("caller", ABSENT) if rest == ["name"] else ABSENT
        else:
            found = _down(self.fields, path) if self.fields is not None else ABSENT
            found = _down(self.data, path) if found is ABSENT else found
        return ABSENT if found is None else found

    def _of_event(self, path: list[str]) -> object:
        event = self.event
        if path[0] == "data":
            return _down(self.data, path[1:])
        if path[0] in ("id", "source", "type", "subject", "time"):
            return getattr(event, path[0])
        return event.attributes.get(path[0], ABSENT)

    def _of_request(self, path: list[str]) -> object:
        if path == ["operation"]:
            return self.operation or ABSENT
        original = self.original()
        if original is None:
            return ABSENT
        if path[0] == "headers":
            return original.headers.get(path[1].lower(), ABSENT)
        return original.method if path == ["method"] else ABSENT


def _down(value: object, path: Path | list[str]) -> object:
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step, ABSENT)
        elif isinstance(value, list) and step.isdecimal() and len(step) < 5:  # noqa: PLR2004 - 10,000 values at most
            value = value[int(step)] if int(step) < len(value) else ABSENT
        else:
            return ABSENT
    return value
