"""What went over the wire at each try, where a destination is debugged: kept for a while, as bodies."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, literal_column, select, tuple_, update

from gateway.store.dialect import insert_numbered, storable
from gateway.store.engine import Database
from gateway.store.tables import attempts, bodies, micros

KEPT = timedelta(days=7)
_AT_A_TIME = 500

_a = attempts.c
# Written as the index has it: else SQLite does not see that it can be used.
_IS_KEPT: ColumnElement[bool] = literal_column("request_ref IS NOT NULL")


def kept(connection: Connection, text: str) -> int | None:
    """The number of the body that holds `text` from now on; None where there is none."""
    body = storable(text).encode()
    return insert_numbered(connection, bodies, [{"body": body}])[0] if body else None


def text_of(connection: Connection, ref: int) -> str:
    """The text that was kept under that number; "" where it is gone."""
    body = connection.execute(select(bodies.c.body).where(bodies.c.id == ref)).scalar()
    return body.decode("utf-8", "replace") if body else ""


def forget(database: Database, now: datetime) -> int:
    """Delete what was kept longer than `KEPT`, some at a time; of how many tries. Call it again while there are."""
    old = select(_a.delivery, _a.number, _a.request_ref, _a.response_ref).where(
        _IS_KEPT, _a.started_at < micros(now - KEPT)
    )
    with database.peeking() as connection:
        if connection.execute(old.limit(1)).first() is None:
            return 0
    with database.writing(durable=False) as connection:
        found = connection.execute(old.limit(_AT_A_TIME).with_for_update(skip_locked=True)).all()
        refs = [ref for row in found for ref in (row.request_ref, row.response_ref) if ref is not None]
        connection.execute(delete(bodies).where(bodies.c.id.in_(refs)))
        these = tuple_(_a.delivery, _a.number).in_([(row.delivery, row.number) for row in found])
        connection.execute(update(attempts).where(these).values(request_ref=None, response_ref=None))
        return len(found)
