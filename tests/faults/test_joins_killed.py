"""kill -9 of workers while joins are emitted: each version once, nothing lost."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import random
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from sqlalchemy import select

from gateway.assembly import Workshop
from gateway.joiner import Joiner
from gateway.model.join import Membership
from gateway.settings import Document
from gateway.store.join_tables import joins
from gateway.store.joining import Joining
from gateway.store.place import Place
from gateway.store.store import Store, database_at
from gateway.store.tables import events
from gateway.telemetry import logs
from tests.builders import a_request, an_entry, an_event
from tests.configured import ANYBODY, JOURNAL, TO_CRM, a_document
from tests.faults.conftest import LONG
from tests.running import wait_for

KEYS, WORKERS = 100, 3
KILLS = LONG or 20
JOIN = """
[joins.calls]
key = "#call_id#"
until = 'event.type == "call.ended"'
settle = "1ms"
emits = "call.completed"
"""
_forked = multiprocessing.get_context("forkserver")
_forked.set_forkserver_preload(["gateway.assembly", "gateway.joiner", "tests.faults.test_joins_killed"])


@dataclass
class Killable:
    """A process that does of joins what a worker does."""

    process: ForkServerProcess
    ready: Event

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


def emit_for_ever(place: Place, path: Path, ready: Event) -> None:
    """What a worker does of joins, without its pauses."""
    logs.set_up("console", "warning")
    gateway = Workshop().build(Document.at(path), 1)
    joiner = Joiner(Joining(database_at(place)), lambda: None)
    ready.set()
    while True:
        if not joiner.step(gateway, datetime.now(UTC)):
            time.sleep(0.005)


def test_each_version_is_emitted_once_and_nothing_is_lost(tmp_path: Path, store: Store) -> None:
    document = a_document(tmp_path, ANYBODY + JOURNAL + TO_CRM + JOIN)
    recorded: dict[str, list[str]] = defaultdict(list)
    workers = [_worker(store, document) for _ in range(WORKERS)]
    try:
        for victim in itertools.islice(itertools.cycle(range(WORKERS)), KILLS):
            assert workers[victim].ready.wait(60)
            until = time.monotonic() + random.uniform(0.05, 0.3)  # noqa: S311 - at any moment
            while time.monotonic() < until:
                _record(store, recorded)
            workers[victim].kill()
            workers[victim] = _worker(store, document)
        wait_for(lambda: not _due(store), 60, "the last emission")
    finally:
        for one in workers:
            one.kill()
    made = _emitted(store)
    for key, versions in made.items():
        assert list(range(1, len(versions) + 1)) == [one["version"] for one in versions], key
        assert recorded[key] == [one["id"] for one in versions[-1]["events"]], key
    assert recorded.keys() == made.keys()
    emitted = sum(map(len, made.values()))
    print(f"{store.database.place}: {KILLS} kills, {sum(map(len, recorded.values()))} events, {emitted} versions")
    assert emitted > KEYS


def _worker(store: Store, document: Document) -> Killable:
    ready = _forked.Event()
    made = _forked.Process(target=emit_for_ever, args=(store.database.place, document.path, ready), daemon=True)
    made.start()
    return Killable(made, ready)


def _record(store: Store, recorded: dict[str, list[str]]) -> None:
    """A few events of any keys, each of which ends its own: it is due again at once."""
    for key in random.sample(range(KEYS), 5):
        made = an_event(subject=str(key))
        place = Membership("calls", str(key), ends=True, settle=timedelta(milliseconds=1), longest=timedelta(hours=1))
        request = a_request(b"{}", received_at=datetime.now(UTC))
        store.inbox.record(an_entry(made, request=request, memberships=[[place]], to=()))
        recorded[str(key)].append(made.id)


def _due(store: Store) -> bool:
    with store.database.reading() as connection:
        return connection.execute(select(joins.c.id).where(joins.c.due_at.is_not(None)).limit(1)).first() is not None


def _emitted(store: Store) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    query = select(events.c.subject, events.c.data).where(events.c.source == "/joins/calls").order_by(events.c.id)
    with store.database.reading() as connection:
        for row in connection.execute(query):
            found[row.subject].append(json.loads(row.data))
    return found
