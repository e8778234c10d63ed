"""One request on its way to the disk, with everything that is recorded with it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.errors import GatewayError
from gateway.model.event import Event
from gateway.model.receipt import Receipt, Status
from gateway.model.request import Caller, Request
from gateway.model.route import Duty


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a repeated request a duplicate: its key, and what must be the same again."""

    key: str
    digest: bytes
    expires_at: datetime


@dataclass(slots=True, eq=False)
class Entry:
    """One request on its way to the disk, with the events and deliveries that go with it."""

    request: Request
    caller: Caller
    events: Sequence[Event]
    duties: Sequence[Sequence[Duty]]
    """The deliveries of each event."""
    revision: int
    is_list: bool = False
    once: Once | None = None
    receipt: Receipt | None = None
    error: GatewayError | None = None
    woken: threading.Event = field(default_factory=threading.Event)

    @property
    def size(self) -> int:
        """About how many bytes it brings to the disk."""
        return len(self.request.body) + sum(len(event.data) for event in self.events)

    def receipt_of(self, status: Status, event_ids: Sequence[str]) -> Receipt:
        """What its caller is told."""
        request = self.request
        return Receipt(
            request.request_id, tuple(event_ids), status, request.received_at, self.is_list, tuple(request.notes)
        )
