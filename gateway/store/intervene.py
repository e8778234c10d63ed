"""What a person does to deliveries: have them tried again, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from gateway.model.delivery import State
from gateway.store import order
from gateway.store.dialect import chunks
from gateway.store.engine import Database
from gateway.store.history import Selection, chosen_deliveries
from gateway.store.tables import AT_ONCE, deliveries, micros

_AT_A_TIME = 5000
"""Rows that one transaction changes; fewer where they have many order keys."""
_STRETCH = 20_000
"""Row ids that one read looks at: it is short, however few of them are chosen."""

Which = Selection | Sequence[int]
"""What a selection has, whatever its `limit`, or ids."""
Row = Any
"""A row of a query: its columns are attributes."""

_d = deliveries.c
_RETRIABLE = _d.state.in_([State.WAITING.value, State.DEAD.value])
_CANCELLABLE = (_d.state == State.WAITING.value) | ((_d.state == State.DEAD.value) & (_d.held == 1))
_STANDING = select(_d.id, _d.state, _d.destination, _d.order_key, _d.held)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the deliveries that were asked for."""

    done: int = 0
    under_way: int = 0
    """Claimed: a worker is at it now, and what comes of that can't be foretold."""
    over: int = 0
    """Delivered, cancelled or, where it is to be cancelled, dead. What is not there is not counted at all."""

    def __add__(self, other: Done) -> Done:
        """Both together."""
        return Done(self.done + other.done, self.under_way + other.under_way, self.over + other.over)


class Intervention:
    """Changes deliveries; `woke` is called when there may be something to deliver.

    A chunk at a time, each durable when the next begins; workers and callers get their turn between two.
    """

    def __init__(self, database: Database, woke: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._woke = woke

    def retry(self, which: Which) -> Done:
        """What waits is due now; a dead letter waits again, the same row, its attempts counted on: it has one try more.

        A dead letter that held its key is its head again. One whose key went on without it takes its place among
        those that wait by its id: before all that came after it, and after the one that is being tried.
        """
        return self._each(which, _RETRIABLE, _retried, newest_first=False)

    def cancel(self, which: Which, now: datetime) -> Done:
        """What waits, or is a dead letter that holds back the next of its key, is cancelled; the next may go.

        The newest first: of a key that is cancelled whole, none comes to be tried between two chunks.
        """

        def cancelled(connection: Connection, rows: Sequence[Row]) -> list[int]:
            ours = [row.id for row in rows if row.state == State.WAITING or (row.state == State.DEAD and row.held)]
            new = {"state": State.CANCELLED.value, "finished_at": micros(now), "held": 0}
            connection.execute(update(deliveries).where(_d.id.in_(ours)).values(new))
            return ours

        return self._each(which, _CANCELLABLE, cancelled, newest_first=True)

    def retriable(self, which: Which) -> int:
        """How many a retry would change."""
        return self._count(which, _RETRIABLE)

    def cancellable(self, which: Which) -> int:
        """How many a cancel would change."""
        return self._count(which, _CANCELLABLE)

    def _count(self, which: Which, condition: ColumnElement[bool]) -> int:
        if isinstance(which, Selection):
            return sum(len(page) for page in self._pages(which, condition, newest_first=False))
        counted = 0
        for some in chunks(sorted(set(which))):
            with self._database.reading() as connection:
                found = select(func.count()).where(_d.id.in_(some), condition)
                counted += connection.execute(found).scalar_one()
        return counted

    def _each(
        self,
        which: Which,
        condition: ColumnElement[bool],
        change: Callable[[Connection, Sequence[Row]], list[int]],
        *,
        newest_first: bool,
    ) -> Done:
        if isinstance(which, Selection):
            pages = self._pages(which, condition, newest_first=newest_first)
        else:
            pages = chunks(sorted(set(which), reverse=newest_first))
        total = Done()
        for page in pages:
            for chunk in self._apart(page):
                done = self._changed(chunk, change)
                total += done
                if done.done:
                    self._woke()
        return total

    def _changed(self, chunk: Sequence[Row], change: Callable[[Connection, Sequence[Row]], list[int]]) -> Done:
        """One transaction: what `chunk` was when it was looked at is looked at again, under the locks of its keys."""
        keys = {(row.destination, row.order_key) for row in chunk if row.order_key is not None}
        wanted = _STANDING.where(_d.id.in_([row.id for row in chunk])).order_by(_d.id).with_for_update()
        with self._database.writing() as connection:
            order.lock(connection, keys)
            rows = connection.execute(wanted).all()
            changed = change(connection, rows)
            order.promote(connection, keys)
        under_way = sum(row.state == State.CLAIMED for row in rows)
        return Done(len(changed), under_way, len(rows) - len(changed) - under_way)

    def _apart(self, ids: Sequence[int]) -> Iterator[list[Row]]:
        """The deliveries, in this order, as many at a time as one transaction may change."""
        with self._database.reading() as connection:
            found = {row.id: row for row in connection.execute(_STANDING.where(_d.id.in_(ids)))}
        chunk: list[Row] = []
        keys: set[order.Key] = set()
        for row in (found[number] for number in ids if number in found):
            key = (row.destination, row.order_key)
            if chunk and (len(chunk) == _AT_A_TIME or len(keys | {key}) > order.MOST_LOCKED):
                yield chunk
                chunk, keys = [], set()
            chunk.append(row)
            if row.order_key is not None:
                keys.add(key)
        if chunk:
            yield chunk

    def _pages(
        self, selection: Selection, condition: ColumnElement[bool], *, newest_first: bool
    ) -> Iterator[Sequence[int]]:
        """The ids of those that are there now, a stretch of the table at a time."""
        query = chosen_deliveries(selection).with_only_columns(_d.id).where(condition)
        query = query.order_by(_d.id.desc() if newest_first else _d.id)
        with self._database.reading() as connection:
            first, last = connection.execute(select(func.min(_d.id), func.max(_d.id))).one()
        starts = range(first or 0, (last or -1) + 1, _STRETCH)
        for start in reversed(starts) if newest_first else starts:
            stretch = query.where(_d.id >= start, _d.id < min(start + _STRETCH, last + 1))
            with self._database.reading() as connection:
                page = connection.execute(stretch).scalars().all()
            if page:
                yield page


def _retried(connection: Connection, rows: Sequence[Row]) -> list[int]:
    waiting = [row.id for row in rows if row.state == State.WAITING]
    dead = [row for row in rows if row.state == State.DEAD]
    # Its key may have another head by now: it follows, and is promoted if it is the first.
    follows = [row.id for row in dead if row.order_key is not None and not row.held]
    leads = [row.id for row in dead if row.order_key is None or row.held]
    again = {"state": State.WAITING.value, "due_at": AT_ONCE, "finished_at": None, "held": 0}
    for ids, new in ((waiting, {"due_at": AT_ONCE}), (leads, again), (follows, again | {"head": 0})):
        if ids:
            connection.execute(update(deliveries).where(_d.id.in_(ids)).values(new))
    return [*waiting, *(row.id for row in dead)]
