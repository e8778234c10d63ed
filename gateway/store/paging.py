"""Lists of any length, newest first, in reads that are each short."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Select

from gateway.store.engine import Database
from gateway.store.items import Item, Row

_PAGE = 500


def paged(
    database: Database,
    query: Select[Any],
    table: Any,  # noqa: ANN401 - a table
    limit: int,
    item: Callable[[Connection, Row], Item],
) -> Iterator[Item]:
    """The items of `query`, by the ids of `table`, newest first; all where `limit` is 0."""
    query = query.order_by(table.c.id.desc())
    left = limit or sys.maxsize
    page = query
    while left:
        with database.reading() as connection:
            rows = connection.execute(page.limit(min(left, _PAGE))).all()
            items = [item(connection, row) for row in rows]
        yield from items
        if len(rows) < min(left, _PAGE):
            return
        left -= len(rows)
        page = query.where(table.c.id < rows[-1].id)
