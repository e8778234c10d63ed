"""PostgreSQL: many rows by one statement, each column as one array. It is the same for any number of rows.

The arrays go over as they are (psycopg's `%b`): as text, each of their values would have to be escaped. A column
without any value has no array: what type its nothings are could not be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql

_DIALECT = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]

Rows = Sequence[dict[str, Any]]
"""All have the same columns."""


def insert(connection: Connection, table: Table, rows: Rows) -> Sequence[int]:
    """Insert `rows`; their row ids, in their order: PostgreSQL sorts before it computes a column's default."""
    given = _given(rows)
    return connection.exec_driver_sql(_insert(table, tuple(given)), given).scalars().all()


def replace(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert `rows`, or put them in the place of those with the same key."""
    given = _given(rows)
    connection.exec_driver_sql(_replace(table, tuple(given), tuple(rows[0])), given)


def update(connection: Connection, table: Table, rows: Rows) -> None:
    """Give the rows with these ids new values."""
    given = _given(rows)
    connection.exec_driver_sql(_update(table, tuple(given), tuple(rows[0])), given)


def _given(rows: Rows) -> dict[str, list[Any]]:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return {name: values for name, values in columns.items() if any(value is not None for value in values)}


def _arrays(table: Table, given: Sequence[str]) -> str:
    types = {name: table.c[name].type.compile(_DIALECT) for name in given}
    return ", ".join(f"%({name})b::{kind}[]" for name, kind in types.items())


# The names in these statements are our own tables' and columns'.


@cache
def _insert(table: Table, given: Sequence[str]) -> str:
    listed = ", ".join(given)
    return (
        f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM unnest({_arrays(table, given)})"  # noqa: S608
        f" WITH ORDINALITY AS given ({listed}, place) ORDER BY place RETURNING id"
    )


@cache
def _replace(table: Table, given: Sequence[str], columns: Sequence[str]) -> str:
    listed, key = ", ".join(given), ", ".join(column.name for column in table.primary_key)
    new = ", ".join(f"{name} = excluded.{name}" for name in columns if not table.c[name].primary_key)
    return (
        f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM unnest({_arrays(table, given)})"  # noqa: S608
        f" AS given ({listed}) ON CONFLICT ({key}) DO UPDATE SET {new}"
    )


@cache
def _update(table: Table, given: Sequence[str], columns: Sequence[str]) -> str:
    new = ", ".join(f"{name} = {f'given.{name}' if name in given else 'NULL'}" for name in columns if name != "id")
    return (
        f"UPDATE {table.name} SET {new} FROM unnest({_arrays(table, given)})"  # noqa: S608
        f" AS given ({', '.join(given)}) WHERE {table.name}.id = given.id"
    )
