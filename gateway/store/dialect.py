"""What the two engines say differently."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, insert, text
from sqlalchemy.dialects import postgresql, sqlite

_LAST_ID = text("SELECT seq FROM sqlite_sequence WHERE name = :of")
_MOST_NAMED = 5000
_LOCK = text("SELECT pg_advisory_xact_lock(:number)")

_POSTGRESQL = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]
_T = TypeVar("_T")


def is_sqlite(connection: Connection) -> bool:
    """Whether `connection` is to the engine on which one process writes at a time."""
    return connection.dialect.name == "sqlite"


def inserting(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - two classes of one shape
    """An insert that can say what becomes of rows that are there already (`on_conflict_do_…`)."""
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)


def insert_numbered(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> Sequence[int]:
    """Insert `rows`, in order; their row ids. All have the same columns.

    PostgreSQL takes each column as one array: the statement is the same for any number of rows, and is prepared once.
    SQLite gives ids back in order only row by row: they are counted here, where only one process writes at a time.
    """
    if not is_sqlite(connection):
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        given = {name: values for name, values in columns.items() if any(value is not None for value in values)}
        return connection.exec_driver_sql(_from_arrays(table, tuple(given)), given).scalars().all()
    last = connection.execute(_LAST_ID, {"of": table.name}).scalar() or 0
    ids = range(last + 1, last + 1 + len(rows))
    connection.execute(insert(table), [{"id": number, **row} for number, row in zip(ids, rows, strict=True)])
    return ids


def chunks(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """`items` in pieces that one statement may name: both engines bound their variables."""
    return (items[start : start + _MOST_NAMED] for start in range(0, len(items), _MOST_NAMED))


@cache
def _from_arrays(table: Table, columns: Sequence[str]) -> str:
    """Rows get their ids in the order of the arrays: PostgreSQL sorts before it computes a column's default.

    The arrays go over as they are (psycopg's `%b`): as text, each of their values would have to be escaped.
    """
    types = {name: table.c[name].type.compile(_POSTGRESQL) for name in columns}
    arrays = ", ".join(f"%({name})b::{kind}[]" for name, kind in types.items())
    listed = ", ".join(columns)
    return (
        f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM unnest({arrays})"  # noqa: S608 - our own names
        f" WITH ORDINALITY AS given ({listed}, place) ORDER BY place RETURNING id"
    )


def alone(connection: Connection, what: str) -> None:
    """Let no other process do `what` until the transaction ends. On SQLite none writes meanwhile anyway."""
    if not is_sqlite(connection):
        connection.execute(_LOCK, {"number": zlib.crc32(f"endpoint-gateway {what}".encode())})


def unhurried(connection: Connection) -> None:
    """Let this transaction's statements take as long as they need: a new index over many rows takes minutes."""
    if not is_sqlite(connection):
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
