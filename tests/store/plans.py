"""What a store's writer is told, and how SQLite goes about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from gateway.store.store import Store

Issued = list[tuple[str, Any]]
"""Statements, and what they were given."""


def issued_by(store: Store) -> Issued:
    """What the store's writer is told from now on."""
    issued: Issued = []
    with store.database.peeking() as connection:
        event.listen(connection, "before_cursor_execute", lambda _c, _r, sql, values, *_: issued.append((sql, values)))
    return issued


def plan_of(store: Store, sql: str, values: Any) -> list[str]:
    """The steps of one statement."""
    with store.database.reading() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]


@contextmanager
def issued_by_readers(store: Store) -> Iterator[Issued]:
    """What the store is asked while the block lasts."""
    issued: Issued = []
    readers = store.database._readers

    def hear(_c: object, _r: object, sql: str, values: Any, *_: object) -> None:
        issued.append((sql, values))

    event.listen(readers, "before_cursor_execute", hear)
    yield issued
    event.remove(readers, "before_cursor_execute", hear)
