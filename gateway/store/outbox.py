"""Delivering: what is due is claimed under a lease, and settled by its owner, a batch at a time."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, literal_column, select, update

from gateway.model.delivery import Attempt, Delivery, State
from gateway.model.original import Original
from gateway.store import new_events, order
from gateway.store.dialect import chunks, replace_rows, update_rows
from gateway.store.engine import Database
from gateway.store.exchanges import kept
from gateway.store.names import Names
from gateway.store.originals import event_of, original_of
from gateway.store.tables import AT_ONCE, attempts, deliveries, events, micros, moment_of, names

LEASE = timedelta(seconds=60)
"""How long a worker holds what it claimed, unless it says again that it lives."""

Row = Any
"""A row of a query: its columns are attributes."""

_d = deliveries.c


# Written out, not bound: SQLite uses a partial index only where the text of the query implies its condition.
IS_CLAIMED = _d.state == literal_column("'claimed'")
IS_HEAD_WAITING = (_d.state == literal_column("'waiting'")) & (_d.head == literal_column("1"))

PRIORITIES = (0, 1)
"""Live, then replayed."""

_DUE = (
    select(_d.id)
    .where(
        _d.destination == bindparam("of"),
        _d.priority == bindparam("of_priority"),
        IS_HEAD_WAITING,
        _d.due_at <= bindparam("now"),
    )
    .order_by(_d.due_at, _d.id)
    .limit(bindparam("free"))
)
_FREE = _DUE.with_for_update(skip_locked=True).cte("free")
"""Of what is due, what no other worker is taking at this moment."""
_CLAIM = (
    update(deliveries)
    .where(_d.id.in_(select(_FREE.c.id)))
    .values(state=State.CLAIMED.value, owner=bindparam("me"), lease_until=bindparam("until"), attempts=_d.attempts + 1)
    .returning(_d.id)
)
GIVEN_BACK = {"state": State.WAITING.value, "due_at": AT_ONCE, "owner": None, "lease_until": None}


def new_owner() -> str:
    """A name that no other worker, past or present, has."""
    return f"{os.uname().nodename}-{os.getpid()}-{uuid4().hex[:8]}"


class Outbox:
    """The deliveries, for one worker, who is `owner`. Call it from one thread."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._names: dict[str, int] = {}
        self._all_names = Names()

    def claim(self, free: Mapping[str, int], now: datetime, asking: Collection[str] = ()) -> list[Delivery]:
        """Take what is due of each destination, for its free slots only: O(batch), however long the backlog.

        Deliveries to those `asking` bring the call that their event came by.

        It looks first without the writers' lock: a worker that took it at every look would starve the inbox.
        """
        at = micros(now)
        with self._database.peeking() as connection:
            numbers = self._numbers(connection, free)
            known = {numbers[name]: slots for name, slots in free.items() if slots > 0 and name in numbers}
            due = {number: slots for number, slots in known.items() if _has_due(connection, number, at)}
        if not due:
            return []
        with self._database.writing(durable=False) as connection:
            claimed = [one for number, slots in due.items() for one in self._take(connection, number, slots, now)]
            return self._held(connection, claimed, asking)

    def has_due(self, of: Collection[str], now: datetime) -> bool:
        """Whether anything of these destinations may be claimed."""
        with self._database.peeking() as connection:
            numbers = self._numbers(connection, of)
            return any(_has_due(connection, numbers[name], micros(now)) for name in of if name in numbers)

    def settle(self, settled: Sequence[Attempt], now: datetime) -> None:
        """Record attempts and what became of their deliveries. What is no longer the owner's stays as it is.

        What is finished lets the next of its key go, unless it is a dead letter that holds it back; a retry does not.
        """
        made = [one for attempt in settled for one in attempt.made]
        with self._database.writing(durable=bool(made)) as connection:
            over = self._keys_of(connection, [attempt.delivery for attempt in settled if _lets_go(attempt)])
            all_names = self._all_names.numbered(connection, new_events.names_in(made)) if made else {}
            order.lock(connection, over | new_events.keys_of(made, all_names))
            numbers = self._still_held(connection, sorted(attempt.delivery.id for attempt in settled))
            # An attempt whose lease ended may have been claimed again, even by us: it has another number then.
            # One whose claim a server's crash undid was made again, with the same number: the later one counts.
            held = (attempt for attempt in settled if numbers.get(attempt.delivery.id) == attempt.delivery.attempt)
            ours = {attempt.delivery.id: attempt for attempt in held}.values()
            if ours:
                update_rows(connection, deliveries, [_becomes(attempt, now) for attempt in ours])
                order.promote(connection, over)
                tried = [attempt for attempt in ours if attempt.is_counted]
                # One of the same number, which a lease that ended left behind, is replaced.
                if tried:
                    replace_rows(connection, attempts, [self._row(connection, attempt) for attempt in tried])
                if made:
                    of_ours = [one for attempt in ours for one in attempt.made]
                    new_events.insert_new(connection, of_ours, all_names, micros(now))
        if made:
            self._all_names.remember()

    def extend(self, held: Sequence[int], now: datetime) -> None:
        """Say that the owner lives and has these: their leases are counted anew.

        It may own more without knowing: a claim whose commit was cut, a settling that a crash undid. Their leases end.
        """
        mine = update(deliveries).where(IS_CLAIMED, _d.owner == self._owner).values(lease_until=micros(now + LEASE))
        with self._database.writing(durable=False) as connection:
            for some in chunks(held):
                connection.execute(mine.where(_d.id.in_(some)))

    def release(self) -> None:
        """Give back all that the owner holds and hasn't settled: the try is not counted."""
        mine = update(deliveries).where(IS_CLAIMED, _d.owner == self._owner)
        with self._database.writing(durable=False) as connection:
            connection.execute(mine.values(**GIVEN_BACK, attempts=_d.attempts - 1))

    def _take(self, connection: Connection, destination: int, slots: int, now: datetime) -> list[int]:
        """Claim for one destination, live before replay; the ids."""
        hold = {"of": destination, "now": micros(now), "me": self._owner, "until": micros(now + LEASE)}
        taken: list[int] = []
        for priority in PRIORITIES:
            if len(taken) < slots:
                found = connection.execute(_CLAIM, {**hold, "of_priority": priority, "free": slots - len(taken)})
                taken += found.scalars()
        return taken

    def _keys_of(self, connection: Connection, over: Sequence[Delivery]) -> set[order.Key]:
        """The order keys that these deliveries have."""
        keyed = [(one.destination, one.order_key) for one in over if one.order_key is not None]
        if not keyed:
            return set()
        numbers = self._numbers(connection, [name for name, _ in keyed])
        return {(numbers[name], key) for name, key in keyed if name in numbers}

    def _still_held(self, connection: Connection, ids: Sequence[int]) -> dict[int, int]:
        """Those of the deliveries that the owner holds, with the number of their attempt; nobody else changes them."""
        held: dict[int, int] = {}
        for some in chunks(ids):
            mine = select(_d.id, _d.attempts).where(_d.id.in_(some), IS_CLAIMED, _d.owner == self._owner)
            held |= dict(connection.execute(mine.order_by(_d.id).with_for_update()).all())
        return held

    def _numbers(self, connection: Connection, wanted: Iterable[str]) -> dict[str, int]:
        """The numbers of destinations, as far as any delivery ever named them."""
        if not self._names.keys() >= set(wanted):
            self._names = {name: number for number, name in connection.execute(select(names.c.id, names.c.name))}
        return self._names

    def _held(self, connection: Connection, claimed: Sequence[int], asking: Collection[str]) -> list[Delivery]:
        by_number = dict(connection.execute(select(names.c.id, names.c.name)).all())
        columns = (
            _d.id.label("delivery"), _d.route, _d.destination, _d.attempts, _d.webhook_id, _d.order_key, _d.replay,
            _d.created_at, events.c.request,
            events.c.event_id, events.c.source, events.c.type, events.c.subject, events.c.time,
            events.c.data, events.c.attributes,
        )  # fmt: skip
        query = select(*columns).join(events, events.c.id == _d.event).where(_d.id.in_(claimed)).order_by(_d.id)
        made = []
        for row in connection.execute(query).all():
            is_asked = by_number[row.destination] in asking
            made.append(_delivery(row, by_number, original_of(connection, row.request) if is_asked else None))
        return made

    def _row(self, connection: Connection, attempt: Attempt) -> dict[str, Any]:
        seen = attempt.exchange
        return {
            "request_ref": kept(connection, seen.request) if seen else None,
            "response_ref": kept(connection, seen.response) if seen else None,
            "delivery": attempt.delivery.id,
            "number": attempt.delivery.attempt,
            "started_at": micros(attempt.started_at),
            "took": attempt.took // timedelta(microseconds=1),
            "outcome": attempt.outcome.value,
            "status": attempt.status,
            "error": attempt.error,
            "worker": self._owner,
        }


