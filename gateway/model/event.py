"""An event: an immutable CloudEvents 1.0 fact. It knows no destination."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

STRUCTURED = "application/cloudevents+json"


@dataclass(frozen=True, slots=True)
class Event:
    """One fact, as it is stored and sent."""

    id: str
    """UUIDv7, as text."""
    source: str
    """A URI reference: `/in/pbx`."""
    type: str
    subject: str | None
    time: str
    """RFC 3339, UTC."""
    data: bytes
    """JSON in its one form."""
    attributes: Mapping[str, str]
    """The other attributes: dataschema, receivedtime, requestid, binding, caller, …"""

    def structured(self, data: bytes | None = None) -> bytes:
        """The event in structured mode (CloudEvents JSON format §3), its data byte for byte, or other `data`."""
        head = {"specversion": "1.0", "id": self.id, "source": self.source, "type": self.type}
        if self.subject is not None:
            head["subject"] = self.subject
        head |= {"time": self.time, "datacontenttype": "application/json", **self.attributes}
        opened = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1]
        return opened.encode() + b',"data":' + (self.data if data is None else data) + b"}"


def rfc3339(moment: datetime) -> str:
    """`moment` in UTC, with microseconds only where it has some.

    >>> rfc3339(datetime(2026, 3, 16, 14, 15, 2, 500000, UTC))
    '2026-03-16T14:15:02.5Z'
    """
    text = moment.astimezone(UTC).isoformat()[:-6]
    return (text.rstrip("0") if "." in text else text) + "Z"
