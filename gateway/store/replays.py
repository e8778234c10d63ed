"""Replays: what was asked for, and how far each came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select, update

from gateway.model.event import rfc3339
from gateway.store.engine import Database
from gateway.store.tables import micros, moment_of, replays

Row = Any

_MOMENTS = ("since", "until")
_LARGEST_NUMBER = 2**63 - 1


class Progress(StrEnum):
    """Where a replay is."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be replayed: the events that meet every condition; None is none."""

    event_ids: tuple[str, ...] = ()
    """Only these; empty for all."""
    source: str | None = None
    type: str | None = None
    subject: str | None = None
    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    dead: bool = False
    """Of these events the dead letters alone, each again by its own route."""
    to: str | None = None
    """To this destination only."""
    last: int = field(default=_LARGEST_NUMBER, compare=False)
    """The newest row that there was when it was asked for: of events, or where it is of dead letters, of deliveries."""

    @property
    def is_everything(self) -> bool:
        """Whether no condition was set."""
        return self == Wanted(to=self.to)

    def document(self) -> dict[str, Any]:
        """The conditions that were set, as JSON has them; `of` reads them."""
        set_ones: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}
        for name in _MOMENTS:
            if name in set_ones:
                set_ones[name] = rfc3339(set_ones[name])
        return set_ones | ({"event_ids": list(self.event_ids)} if self.event_ids else {})

    @classmethod
    def of(cls, document: dict[str, Any]) -> Wanted:
        """What `document` says."""
        moments = {name: datetime.fromisoformat(document[name]) for name in _MOMENTS if name in document}
        return cls(**document | moments | {"event_ids": tuple(document.get("event_ids", ()))})


@dataclass(frozen=True, slots=True)
class Replay:
    """One replay, as far as it came."""

    number: int
    by: str
    wanted: Wanted
    counted: int
    """How many events or dead letters there were when it was asked for; 10,001 is more than 10,000."""
    created: int
    """How many deliveries it made."""
    progress: Progress
    at: datetime
    position: int
    """The last row that it is done with."""

    def item(self) -> dict[str, Any]:
        """What lists and pages show of it."""
        return {
            "id": str(self.number),
            "by": self.by,
            "at": rfc3339(self.at),
            "state": self.progress,
            "selection": {name: value for name, value in self.wanted.document().items() if name != "last"},
            "counted": self.counted,
            "created": self.created,
        }


class Replays:
    """The table of replays. Write with it from one thread at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, wanted: Wanted, *, first: int, counted: int, by: str, now: datetime) -> Replay:
        """Record that this is to be replayed, from the row `first` on; somebody carries it on then."""
        row = {
            "by": by,
            "selection": json.dumps(wanted.document(), ensure_ascii=False),
            "counted": counted,
            "state": Progress.RUNNING.value,
            "at": micros(now),
            "position": first - 1,
        }
        with self._database.writing() as connection:
            number = connection.execute(insert(replays).returning(replays.c.id), row).scalar_one()
        return Replay(number, by, wanted, counted, 0, Progress.RUNNING, now, first - 1)

    def cancel(self, number: int) -> bool:
        """Let a replay that runs make no more, whoever carries it on; what was made stays. Whether it ran."""
        running = update(replays).where(replays.c.id == number, replays.c.state == Progress.RUNNING.value)
        with self._database.writing() as connection:
            return connection.execute(running.values(state=Progress.CANCELLED.value)).rowcount > 0

    def get(self, number: int) -> Replay | None:
        """The replay of this number."""
        with self._database.reading() as connection:
            return replay_in(connection, number)

    def all(self) -> Iterator[Replay]:
        """Every replay, newest first: each was asked for by a person."""
        with self._database.reading() as connection:
            rows = connection.execute(select(replays).order_by(replays.c.id.desc())).all()
        return map(_replay_of, rows)


def replay_in(connection: Connection, number: int, *, is_ours: bool = False) -> Replay | None:
    """The replay of this number; with `is_ours` nobody else changes it until the transaction ends."""
    if not 0 < number <= _LARGEST_NUMBER:
        return None
    query = select(replays).where(replays.c.id == number)
    row = connection.execute(query.with_for_update() if is_ours else query).first()
    return None if row is None else _replay_of(row)


def _replay_of(row: Row) -> Replay:
    return Replay(
        number=row.id,
        by=row.by,
        wanted=Wanted.of(json.loads(row.selection)),
        counted=row.counted or 0,
        created=row.created,
        progress=Progress(row.state),
        at=moment_of(row.at),
        position=row.position,
    )
