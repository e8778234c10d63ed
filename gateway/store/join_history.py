"""What joins have gathered, and what they made of it: to be looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, select

from gateway.model.event import rfc3339
from gateway.model.idempotency import short
from gateway.model.join import MOST_GATHERED, OURS
from gateway.store.dialect import storable
from gateway.store.engine import Database
from gateway.store.history import identity_of, is_subject
from gateway.store.items import Item, Row
from gateway.store.join_tables import joined, joins
from gateway.store.paging import paged
from gateway.store.tables import events, moment_of, names, requests

_MOST_VERSIONS = 1000
_JOINS: Select[Any] = select(joins, names.c.name.label("join_name")).join(names, names.c.id == joins.c.name)
_GATHERED: Select[Any] = (
    select(events.c.event_id, events.c.type, events.c.source, events.c.time, requests.c.request_id)
    .join_from(joined, events, events.c.id == joined.c.event)
    .join(requests, requests.c.id == events.c.request, isouter=True)
    .order_by(joined.c.event)  # not by the events' own id: SQLite would sort them
)


def listed(database: Database, *, name: str | None = None, limit: int = 50, after: str | None = None) -> Iterator[Item]:
    """The keys of all joins, or of one, newest first. `after` is an id of the list's own."""
    query = _JOINS
    if name is not None:  # by its number, so that the index of the keys of each join leads there
        query = query.where(joins.c.name == select(names.c.id).where(names.c.name == name).scalar_subquery())
    if after is not None:
        query = query.where(joins.c.id < identity_of(after, joins.c.id))
    return paged(database, query, joins, limit, lambda _connection, row: _item(row))


def shown(database: Database, name: str, key: str) -> Item | None:
    """One key of a join, with its events and with those that it made, each in the order in which they were recorded."""
    with database.reading() as connection:
        row = connection.execute(_JOINS.where(names.c.name == name, joins.c.key == short(storable(key)))).first()
        if row is None:
            return None
        return _item(row) | {"eventList": _gathered(connection, row), "emitted": _emitted(connection, row)}


def _item(row: Row) -> Item:
    return {
        "id": str(row.id),
        "name": row.join_name,
        "key": row.subject,
        "state": "emitted" if row.due_at is None else "ended" if row.ended else "open",
        "events": row.gathered,
        "version": row.version,
        "openedAt": _moment(row.opened_at),
        "dueAt": _moment(row.due_at),
        "emittedAt": _moment(row.emitted_at),
    }


def _moment(stored: int | None) -> str | None:
    return None if stored is None else rfc3339(moment_of(stored))


def _gathered(connection: Connection, row: Row) -> list[Item]:
    found = connection.execute(_GATHERED.where(joined.c.in_join == row.id).limit(MOST_GATHERED)).all()
    return [_event(one) | {"source": one.source, "requestId": one.request_id} for one in found]


def _emitted(connection: Connection, row: Row) -> list[Item]:
    """The newest of them."""
    its = select(events).where(is_subject(row.subject), events.c.source == f"{OURS}{row.join_name}")
    found = connection.execute(its.order_by(events.c.id.desc()).limit(_MOST_VERSIONS)).all()
    return [_event(one) | {"version": json.loads(one.data).get("version")} for one in reversed(found)]


def _event(row: Row) -> Item:
    return {"id": row.event_id, "type": row.type, "time": row.time}
