"""What somebody must do now and then, whoever it is: any worker does it, and it does no harm if several do."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, delete, func, literal_column, select, tuple_, update

from gateway.model.delivery import UNCONFIGURED, State
from gateway.store import exchanges
from gateway.store.dialect import chunks, update_rows
from gateway.store.engine import Database
from gateway.store.joining import Joining
from gateway.store.orphans import Orphans
from gateway.store.outbox import GIVEN_BACK, IS_CLAIMED, IS_HEAD_WAITING, LEASE, PRIORITIES, Row
from gateway.store.pauses import Pauses
from gateway.store.retention import Retention
from gateway.store.tables import AT_ONCE, attempts, deliveries, idempotency, micros, names
from gateway.telemetry.logs import log

_AT_A_TIME = 5000
"""Rows that one transaction changes: the lock is free again after milliseconds."""

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=10)
"""How long what lost its worker twice waits, and at most; bounded by the longest wait of its retries too."""

_d = deliveries.c
_RECORDED = select(func.count()).where(attempts.c.delivery == _d.id).scalar_subquery()
"""Attempts that were settled: the others ended with their worker."""


class Upkeep:
    """Leases that ended, clocks that were set, keys that expired. Call it from one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.retention = Retention(database)
        self.joining = Joining(database)
        self._orphans = Orphans(database)
        self.pauses = Pauses(database)

    def ahead(self, clock: Callable[[], datetime]) -> timedelta:
        """How far the database's clock is ahead of `clock`."""
        return self._database.ahead(clock)

    def reap(self, now: datetime, most: Mapping[str, int] | None = None, holding: Collection[str] = ()) -> int:
        """Take back what a worker who is gone still holds; how many.

        It was an attempt. Whoever lost a worker before waits longer each time, and after as many attempts as `most`
        has for its destination it is a dead letter, which those `holding` hold their key by: else one that kills its
        worker would go round for ever. The next of its key, where it lets it go, is found by the sweep for orphans.
        A lease further in the future than the longest one counts as ended too: a clock was set back.
        """
        ended = (_d.lease_until < micros(now)) | (_d.lease_until > micros(now + 2 * LEASE))
        stops = (_d.attempts - _RECORDED).label("stops")
        lost = select(_d.id, _d.destination, _d.order_key, _d.attempts, stops).where(IS_CLAIMED, ended)
        with self._database.peeking() as connection:
            if connection.execute(lost.limit(1)).first() is None:
                return 0
        with self._database.writing(durable=False) as connection:
            numbers = _numbers(connection)
            bounds = {number: (most or {}).get(name) for name, number in numbers.items()}
            held = {number for name, number in numbers.items() if name in holding}
            found = connection.execute(lost.with_for_update(skip_locked=True, of=deliveries)).all()
            for some in chunks(found):
                rows = [_taken_back(row, bounds[row.destination], now) for row in some]
                for row, becomes in zip(some, rows, strict=True):
                    is_dead = becomes["state"] == State.DEAD.value
                    becomes["held"] = int(is_dead and row.destination in held and row.order_key is not None)
                update_rows(connection, deliveries, rows)
            return len(found)

    def bring_forward(self, longest: Mapping[str, timedelta], now: datetime) -> int:
        """What is due later than the longest wait of its destination is due by then: a clock was set back. How many."""
        latest = {name: micros(now + wait) for name, wait in longest.items()}
        with self._database.peeking() as connection:
            late = [
                (number, latest[name])
                for name, number in _numbers(connection).items()
                if name in latest and _is_late(connection, number, latest[name])
            ]
        moved = 0
        for number, by in late:
            waiting = _free(_d.destination == number, IS_HEAD_WAITING, _d.due_at > by)
            with self._database.writing(durable=False) as connection:
                moved += connection.execute(waiting.values(due_at=by)).rowcount
        return moved

    def mark_unconfigured(self, configured: Iterable[str], now: datetime) -> None:
        """Say of what waits for a destination that is gone why it waits; an attempt, once there is one, says more.

        What waited for a route, where the destination is there, is looked at again.
        """
        there = set(configured)
        with self._database.peeking() as connection:
            numbers = _numbers(connection)
            gone = [number for name, number in numbers.items() if name not in there and _waits(connection, number)]
        for number in gone:
            waiting = _free(_d.destination == number, IS_HEAD_WAITING)
            with self._database.writing(durable=False) as connection:
                connection.execute(waiting.values(reason=UNCONFIGURED))
        for number in [number for name, number in numbers.items() if name in there]:
            again = (_d.destination == number, IS_HEAD_WAITING, _d.due_at > micros(now), _d.reason == UNCONFIGURED)
            with self._database.peeking() as connection:
                if connection.execute(select(_d.id).where(*again).limit(1)).first() is None:
                    continue
            with self._database.writing(durable=False) as connection:
                connection.execute(_free(*again).values(due_at=AT_ONCE, reason=None))

    def tidy(self, now: datetime) -> None:
        """A little at a time, about once a second: what is old enough is forgotten, and order is mended."""
        self.forget_keys(now)
        exchanges.forget(self._database, now)
        adopted = self._orphans.adopt(now)
        if adopted:
            log.warning("order.mended", keys=adopted, note="they had followers and no head")

    def forget_keys(self, now: datetime) -> int:
        """Delete idempotency keys that have expired, some at a time; how many. Call it again while there are."""
        c = idempotency.c
        expired = select(c.source, c.key).where(c.expires_at <= micros(now)).limit(_AT_A_TIME)
        with self._database.peeking() as connection:
            if connection.execute(expired.limit(1)).first() is None:
                return 0
        # One that a caller is using again at this moment is left to them.
        free = expired.with_for_update(skip_locked=True)
        with self._database.writing(durable=False) as connection:
            return connection.execute(delete(idempotency).where(tuple_(c.source, c.key).in_(free))).rowcount