def _becomes(attempt: Attempt, now: datetime) -> dict[str, Any]:
    waits = attempt.state is State.WAITING
    return {
        "id": attempt.delivery.id,
        "state": attempt.state.value,
        "due_at": micros(attempt.due_at or now),
        "reason": attempt.error or None,
        "finished_at": None if waits else micros(now),
        "owner": None,
        "lease_until": None,
        "held": int(_holds(attempt)),
        "attempts": attempt.delivery.attempt - (not attempt.is_counted),
    }


def _holds(attempt: Attempt) -> bool:
    """Whether it is a dead letter that nothing of its key may overtake."""
    return attempt.holds and attempt.state is State.DEAD and attempt.delivery.order_key is not None


def _lets_go(attempt: Attempt) -> bool:
    return attempt.state is not State.WAITING and not _holds(attempt)


def _has_due(connection: Connection, destination: int, at: int) -> bool:
    """Whether something may be claimed. Asked for each priority apart: then the index leads straight to what is due."""
    look = {"of": destination, "now": at, "free": 1}
    return any(connection.execute(_DUE, {**look, "of_priority": priority}).first() for priority in PRIORITIES)


def _delivery(row: Row, by_number: Mapping[int, str], original: Original | None) -> Delivery:
    return Delivery(
        id=row.delivery,
        event=event_of(row),
        route=by_number[row.route],
        destination=by_number[row.destination],
        attempt=row.attempts,
        webhook_id=row.webhook_id,
        order_key=row.order_key,
        replay=row.replay,
        made_at=moment_of(row.created_at),
        original=original,
    )
