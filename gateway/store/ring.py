"""Refusals on record: a bounded ring, written along with what is accepted, and bounded in its rate."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from gateway.errors import Refusal
from gateway.model.bucket import Bucket
from gateway.model.request import Request
from gateway.store.dialect import storable
from gateway.store.tables import micros, refusals

KEPT = 10_000
"""How many refusals the ring holds, about."""
MAX_WAITING = 1000
RATE, BURST = 100, 500
"""Refusals a second that are recorded; beyond it they are counted only."""
FIRST_BYTES = 64 * 1024


class Ring:
    """What is yet to be written."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._bucket = Bucket(RATE, BURST, clock)
        self._waiting: deque[dict[str, Any]] = deque(maxlen=MAX_WAITING)

    @property
    def waiting(self) -> bool:
        """Whether there is something to write."""
        return bool(self._waiting)

    def take(self, request: Request, error: Refusal) -> None:
        """Keep `error`, unless too many came lately."""
        if self._bucket.takes():
            self._waiting.append(_row(request, error))

    def drain(self) -> list[dict[str, Any]]:
        """What waits, which waits no longer."""
        return [self._waiting.popleft() for _ in range(len(self._waiting))]

    def put_back(self, rows: Sequence[dict[str, Any]]) -> None:
        """Let `rows` wait again: their transaction failed."""
        self._waiting.extendleft(reversed(rows))


def write(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write `rows` and drop the oldest beyond `KEPT`."""
    if not rows:
        return
    connection.execute(insert(refusals), rows)
    newest = select(func.max(refusals.c.id)).scalar_subquery()
    # Another process may be dropping the same ones.
    oldest = select(refusals.c.id).where(refusals.c.id <= newest - KEPT).with_for_update(skip_locked=True)
    connection.execute(delete(refusals).where(refusals.c.id.in_(oldest)))


def _row(request: Request, error: Refusal) -> dict[str, Any]:
    row = {
        "request_id": request.request_id,
        "source": request.source,
        "received_at": micros(request.received_at),
        "method": request.method,
        "path": request.path,
        "binding": request.binding,
        "reason": error.reason,
        "detail": error.detail,
        "violations": json.dumps([{"path": one.path, "message": one.message} for one in error.violations]),
        "headers": json.dumps(request.stored_headers(), ensure_ascii=False),
    }
    # Whatever strangers send is on record; nothing of it may keep others from being recorded.
    return {name: storable(value) if isinstance(value, str) else value for name, value in row.items()} | {
        "body": request.body[:FIRST_BYTES]
    }
