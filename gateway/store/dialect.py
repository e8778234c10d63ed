"""What the two engines say differently."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite

_LAST_ID = text("SELECT seq FROM sqlite_sequence WHERE name = :of")
_NEXT_IDS = text("SELECT nextval(CAST(:of AS regclass)) FROM generate_series(1, :many)")
_MOST_NAMED = 5000
_LOCK = text("SELECT pg_advisory_xact_lock(:number)")

_T = TypeVar("_T")


def is_sqlite(connection: Connection) -> bool:
    """Whether `connection` is to the engine on which one process writes at a time."""
    return connection.dialect.name == "sqlite"


def inserting(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - two classes of one shape
    """An insert that can say what becomes of rows that are there already (`on_conflict_do_…`)."""
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)


def next_ids(connection: Connection, table: Table, count: int) -> Sequence[int]:
    """The next row ids of `table`, in order.

    On SQLite they are counted here, where only one process writes at a time: it gives ids back in order only row by
    row. On PostgreSQL they are taken from the sequence, all at once.
    """
    if not is_sqlite(connection):
        return connection.execute(_NEXT_IDS, {"of": f"{table.name}_id_seq", "many": count}).scalars().all()
    last = connection.execute(_LAST_ID, {"of": table.name}).scalar() or 0
    return range(last + 1, last + 1 + count)


def chunks(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """`items` in pieces that one statement may name: both engines bound their variables."""
    return (items[start : start + _MOST_NAMED] for start in range(0, len(items), _MOST_NAMED))


def alone(connection: Connection, what: str) -> None:
    """Let no other process do `what` until the transaction ends. On SQLite none writes meanwhile anyway."""
    if not is_sqlite(connection):
        connection.execute(_LOCK, {"number": zlib.crc32(f"endpoint-gateway {what}".encode())})