def _free(*conditions: ColumnElement[bool]) -> Update:
    """An update of those that nobody else changes at this moment: two that change many would wait for one another."""
    chosen = select(_d.id).where(*conditions).with_for_update(skip_locked=True)
    return update(deliveries).where(_d.id.in_(chosen))


def _taken_back(lost: Row, most: int | None, now: datetime) -> dict[str, Any]:
    """What becomes of a delivery that stopped its worker, or was there when it stopped, `lost.stops` times."""
    row = {"id": lost.id, **GIVEN_BACK, "reason": "its worker stopped before it was settled", "finished_at": None}
    if most is not None and lost.attempts >= most:
        reason = f"its worker stopped {lost.stops} times while it was delivered"
        return row | {"state": State.DEAD.value, "reason": reason, "due_at": micros(now), "finished_at": micros(now)}
    if lost.stops > 1:
        # Spread: what was beside the one that stops workers should not be beside it again.
        wait = min(_FIRST_WAIT * 2 ** min(lost.stops - 2, 16), _LONGEST_WAIT) * random.uniform(0.5, 1.5)  # noqa: S311
        row["due_at"] = micros(now + wait)
    return row


def _numbers(connection: Connection) -> dict[str, int]:
    return {name: number for number, name in connection.execute(select(names.c.id, names.c.name))}


def _waits(connection: Connection, destination: int) -> bool:
    look = select(_d.id).where(_d.destination == destination, IS_HEAD_WAITING).limit(1)
    return connection.execute(look).first() is not None


def _is_late(connection: Connection, destination: int, latest: int) -> bool:
    """Asked for each priority apart: then the index leads straight to the last one due."""
    look = select(_d.id).where(_d.destination == destination, IS_HEAD_WAITING, _d.due_at > latest).limit(1)
    return any(
        connection.execute(look.where(_d.priority == literal_column(str(priority)))).first() for priority in PRIORITIES
    )
