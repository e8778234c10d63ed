"""What a caller is told once their call is durable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.model.event import rfc3339


class Status(StrEnum):
    """What became of a request, or of one of its events."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    """Kept whole, and no event yet."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The events of one request are recorded together, or not at all."""

    request_id: str
    event_ids: tuple[str, ...]
    status: Status
    received_at: datetime
    is_list: bool = False
    """Whether the request was a list, of however many."""
    notes: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    """Of each event; empty where all are as the whole."""
    reason: str = ""
    """Why it is in quarantine, in a word."""

    def document(self) -> dict[str, object]:
        """The receipt as a JSON document."""
        document: dict[str, object] = {"requestId": self.request_id}
        if self.event_ids and not self.is_list:
            document["eventId"] = self.event_ids[0]
        document |= {"status": self.status, "receivedAt": rfc3339(self.received_at)}
        if self.is_list:
            statuses = self.statuses or (self.status,) * len(self.event_ids)
            document["receipts"] = [
                {"eventId": event_id, "status": status}
                for event_id, status in zip(self.event_ids, statuses, strict=True)
            ]
        if self.notes:
            document["notes"] = list(self.notes)
        return document
