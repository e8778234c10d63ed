"""Erasing: what a plan says goes, with all that is its own, and a record of it stays."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, func, select, update

from gateway.errors import StoreUnavailable
from gateway.model.delivery import State
from gateway.store import erasures, order
from gateway.store.deleting import delete_deliveries, delete_requests
from gateway.store.dialect import chunks, was_held_up
from gateway.store.engine import Database
from gateway.store.erasure_plan import Plan
from gateway.store.join_tables import joins
from gateway.store.memberships import delete_memberships
from gateway.store.repeats import repeats_of
from gateway.store.tables import deliveries, events, idempotency, micros, replays, requests

_AT_A_TIME = 500
"""Events that one transaction erases: a call is erased wholly or not at all, but for one of very many."""
_TRIES, _PAUSE = 20, 0.5
"""Ten seconds for a worker to end what it is at."""
ERASED = "(erased)"
"""What stands in the place of the subject where a replay was asked for by it."""

_d = deliveries.c


class BusyError(Exception):
    """A worker delivers some of it at this moment, and what it sends can't be taken back."""

    def __init__(self, claimed: int) -> None:
        super().__init__(f"a worker is at {claimed} of its deliveries")


def wait_until_free(database: Database, plan: Plan) -> None:
    """Until no worker is at any of it. Raises BusyError where that takes long."""
    for left in reversed(range(_TRIES)):
        with database.reading() as connection:
            claimed = sum(_claimed(connection, some) for some in chunks(sorted(plan.events)))
        if not claimed:
            return
        if not left:
            raise BusyError(claimed)
        time.sleep(_PAUSE)


def erase(database: Database, plan: Plan, by: str, now: datetime, files: int) -> Counter[str]:
    """Delete what is planned, and record it; how many rows of each table. `files` is how many were deleted before.

    Raises BusyError: where a worker has begun with some of it meanwhile, and is at it still.
    """
    erasing = _Erasing(database, plan, by, now, Counter({"files": files, "kept": len(plan.kept)}))
    rows = sorted(plan.events)
    for start in range(0, len(rows), _AT_A_TIME):
        some = rows[start : start + _AT_A_TIME]
        erasing.one_chunk(some, is_last=start + _AT_A_TIME >= len(rows))
    return erasing.counts


class _Erasing:
    """One erasure, a chunk at a time."""

    def __init__(self, database: Database, plan: Plan, by: str, now: datetime, counts: Counter[str]) -> None:
        self.counts = counts
        self._database = database
        self._plan = plan
        self._by = by
        self._now = now
        self._ids = frozenset(plan.events.values())
        self._number: int | None = None

    def one_chunk(self, rows: Sequence[int], *, is_last: bool) -> None:
        """Erase these events and what is theirs, as soon as no worker is at any of them."""
        for left in reversed(range(_TRIES)):
            try:
                self._erased(rows, is_last=is_last)
            except BusyError:
                if not left:
                    raise
            except StoreUnavailable as error:
                if not left or not was_held_up(error):
                    raise
            else:
                return
            time.sleep(_PAUSE)

    def _erased(self, rows: Sequence[int], *, is_last: bool) -> None:
        counts = Counter(self.counts)
        number = self._number
        with self._database.writing() as connection:
            if number is None:
                number = erasures.begin(connection, self._plan.subject, self._by, self._now)
                self._once(connection, counts)
            keys = _keys_of(connection, rows)
            order.lock(connection, keys)
            owners = self._held(connection, rows, keys)
            delete_deliveries(connection, owners, counts)
            lists = self._lists(connection, rows)
            counts["events"] += connection.execute(delete(events).where(events.c.id.in_(rows))).rowcount
            self._leave_joins(connection, rows, counts)
            repeats = repeats_of(connection, [self._plan.events[row] for row in rows], list(lists.values()))
            gone = {*lists, *self._plan.requests, *(one.row for one in repeats if one.events <= self._ids)}
            for some in chunks(sorted(gone)):
                delete_requests(connection, some, counts)
            order.promote(connection, keys)
            erasures.note(connection, number, counts, is_done=is_last)
        self.counts, self._number = counts, number

    def _once(self, connection: Connection, counts: Counter[str]) -> None:
        """What is not of one event: idempotency keys, and replays that were asked for by the subject."""
        c = idempotency.c
        for source in sorted({source for source, _ in self._plan.keys}):  # apart: else SQLite looks at all there are
            for some in chunks([key for of, key in self._plan.keys if of == source]):
                gone = delete(idempotency).where(c.source == source, c.key.in_(some))
                counts["idempotency"] += connection.execute(gone).rowcount
        for row in connection.execute(select(replays.c.id, replays.c.selection)).all():
            selection: dict[str, Any] = json.loads(row.selection)
            if selection.get("subject") == self._plan.subject:
                hidden = json.dumps(selection | {"subject": ERASED}, ensure_ascii=False)
                connection.execute(update(replays).where(replays.c.id == row.id).values(selection=hidden))

    def _held(self, connection: Connection, rows: Sequence[int], keys: set[order.Key]) -> list[int]:
        """The deliveries. Nobody makes more of them, nor begins with one, until the transaction ends."""
        held = select(events.c.request).where(events.c.id.in_(rows), events.c.request.is_not(None)).scalar_subquery()
        connection.execute(
            select(requests.c.id).where(requests.c.id.in_(held)).order_by(requests.c.id).with_for_update()
        )
        connection.execute(select(events.c.id).where(events.c.id.in_(rows)).order_by(events.c.id).with_for_update())
        its = select(_d.id, _d.state, _d.destination, _d.order_key).where(_d.event.in_(rows)).order_by(_d.id)
        found = connection.execute(its.with_for_update()).all()
        claimed = sum(row.state == State.CLAIMED for row in found)
        unlocked = {(row.destination, row.order_key) for row in found if row.order_key is not None} - keys
        if claimed or unlocked:  # a replay has just made more; it is looked at again
            raise BusyError(claimed or len(unlocked))
        return [row.id for row in found]

    def _lists(self, connection: Connection, rows: Sequence[int]) -> dict[int, str]:
        """The requests that brought them, and what these were told."""
        its = select(requests.c.id, requests.c.event_ids).join(events, events.c.request == requests.c.id)
        return dict(connection.execute(its.where(events.c.id.in_(rows))).all())

    def _leave_joins(self, connection: Connection, rows: Sequence[int], counts: Counter[str]) -> None:
        """Keys that have others left are due: what they made of these goes, and is made anew without them.

        That they have fewer now tells whoever has looked at them already that it is no longer so.
        """
        lost = delete_memberships(connection, rows, counts)
        for row, number in sorted(lost.items()):
            soon = case((joins.c.version > 0, func.coalesce(joins.c.due_at, micros(self._now))), else_=joins.c.due_at)
            new = {"gathered": joins.c.gathered - number, "due_at": soon}
            connection.execute(update(joins).where(joins.c.id == row).values(**new))


def _keys_of(connection: Connection, rows: Sequence[int]) -> set[order.Key]:
    keyed = select(_d.destination, _d.order_key).where(_d.event.in_(rows), _d.order_key.is_not(None)).distinct()
    return {(row.destination, row.order_key) for row in connection.execute(keyed)}


def _claimed(connection: Connection, rows: Sequence[int]) -> int:
    of = select(func.count()).where(_d.event.in_(rows), _d.state == State.CLAIMED.value)
    return connection.execute(of).scalar_one()
