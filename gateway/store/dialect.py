"""What the two engines say differently."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, bindparam, insert, text, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.errors import StoreUnavailable
from gateway.store import arrays

_LAST_ID = text("SELECT seq FROM sqlite_sequence WHERE name = :of")
_MOST_NAMED = 5000
_HELD_UP = ("40P01", "55P03")
"""PostgreSQL's deadlock_detected and lock_not_available."""
_LOCK = text("SELECT pg_advisory_xact_lock(:number)")

_T = TypeVar("_T")


def is_sqlite(connection: Connection) -> bool:
    """Whether `connection` is to the engine on which one process writes at a time."""
    return connection.dialect.name == "sqlite"


def storable(text: str) -> str:
    """`text` as every database takes it: PostgreSQL holds no NUL, and UTF-8 no half of a surrogate pair."""
    if "\0" not in text and text.isascii():
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def inserting(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - two classes of one shape
    """An insert that can say what becomes of rows that are there already (`on_conflict_do_…`)."""
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)


def insert_numbered(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> Sequence[int]:
    """Insert `rows`, in order; their row ids. All have the same columns.

    SQLite gives ids back in order only row by row: they are counted here, where only one process writes at a time.
    """
    if not is_sqlite(connection):
        return arrays.insert(connection, table, rows)
    last = connection.execute(_LAST_ID, {"of": table.name}).scalar() or 0
    ids = range(last + 1, last + 1 + len(rows))
    connection.execute(insert(table), [{"id": number, **row} for number, row in zip(ids, rows, strict=True)])
    return ids


def replace_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows`, or put them in the place of those with the same key."""
    if is_sqlite(connection):
        connection.execute(insert(table).prefix_with("OR REPLACE"), rows)
    else:
        arrays.replace(connection, table, rows)


def update_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Give the rows with these ids new values."""
    if is_sqlite(connection):
        new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name != "id"}
        changed = [{f"new_{name}": value for name, value in row.items()} for row in rows]
        connection.execute(update(table).where(table.c.id == bindparam("new_id")).values(new), changed)
    else:
        arrays.update(connection, table, rows)


def chunks(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """`items` in pieces that one statement may name: both engines bound their variables."""
    return (items[start : start + _MOST_NAMED] for start in range(0, len(items), _MOST_NAMED))


def alone(connection: Connection, what: str) -> None:
    """Let no other process do `what` until the transaction ends. On SQLite none writes meanwhile anyway."""
    if not is_sqlite(connection):
        connection.execute(_LOCK, {"number": zlib.crc32(f"endpoint-gateway {what}".encode())})


def unhurried(connection: Connection) -> None:
    """Let this transaction's statements take as long as they need: a new index over many rows takes minutes.

    But not wait for a lock: less than the second after which PostgreSQL looks for a deadlock, and ends somebody else.
    """
    if not is_sqlite(connection):
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '500ms'")


def was_held_up(error: StoreUnavailable) -> bool:
    """Whether others had what was needed, so that the same may succeed in a moment."""
    return getattr(getattr(error.__cause__, "orig", None), "sqlstate", None) in _HELD_UP
