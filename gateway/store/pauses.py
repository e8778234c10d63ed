"""Destinations that get nothing for now: a person said so, or the destination itself. What is for them waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from gateway.store.dialect import inserting, storable
from gateway.store.engine import Database
from gateway.store.names import Names
from gateway.store.tables import micros, moment_of, names, pauses

BY_ITSELF = "the destination"
"""Who pauses a destination that answered that it wants nothing more (HTTP 410)."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when, by whom and why a destination gets nothing."""

    at: datetime
    by: str
    reason: str


class Pauses:
    """The pauses that are in force; workers read them about once a second."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pause(self, destination: str, by: str, reason: str, now: datetime) -> bool:
        """Pause `destination`, until it is resumed. False where it is paused already: then that stands as it is."""
        with self._database.writing() as connection:
            number = Names().numbered(connection, [destination])[destination]
            row = {"destination": number, "at": micros(now), "by": storable(by), "reason": storable(reason)}
            made = inserting(connection, pauses).on_conflict_do_nothing().returning(pauses.c.destination)
            return connection.execute(made, row).first() is not None

    def resume(self, destination: str) -> bool:
        """End its pause. False where there was none."""
        number = select(names.c.id).where(names.c.name == destination).scalar_subquery()
        with self._database.writing() as connection:
            return bool(connection.execute(delete(pauses).where(pauses.c.destination == number)).rowcount)

    def paused(self) -> dict[str, Pause]:
        """Every pause, by its destination."""
        query = select(names.c.name, pauses).join(names, names.c.id == pauses.c.destination).order_by(names.c.name)
        with self._database.peeking() as connection:
            rows = connection.execute(query).all()
        return {row.name: Pause(moment_of(row.at), row.by, row.reason) for row in rows}
