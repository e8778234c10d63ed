"""Names of sources, routes and destinations, stored once as text and referred to by a small integer."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from gateway.store.dialect import inserting
from gateway.store.tables import names


class Names:
    """The numbers this process has seen; a name's number never changes."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._unsure: dict[str, int] = {}

    def numbered(self, connection: Connection, wanted: Iterable[str]) -> dict[str, int]:
        """The numbers of `wanted` and others; new names are given one, inside a writing transaction."""
        self._unsure = {}  # an earlier transaction that failed took its numbers with it
        missing = sorted(set(wanted) - self._known.keys())
        if not missing:
            return self._known
        connection.execute(inserting(connection, names).on_conflict_do_nothing(), [{"name": name} for name in missing])
        rows = connection.execute(select(names.c.name, names.c.id).where(names.c.name.in_(missing)))
        self._unsure = self._known | dict(rows.all())
        return self._unsure

    def remember(self) -> None:
        """The transaction is committed: its numbers are for ever."""
        self._known, self._unsure = self._unsure or self._known, {}
