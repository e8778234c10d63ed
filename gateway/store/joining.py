"""Emitting: what a join gathered becomes an event, once for each version, however many workers look."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update

from gateway.model.delivery import NewEvent
from gateway.model.event import Event
from gateway.model.join import MOST_GATHERED
from gateway.store import order
from gateway.store.dialect import chunks
from gateway.store.engine import Database
from gateway.store.join_tables import joined, joins
from gateway.store.names import Names
from gateway.store.new_events import insert_new, keys_of, names_in
from gateway.store.originals import event_of
from gateway.store.tables import events, micros, names

_MOST_BYTES = 16 * 2**20
"""Of the data of events that are held at once."""
AT_A_TIME = 50
"""Keys that are looked at at a time: others have their turn between two batches."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A key that is due, and what it was when it was looked at."""

    row: int
    join: str
    key: str
    version: int
    """How often it was emitted."""
    gathered: int
    ended: bool
    events: Sequence[Event]


class Joining:
    """Call it from one thread; if several processes do, each version is emitted by one of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._names = Names()

    def due(self, of: Collection[str], now: datetime) -> list[Gathered]:
        """Some keys of these joins that are due, with their events in the order in which they were recorded."""
        if not of:
            return []
        wanted = select(names.c.id).where(names.c.name.in_(sorted(of))).scalar_subquery()
        query = (
            select(joins, names.c.name.label("join_name"))
            .join(names, names.c.id == joins.c.name)
            .where(joins.c.name.in_(wanted), joins.c.due_at <= micros(now))
            .order_by(joins.c.due_at)
            .limit(AT_A_TIME)
        )
        with self._database.peeking() as connection:
            rows = connection.execute(query).all()
            found: list[Gathered] = []
            held = 0
            for row in rows:
                made = _events_of(connection, row.id)
                held += sum(len(one.data) for one in made)
                if found and held > _MOST_BYTES:
                    break  # the others are due still
                found.append(
                    Gathered(
                        row.id, row.join_name, row.subject, row.version, row.gathered, bool(row.ended),
                        [event_of(one) for one in made],
                    )
                )  # fmt: skip
        return found

    def emit(self, of: Gathered, made: NewEvent, now: datetime) -> bool:
        """Record what a key made, in one transaction. False where others did, or more came since it was looked at."""
        unchanged = (joins.c.id == of.row, joins.c.version == of.version, joins.c.gathered == of.gathered)
        with self._database.writing() as connection:
            numbers = self._names.numbered(connection, names_in([made]))
            order.lock(connection, keys_of([made], numbers))
            new = {"version": of.version + 1, "due_at": None, "emitted_at": micros(now)}
            if connection.execute(update(joins).where(*unchanged).values(new)).rowcount != 1:
                return False
            insert_new(connection, [made], numbers, micros(now))
        self._names.remember()
        return True

    def forget(self, of: Gathered) -> None:
        """Forget a key that has no events any more: an older gateway beside deletes them, and knows of no joins."""
        unchanged = (joins.c.id == of.row, joins.c.version == of.version, joins.c.gathered == of.gathered)
        with self._database.writing() as connection:
            if connection.execute(delete(joins).where(*unchanged)).rowcount:
                connection.execute(delete(joined).where(joined.c.in_join == of.row))


def _events_of(connection: Connection, key: int) -> Sequence[Any]:
    """The rows of a key's events, as many as can be held at once.

    Asked for by their numbers, not by a join of the two tables: PostgreSQL reads all events for that, where it has not
    yet analysed them.
    """
    its = select(joined.c.event).where(joined.c.in_join == key).order_by(joined.c.event).limit(MOST_GATHERED)
    numbers = connection.execute(its).scalars().all()
    sizes = select(events.c.id, func.length(events.c.data))
    held: list[int] = []
    total = 0
    for number, size in _each(connection, sizes, numbers):
        total += size
        if held and total > _MOST_BYTES:
            break
        held.append(number)
    return list(_each(connection, select(events), held))


def _each(connection: Connection, query: Select[Any], numbers: Sequence[int]) -> Iterator[Any]:
    for some in chunks(numbers):
        yield from connection.execute(query.where(events.c.id.in_(some)).order_by(events.c.id)).all()
