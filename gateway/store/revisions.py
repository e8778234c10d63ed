"""The numbered states of the configuration: what was in force, and what is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, select

from gateway.store.dialect import alone
from gateway.store.engine import Database
from gateway.store.tables import micros, revisions

Files = Mapping[str, str]
"""gateway.toml and every file it names, by name: text."""


class Revisions:
    """All processes on one database follow the newest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> int:
        """The number of the newest, 0 where there is none."""
        with self._database.reading() as connection:
            return (
                connection.execute(select(revisions.c.number).order_by(revisions.c.number.desc()).limit(1)).scalar()
                or 0
            )

    def files(self, number: int) -> dict[str, str]:
        """The files of a revision."""
        with self._database.reading() as connection:
            document: str = connection.execute(
                select(revisions.c.document).where(revisions.c.number == number)
            ).scalar_one()
        files: dict[str, str] = json.loads(document)
        return files

    def put_in_force(self, files: Files, by: str, now: datetime) -> int:
        """Make `files` the newest revision, unless they are; its number."""
        return self._record(files, by, now, only_if_unseen=False)

    def record_unseen(self, files: Files, by: str, now: datetime) -> int:
        """Make `files` the newest revision unless the database ever saw them; the number in force."""
        return self._record(files, by, now, only_if_unseen=True)

    def _record(self, files: Files, by: str, now: datetime, *, only_if_unseen: bool) -> int:
        document = json.dumps(dict(sorted(files.items())), ensure_ascii=False)
        column = revisions.c
        with self._database.writing() as connection:
            alone(connection, "record a revision")
            newest = connection.execute(
                select(column.number, column.document).order_by(column.number.desc()).limit(1)
            ).first()
            if newest is not None:
                seen = select(column.number).where(column.document == document).limit(1)
                if newest.document == document or (only_if_unseen and connection.execute(seen).first()):
                    return int(newest.number)
            row = {"document": document, "by": by, "at": micros(now)}
            number: int = connection.execute(insert(revisions).returning(column.number), row).scalar_one()
            return number
