"""What an event says of a call, as facts with a time each. A call is the events that share a subject.

Nothing here decides what belongs to a call: the fields of phone calls only say how a fact is worded, and when it was.
An event of any other type is a fact too, under its own name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.model.event import Event, rfc3339
from gateway.model.join import OURS

STORED = "recording.stored"
"""The type of the event that says a recording is kept."""
ENDED = "call.ended"
LONGEST = 64 * 1024
"""Bytes of an event's data that is looked into."""

_DEQUEUED, _LEFT = "call.dequeued", "queue left"
_QUEUED = {"queue": "queue_name", "seconds": "queue_duration"}
_WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "call.started": ("call started", {"from": "ani", "to": "dnis"}),
    _DEQUEUED: (_LEFT, _QUEUED),
    "agent.connected": ("agent connected", {"segment": "segment", "queue": "queue_name"}),
    "agent.segment.ended": ("segment ended", {"segment": "segment", "seconds": "segment_duration"}),
    "transfer.ended": (
        "transfer ended",
        {"to": "transfer_phone", "type": "transfer_type", "result": "transfer_disposition"},
    ),
    "disposition.set": ("disposition", {"disposition": "disposition", "segment": "segment"}),
    ENDED: ("call ended", {"result": "call_result", "seconds": "duration"}),
    STORED: ("recording stored", {"path": "path", "seconds": "duration", "bytes": "size"}),
}
"""By type: what it is called, and which fields tell more."""
_MOMENTS = (
    ("call_start", "call began", {"from": "ani", "to": "dnis"}),
    ("enqueue_time", "queue entered", {"queue": "queue_name"}),
    ("dequeue_time", _LEFT, _QUEUED),
)
"""Fields that tell of something at a time of its own; several events of a call may have the same."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened in a call."""

    at: str
    """RFC 3339, UTC: when it was, where the event says so, else when that came."""
    what: str
    agent: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    is_shared: bool = False
    """Whether other events of the call may tell the same: one of that time and name is then this one."""


def facts_of(event: Event, received_at: datetime) -> Iterator[Fact]:
    """What `event` says."""
    data = data_of(event)
    at = _moment(event.time) or rfc3339(received_at)
    if event.source.startswith(OURS):
        yield Fact(at, event.type, detail=_told(data, {"version": "version", "ended": "ended"}))
        return
    for name, what, more in _MOMENTS:
        moment = _moment(data.get(name))
        if moment is not None:
            yield Fact(moment, what, _agent(data) if what == _LEFT else None, _told(data, more), is_shared=True)
    if event.type == _DEQUEUED and "dequeue_time" in data:
        return  # said already
    what, names = _WORDS.get(event.type, (event.type, {}))
    yield Fact(at, what, _agent(data), _told(data, names))


def data_of(event: Event) -> Mapping[str, Any]:
    """The data; none of it where it is very long."""
    found = json.loads(event.data) if len(event.data) <= LONGEST else {}
    return found if isinstance(found, dict) else {}


def agent_of(event: Event) -> str | None:
    """Who of the contact centre was there."""
    return None if event.source.startswith(OURS) else _agent(data_of(event))


def is_end(event: Event) -> bool:
    """Whether it says that the call is over."""
    return event.type == ENDED or (event.source.startswith(OURS) and data_of(event).get("ended") is True)


def _agent(data: Mapping[str, Any]) -> str | None:
    found = data.get("agent_id", data.get("agent_username"))
    return None if found is None else str(found)


def _told(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Values only, no lists or objects: the event has those."""
    found = {shown: data.get(name) for shown, name in names.items()}
    return {name: value for name, value in found.items() if isinstance(value, str | int | float)}


def _moment(value: object) -> str | None:
    """A time in UTC; None where it is no such text."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if moment is None else rfc3339(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
