"""Processes that record and deliver ordered deliveries until they are killed, and write down all that they did."""

from __future__ import annotations

import os
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import select

from gateway.model.delivery import Attempt, Delivery, Outcome
from gateway.model.route import Duty
from gateway.store.outbox import Outbox
from gateway.store.place import Place
from gateway.store.store import Store, open_store
from gateway.store.tables import deliveries, events
from tests.builders import an_attempt, an_entry, an_event

SINK = "sink"
_KEYS = 200
_WEIGHTS = [1 / (number + 1) ** 1.2 for number in range(_KEYS)]
_SLOTS = 16
_FAILS, _DIES = 0.2, 0.05


@dataclass(frozen=True)
class Scene:
    """Where they work, and where they write it down: a line, appended at once, is there whatever happens after it."""

    place: Place
    folder: Path

    @property
    def is_full(self) -> Path:
        """Once it is there, nothing more is recorded."""
        return self.folder / "is-full"

    @property
    def is_over(self) -> Path:
        """Once it is there, nothing more is delivered."""
        return self.folder / "is-over"

    def acknowledged(self) -> Iterator[list[str]]:
        """Who recorded which event, under which key, in the order in which it was acknowledged."""
        return self._lines("acknowledged")

    def tried(self) -> Iterator[list[str]]:
        """Which delivery was tried, in this order."""
        return self._lines("tried")

    def write(self, name: str, lines: Sequence[str]) -> None:
        file = os.open(self.folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, "".join(f"{line}\n" for line in lines).encode())
        os.close(file)

    def _lines(self, name: str) -> Iterator[list[str]]:
        path = self.folder / name
        text = path.read_text(encoding="ascii") if path.exists() else ""
        return (line.split() for line in text.splitlines())


def record(scene: Scene, name: str) -> None:
    """Record calls of 1 to 64 events, until it is enough."""
    chance = random.Random(name)  # noqa: S311 - a repeatable sequence
    with closing(open_store(scene.place)) as store:
        while not scene.is_full.exists():
            keys = chance.choices(range(_KEYS), _WEIGHTS, k=chance.randint(1, 64))
            made = [an_event() for _ in keys]
            named = [None if chance.random() < 0.1 else f"k{key}" for key in keys]
            store.inbox.record(an_entry(*made, duties=[[Duty("all", SINK, key)] for key in named]))
            acknowledged = zip(made, named, strict=True)
            scene.write("acknowledged", [f"{name} {key} {event.id}" for event, key in acknowledged])
            time.sleep(chance.random() / 4)


def work(scene: Scene, name: str) -> None:
    """Claim, try and settle; a fifth fails, and some of it for good."""
    chance = random.Random(name)  # noqa: S311 - a repeatable sequence
    with closing(open_store(scene.place)) as store:
        outbox = Outbox(store.database, name)
        while not scene.is_over.exists():
            held = outbox.claim({SINK: _SLOTS}, datetime.now(UTC))
            if not held:
                time.sleep(0.005)
            while held:
                batch, held = held[:8], held[8:]
                for delivery in batch:
                    scene.write("tried", [f"{delivery.id}"])
                time.sleep(chance.random() / 500)
                now = datetime.now(UTC)
                outbox.settle([_attempt(delivery, chance, now) for delivery in batch], now)


def _attempt(delivery: Delivery, chance: random.Random, now: datetime) -> Attempt:
    if chance.random() >= _FAILS:
        return an_attempt(delivery)
    if chance.random() < _DIES:
        return an_attempt(delivery, Outcome.REFUSED)
    return an_attempt(delivery, Outcome.UNAVAILABLE, due_at=now + timedelta(milliseconds=chance.random() * 20))


def violations(scene: Scene, store: Store) -> list[str]:
    """What was tried and is neither what its key tried before nor the next; whose order is not that of the answers."""
    with store.database.reading() as connection:
        query = select(deliveries.c.id, deliveries.c.order_key, events.c.event_id)
        rows = connection.execute(query.join(events, events.c.id == deliveries.c.event).order_by(deliveries.c.id)).all()
    keys = {row.id: row.order_key for row in rows}
    numbers = {row.event_id: row.id for row in rows}
    of_key: dict[str | None, list[int]] = defaultdict(list)
    for row in rows:
        of_key[row.order_key].append(row.id)
    places = {number: place for some in of_key.values() for place, number in enumerate(some)}
    tried: dict[str | None, list[int]] = defaultdict(list)
    for (number,) in scene.tried():
        tried[keys[int(number)]].append(places[int(number)])
    tried.pop(None, None)
    wrong = [
        f"{key}: {after} after {before}"
        for key, some in tried.items()
        for before, after in pairwise([-1, *some])
        if after - before not in (0, 1)
    ]
    said: dict[tuple[str, str], list[int]] = defaultdict(list)
    for name, key, event_id in scene.acknowledged():
        said[name, key].append(numbers[event_id])
    return wrong + [f"{who}: recorded in another order" for who, some in said.items() if sorted(some) != some]
