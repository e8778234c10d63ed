"""Stored events, and the calls that brought them, for those who look at one."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from gateway.model.event import Event
from gateway.model.original import Original
from gateway.store.engine import Database
from gateway.store.tables import bodies, events, requests


def stored_event(database: Database, event_id: str) -> tuple[Event, Original | None] | None:
    """The event of that id and the call that brought it, None where there is none."""
    with database.reading() as connection:
        row = connection.execute(select(events).where(events.c.event_id == event_id)).first()
        return (event_of(row), original_of(connection, row.request)) if row is not None else None


def original_call(database: Database, event: Event) -> Original | None:
    """The call that brought `event`, None where it is no longer kept."""
    with database.reading() as connection:
        named = requests.c.request_id == event.attributes.get("requestid", "")
        return original_of(connection, connection.execute(select(requests.c.id).where(named)).scalar())


def original_of(connection: Connection, request: int | None) -> Original | None:
    """The call in that row, None where it is no longer kept."""
    row = connection.execute(select(requests).where(requests.c.id == request)).first() if request else None
    if row is None:
        return None
    headers = json.loads(row.headers)
    return Original(row.method, headers, headers.get("content-type", ""), body_of(connection, row))


def body_of(connection: Connection, row: Any) -> bytes:  # noqa: ANN401 - a row of a query
    """The body of a row of `requests`, wherever it is kept."""
    if row.body_ref is None:
        return row.body or b""
    found: bytes = connection.execute(select(bodies.c.body).where(bodies.c.id == row.body_ref)).scalar_one()
    return found


def event_of(row: Any) -> Event:  # noqa: ANN401 - a row of a query
    """The event that a row of `events` holds."""
    return Event(
        id=row.event_id,
        source=row.source,
        type=row.type,
        subject=row.subject,
        time=row.time,
        data=row.data,
        attributes=json.loads(row.attributes),
    )
