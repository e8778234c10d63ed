"""One request on its way to the disk, with everything that is recorded with it."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.errors import GatewayError, Refusal
from gateway.model.event import Event
from gateway.model.idempotency import Once
from gateway.model.join import Membership
from gateway.model.receipt import Receipt, Status
from gateway.model.request import Caller, Request
from gateway.model.route import Duty


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
    once: Sequence[Once] = ()
    """What makes it, or some of its events, a repeat."""
    memberships: Sequence[Sequence[Membership]] = ()
    """Where each event belongs; empty where none belongs anywhere."""
    quarantine: Refusal | None = None
    """Why it makes no events yet."""
    receipt: Receipt | None = None
    error: GatewayError | None = None
    woken: threading.Event = field(default_factory=threading.Event)

    @property
    def size(self) -> int:
        """About how many bytes it brings to the disk."""
        return len(self.request.body) + sum(len(event.data) for event in self.events)

    @property
    def event_ids(self) -> list[str]:
        """The ids that its events have if they are new."""
        return [event.id for event in self.events]

    def receipt_of(self, event_ids: Sequence[str]) -> Receipt:
        """What its caller is told, where its events have these ids: a new one has its own, a repeat another's."""
        request = self.request
        if self.quarantine is not None:
            return self._quarantined(self.quarantine)
        statuses = tuple(
            Status.ACCEPTED if event.id == event_id else Status.DUPLICATE
            for event, event_id in zip(self.events, event_ids, strict=True)
        )
        status = Status.ACCEPTED if Status.ACCEPTED in statuses else Status.DUPLICATE
        return Receipt(
            request.request_id,
            tuple(event_ids),
            status,
            request.received_at,
            self.is_list,
            tuple(request.notes),
            statuses,
        )

    def _quarantined(self, why: Refusal) -> Receipt:
        request = self.request
        note = f"kept, and not understood: {_cut(why.detail)}"
        return Receipt(
            request.request_id, (), Status.QUARANTINED, request.received_at, notes=(note,), reason=why.reason
        )


_LONGEST_NOTE = 200
"""Bytes of a reason, as JSON has it: some senders take no longer answers. It may quote what a stranger sent."""


def _cut(text: str) -> str:
    text = text[:_LONGEST_NOTE]
    while len(json.dumps(text, ensure_ascii=False).encode()) > _LONGEST_NOTE + 2:
        text = text[: len(text) * 3 // 4]
    return text
