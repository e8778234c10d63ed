"""Which events belong to which key of a join: recorded, and deleted, with the events themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, select

from gateway.model.idempotency import short
from gateway.model.join import MOST_GATHERED, Membership
from gateway.store.dialect import chunks, inserting, is_sqlite, storable
from gateway.store.join_tables import joined, joins

_MICROSECOND = timedelta(microseconds=1)
Place = tuple[int, str]
"""A join's number, and a key of it."""


@dataclass(slots=True)
class _Group:
    """The events of one key that are recorded together."""

    first: Membership
    ends: bool = False
    events: list[int] = field(default_factory=list)


def insert_memberships(
    connection: Connection, made: Sequence[tuple[int, Sequence[Membership]]], numbers: Mapping[str, int], at: int
) -> None:
    """Put events, by their row ids, where they belong; what gathers them is due once its end was there, or in time.

    Keys are touched in sorted order, after those of deliveries: two processes never wait for one another.
    """
    groups: dict[Place, _Group] = {}
    for event, memberships in made:
        for one in memberships:
            group = groups.setdefault((numbers[one.join], short(storable(one.key))), _Group(one))
            group.ends |= one.ends
            group.events.append(event)
    if not groups:
        return
    places = sorted(groups)
    connection.execute(_gathered(connection), [_row(place, groups[place], at) for place in places])
    counted = _counted(connection, places)
    rows = [
        {"in_join": counted[place].id, "event": event}
        for place in places
        if counted[place].gathered - len(groups[place].events) < MOST_GATHERED
        for event in groups[place].events
    ]
    if rows:
        connection.execute(inserting(connection, joined).on_conflict_do_nothing(), rows)


def memberships_of(connection: Connection, ids: Sequence[int]) -> Counter[int]:
    """In how many places each of these events is."""
    query = select(joined.c.event, func.count()).where(joined.c.event.in_(ids)).group_by(joined.c.event)
    return Counter(dict(connection.execute(query).all())) if ids else Counter()


def delete_memberships(connection: Connection, ids: Collection[int], deleted: Counter[str]) -> dict[int, int]:
    """Take these events out of where they are; how many each key lost that has others left.

    Keys that have none left are forgotten, due or not: nothing is there to be emitted.
    """
    lost: Counter[int] = Counter()
    for some in chunks(sorted(ids)):
        gone = delete(joined).where(joined.c.event.in_(some)).returning(joined.c.in_join)
        lost.update(connection.execute(gone).scalars())
    if lost:
        deleted["joined"] += lost.total()
    for some in chunks(sorted(lost)):
        _hold(connection, some)
        is_empty = ~select(joined.c.event).where(joined.c.in_join == joins.c.id).exists()
        empty = delete(joins).where(joins.c.id.in_(some), is_empty).returning(joins.c.id)
        emptied = connection.execute(empty).scalars().all()
        deleted["joins"] += len(emptied)
        for row in emptied:
            del lost[row]
    return dict(lost)


def _hold(connection: Connection, rows: Sequence[int]) -> None:
    """Let nobody else add to these keys: what is looked at after it is then what others have committed.

    In the order in which they are touched when events come. On SQLite nobody else writes anyway.
    """
    if not is_sqlite(connection):
        held = select(joins.c.id).where(joins.c.id.in_(rows)).order_by(joins.c.name, joins.c.key)
        connection.execute(held.with_for_update())


def _gathered(connection: Connection) -> Any:  # noqa: ANN401 - a statement
    """An end brings what is due forward; what comes when all was emitted makes it due again."""
    made = inserting(connection, joins)
    ends = (made.excluded.ended == 1) & (joins.c.due_at > bindparam("soon"))
    return made.on_conflict_do_update(
        index_elements=["name", "key"],
        set_={
            "gathered": joins.c.gathered + made.excluded.gathered,
            "ended": case((made.excluded.ended == 1, 1), else_=joins.c.ended),
            "due_at": case((joins.c.due_at.is_(None) | ends, bindparam("soon")), else_=joins.c.due_at),
        },
    )


def _row(place: Place, group: _Group, at: int) -> dict[str, Any]:
    soon, late = at + group.first.settle // _MICROSECOND, at + group.first.longest // _MICROSECOND
    name, key = place
    return {
        "name": name,
        "key": key,
        "subject": storable(group.first.key),
        "opened_at": at,
        "due_at": soon if group.ends else late,
        "ended": int(group.ends),
        "gathered": len(group.events),
        "soon": soon,
    }


def _counted(connection: Connection, places: Sequence[Place]) -> dict[Place, Any]:
    """Asked for each join apart: else SQLite would look at every key that there is."""
    found: dict[Place, Any] = {}
    query = select(joins.c.id, joins.c.name, joins.c.key, joins.c.gathered)
    for name in sorted({name for name, _ in places}):
        for some in chunks([key for of, key in places if of == name]):
            for row in connection.execute(query.where(joins.c.name == name, joins.c.key.in_(some))):
                found[row.name, row.key] = row
    return found
