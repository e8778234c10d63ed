"""Calls, looked at: a call is the events that share a subject."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Text, case, func, literal, literal_column, select

from gateway.model.call_facts import LONGEST, STORED, agent_of, data_of, is_end
from gateway.model.event import Event
from gateway.model.join import OURS
from gateway.store.engine import Database
from gateway.store.history import COUNTED, is_subject
from gateway.store.items import Item, Row
from gateway.store.originals import event_of
from gateway.store.tables import SUBJECT_START, events

MOST = 1000
"""Events of one call that are looked into, the oldest."""
_PAGE = 500
"""Events that one read walks along."""

_e = events.c
_START = literal_column(SUBJECT_START, Text)
_LOOKED_INTO = case((func.length(_e.data) <= LONGEST, _e.data), else_=literal(b"{}", _e.data.type)).label("data")
COLUMNS = [column if column.name != "data" else _LOOKED_INTO for column in events.c]
"""Of an event, without data that is very long."""


def listed(database: Database, *, limit: int = 50, after: str | None = None) -> Iterator[Item]:
    """The calls whose newest event is the newest; after that of `after`, a call's id. All where `limit` is 0."""
    left = limit or sys.maxsize
    walk = select(_e.id, _e.subject).order_by(_e.id.desc()).limit(_PAGE)
    with database.reading() as connection:
        before = _newest(connection, after) if after is not None else None
    while left:
        with database.reading() as connection:
            rows = connection.execute(walk if before is None else walk.where(_e.id < before)).all()
            newest = {subject: _newest(connection, subject) for subject in {row.subject for row in rows} - {None}}
            met = [row.subject for row in rows if row.id == newest.get(row.subject)][:left]
            items = [summary(connection, subject) for subject in met]  # each statement is a read of its own
        yield from (item for item in items if item is not None)
        left -= len(met)
        if len(rows) < _PAGE:
            return
        before = rows[-1].id


def summary(connection: Connection, subject: str) -> Item | None:
    """What a list says of a call; None where it has no events any more."""
    its = select(*COLUMNS).where(is_subject(subject))
    rows = connection.execute(its.order_by(_e.id).limit(MOST)).all()
    if not rows:
        return None
    last, number = rows[-1], len(rows)
    if number == MOST:
        last = connection.execute(select(events).where(_e.id == _newest(connection, subject))).one()
        counted = select(_e.id).where(is_subject(subject)).limit(COUNTED).subquery()
        number = connection.execute(select(func.count()).select_from(counted)).scalar_one()
    return {"id": subject, "first": _at(rows[0]), "last": _at(last), "events": number, **_told(rows)}


def _newest(connection: Connection, subject: str) -> int:
    """The row of its newest event; 0 where it has none.

    The last of the index that is no greater, and then whether it is one: asked for the newest of a subject, PostgreSQL
    may walk along the primary key until it meets one.
    """
    start = func.substr(subject, 1, 200)
    query = select(_e.id, _e.subject).where(start >= _START).order_by(_START.desc(), _e.id.desc()).limit(1)
    found = connection.execute(query).first()
    if found is not None and found.subject != subject and found.subject[:200] == subject[:200]:
        return connection.execute(select(func.max(_e.id)).where(is_subject(subject))).scalar() or 0
    return found.id if found is not None and found.subject == subject else 0


def _at(row: Row) -> dict[str, Any]:
    return {"id": row.event_id, "type": row.type, "time": row.time}


def _told(rows: Sequence[Row]) -> dict[str, Any]:
    found: list[Event] = [event_of(row) for row in rows]
    agents = [agent for agent in map(agent_of, found) if agent is not None]
    versions: dict[str, Any] = {}
    for event in found:
        if event.source.startswith(OURS):
            versions[event.source.removeprefix(OURS)] = data_of(event).get("version")
    return {
        "agents": list(dict.fromkeys(agents)),
        "ended": any(map(is_end, found)),
        "recordings": sum(event.type == STORED for event in found),
        "versions": versions,
    }
