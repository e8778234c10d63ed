"""kill -9 of those who record and those who deliver: of each key, nothing overtakes what came before it."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy import update

from gateway.model.delivery import State
from gateway.store.history import Selection
from gateway.store.orphans import Orphans
from gateway.store.place import Place
from gateway.store.store import Store
from gateway.store.tables import deliveries
from gateway.store.upkeep import Upkeep
from tests.faults.conftest import LONG
from tests.faults.ordered import SINK, Scene, record, violations, work
from tests.running import wait_for

_ENOUGH = 20_000 if LONG else 2000
_KILLS = 20
_EVERY = 0.2
"""Seconds between two kills."""
_UNFINISHED = (State.WAITING, State.CLAIMED)

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.faults.ordered"])

_Role = Callable[[Scene, str], None]


class _Crew:
    """Two that record and four that deliver; whoever is killed is followed by another, of another name."""

    def __init__(self, scene: Scene, store: Store) -> None:
        self._scene, self._store = scene, store
        self.kills = 0
        self._started = 0
        self._members: dict[str, tuple[_Role, ForkServerProcess]] = {}
        for role in (record, record, work, work, work, work):
            self._start(role)

    def kill_one(self) -> None:
        """Whoever it is; what it held is due again."""
        name = random.choice(tuple(self._members))  # noqa: S311 - anybody
        role, process = self._members.pop(name)
        process.kill()
        process.join(10)
        self.kills += 1
        held = (deliveries.c.state == State.CLAIMED.value) & (deliveries.c.owner == name)
        with self._store.database.writing() as connection:
            connection.execute(update(deliveries).where(held).values(lease_until=0))
        Upkeep(self._store.database).reap(datetime.now(UTC))
        self._start(role)

    def join(self) -> None:
        for _, process in self._members.values():
            process.join(20)
            assert process.exitcode == 0

    def disband(self) -> None:
        for _, process in self._members.values():
            process.kill()
            process.join(10)

    def _start(self, role: _Role) -> None:
        self._started += 1
        name = f"{role.__name__}-{self._started}"
        process = _processes.Process(target=role, args=(self._scene, name))
        process.start()
        self._members[name] = role, process


def test_nothing_of_a_key_overtakes_what_came_before_it(store: Store, place: Place, tmp_path: Path) -> None:
    scene = Scene(place, tmp_path)
    crew = _Crew(scene, store)
    orphans = 0
    try:
        while crew.kills < _KILLS or sum(1 for _ in scene.acknowledged()) < _ENOUGH:
            time.sleep(_EVERY)
            crew.kill_one()
            orphans += Orphans(store.database).adopt(datetime.now(UTC))
        scene.is_full.touch()
        wait_for(lambda: not any(store.history.backlog(SINK, state) for state in _UNFINISHED), 120 + _ENOUGH / 50)
        scene.is_over.touch()
        crew.join()
    finally:
        crew.disband()
    acknowledged = {event_id for _, _, event_id in scene.acknowledged()}
    finished = {item["eventId"]: item["state"] for item in store.history.deliveries(Selection(limit=0))}
    tried = sum(1 for _ in scene.tried())
    wrong = violations(scene, store)
    dead = sum(state == "dead" for state in finished.values())
    print(
        f"{type(place).__name__}: {len(finished)} deliveries, {dead} dead, {tried} tries, {crew.kills} kills,"
        f" {len(wrong)} violations, {orphans} keys without a head"
    )
    assert [] == wrong
    assert 0 == orphans
    assert not acknowledged - finished.keys()
    assert {"delivered", "dead"} >= set(finished.values())
