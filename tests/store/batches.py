"""A store whose waiting calls can be made to be committed as one batch, by a thread of its own, as in production."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Table, func, select

from gateway.errors import Malformed, Refusal
from gateway.model.receipt import Receipt
from gateway.store.engine import Database
from gateway.store.entry import Entry
from gateway.store.inbox import PATIENCE
from gateway.store.migrate import migrate
from gateway.store.place import Place
from gateway.store.store import Store, open_store
from tests.builders import a_request


class Gate:
    """An `in_thread` with a real thread, which counts its runs and holds them back while it is closed."""

    def __init__(self) -> None:
        self.runs = 0
        self.opened = threading.Event()
        self.opened.set()
        self._thread = ThreadPoolExecutor(1)

    def __call__(self, function: Callable[[], None]) -> None:
        self.runs += 1
        assert self.opened.wait(10), "nobody opened the gate"
        self._thread.submit(function).result()


@dataclass
class GatedStore:
    """A store, its gate, and what it told of: the sizes of its batches, and how often it rang."""

    store: Store
    gate: Gate
    sizes: list[int] = field(default_factory=list)
    rung: list[bool] = field(default_factory=list)

    def in_one_batch(self, entries: Sequence[Entry]) -> list[Receipt | Refusal]:
        """What each caller is answered, where all of them wait while a commit is under way."""
        self.gate.opened.clear()
        runs = self.gate.runs
        with ThreadPoolExecutor(len(entries) + 1) as callers:
            self.store.inbox.refused(a_request(), Malformed("so that there is something to flush"))
            callers.submit(self.store.inbox.flush)
            until(lambda: self.gate.runs > runs)
            answers = []
            for number, entry in enumerate(entries, 1):
                answers.append(callers.submit(self.answer_to, entry))
                self.until_waiting(number)
            self.gate.opened.set()
            return [answer.result() for answer in answers]

    def answer_to(self, entry: Entry) -> Receipt | Refusal:
        try:
            return self.store.inbox.record(entry)
        except Refusal as error:
            return error

    def until_waiting(self, count: int) -> None:
        until(lambda: len(self.store.inbox._waiting) == count)


@contextmanager
def gated(place: Place, gate: Gate | None = None, patience: timedelta = PATIENCE) -> Iterator[GatedStore]:
    """A gated store, migrated and empty."""
    gate = gate or Gate()
    sizes: list[int] = []
    rung: list[bool] = []
    opened = open_store(
        place,
        in_thread=gate,
        woke=lambda: rung.append(True),
        commits=lambda size, _seconds: sizes.append(size),
        patience=patience,
    )
    migrate(opened.database)
    yield GatedStore(opened, gate, sizes, rung)
    gate.opened.set()
    opened.close()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def count(database: Database, table: Table) -> int:
    """How many rows a table has."""
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()
