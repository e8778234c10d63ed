"""Replaying: new deliveries of old events, a chunk at a time, behind what is live."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from gateway.errors import StoreUnavailable
from gateway.store.dialect import chunks
from gateway.store.engine import Database
from gateway.store.names import Names
from gateway.store.records import Numbers, delivery_rows, insert_deliveries
from gateway.store.replayed import DutiesOf, Met, next_of
from gateway.store.replays import Progress, Replay, replay_in
from gateway.store.tables import deliveries, events, micros, names, replays

AT_A_TIME, _KEYS_AT_A_TIME = 5000, 64
"""Deliveries that one transaction makes: others soon have the lock again. Those with a key lock that too."""
_SHORTEST_PAUSE = 0.02
_PATIENCE = 30.0
"""Seconds for which a store that can't be used is waited for."""
_LOOK_AGAIN = 1.0
_REPLAYED = 1
"""The priority of what is replayed: what is live goes first."""

_d = deliveries.c

Places = dict[tuple[int, str], dict[str, str]]
"""Of an event and a destination, the webhook ids by route."""


@dataclass(slots=True)
class Replaying:
    """One replay, carried on. Call it from one thread; if several processes do, they take turns, and no harm is done.

    A chunk and the position after it are committed together: whoever carries on after a crash repeats none.
    """

    database: Database
    number: int
    duties_of: DutiesOf
    revision: int
    """That of the configuration which `duties_of` is by."""
    names: Names = field(default_factory=Names)
    nowhere: int = 0
    """How many of its events no route led to where they were wanted."""
    gone: int = 0
    """How many were deleted meanwhile: they were old enough."""
    at_a_time: int = AT_A_TIME
    _most: int = AT_A_TIME

    def run(
        self,
        now: Callable[[], datetime],
        *,
        woke: Callable[[], None] = lambda: None,
        tell: Callable[[Replay], None] = lambda _replay: None,
    ) -> Replay:
        """Carry on until it ends; `woke` is called when there is something to deliver, `tell` after each chunk.

        Raises StoreUnavailable where that lasts; then it can be carried on later.
        """
        troubled: float | None = None
        while True:
            started = time.monotonic()
            try:
                replay = self.step(now())
            except StoreUnavailable:
                troubled = troubled or started
                if started - troubled > _PATIENCE:
                    raise
                time.sleep(_LOOK_AGAIN)
                continue
            troubled = None
            woke()
            tell(replay)
            if replay.progress is not Progress.RUNNING:
                return replay
            time.sleep(max(_SHORTEST_PAUSE, time.monotonic() - started))

    def step(self, now: datetime) -> Replay:
        """Make one chunk of deliveries; the replay after it."""
        with self.database.peeking() as connection:
            before = self._replay(connection)
            if before.progress is not Progress.RUNNING:
                return before
            most = self._most
            found, position = next_of(connection, before.wanted, before.position, most, self.duties_of)
            met = list(_one_chunk(found, self.at_a_time))
            earlier = _earlier(connection, sorted({one.event for one in met}))
        self._most = min(AT_A_TIME, 2 * most) if len(met) == len(found) else len(met)
        position = position if len(met) == len(found) else met[-1].row
        with self.database.writing() as connection:
            replay = self._replay(connection, is_ours=True)
            if replay.progress is not Progress.RUNNING or replay.position != before.position:
                return replay  # somebody else has carried it on, or cancelled it
            there = _there(connection, met, is_dead=replay.wanted.dead)
            rows = self._rows(connection, [one for one in met if one.row in there], earlier, now)
            insert_deliveries(connection, rows)
            is_done = position >= replay.wanted.last
            state = Progress.DONE if is_done else Progress.RUNNING
            moved = update(replays).where(replays.c.id == self.number)
            created = replay.created + len(rows)
            connection.execute(moved.values(position=position, created=created, state=state.value, done=int(is_done)))
            replay = self._replay(connection)
        self.names.remember()
        self.gone += len(met) - len(there)
        self.nowhere += sum(not one.duties for one in met if one.row in there)
        return replay

    def _replay(self, connection: Connection, *, is_ours: bool = False) -> Replay:
        found = replay_in(connection, self.number, is_ours=is_ours)
        assert found is not None, f"no replay {self.number}"
        return found

    def _rows(self, connection: Connection, met: Sequence[Met], earlier: Places, now: datetime) -> list[dict[str, Any]]:
        wanted = {name for one in met for duty in one.duties for name in (duty.route, duty.destination)}
        numbers = self.names.numbered(connection, wanted)
        return [
            {**row, "priority": _REPLAYED, "replay": self.number}
            for one in met
            for row in _rows_of(one, numbers, earlier, self.revision, now)
        ]


def _one_chunk(found: Sequence[Met], at_a_time: int) -> Iterator[Met]:
    """The first ones, as many as one transaction takes; one at least."""
    rows = keyed = 0
    for one in found:
        rows += len(one.duties)
        keyed += sum(duty.order_key is not None for duty in one.duties)
        is_first = one is found[0]
        if not is_first and (rows > at_a_time or keyed > _KEYS_AT_A_TIME):
            return
        yield one


def _there(connection: Connection, met: Sequence[Met], *, is_dead: bool) -> set[int]:
    """The rows that are still what they were. Nobody deletes their events, nor retries them, until we are done."""
    kept: set[int] = set()
    for some in chunks(sorted({one.event for one in met})):
        query = select(events.c.id).where(events.c.id.in_(some)).order_by(events.c.id)
        kept |= set(connection.execute(query.with_for_update(read=True, key_share=True)).scalars())
    rows = {one.row for one in met if one.event in kept}
    if not is_dead:
        return rows
    dead: set[int] = set()
    for some in chunks(sorted(rows)):
        query = select(_d.id).where(_d.id.in_(some), _d.state == "dead").order_by(_d.id)
        dead |= set(connection.execute(query.with_for_update(read=True)).scalars())
    return dead


def _earlier(connection: Connection, ids: Sequence[int]) -> Places:
    """The webhook ids that the events have gone by before."""
    found: Places = defaultdict(dict)
    named = dict(connection.execute(select(names.c.id, names.c.name)).all())
    for some in chunks(ids):
        query = select(_d.event, _d.route, _d.destination, _d.webhook_id).where(_d.event.in_(some))
        for event, route, destination, webhook_id in connection.execute(query):
            found[event, named[destination]][named[route]] = webhook_id
    return found


def _rows_of(one: Met, numbers: Numbers, earlier: Places, revision: int, now: datetime) -> Iterator[dict[str, Any]]:
    """The rows of one event. By a route that it went before it has the same webhook id; by another, none that is used.

    By today's routes alone, one that was added since would take the id that another's deliveries went by.
    """
    rows = delivery_rows(one.event_id, one.duties, numbers, event=one.event, revision=revision, at=micros(now))
    for duty, row in zip(one.duties, rows, strict=True):
        used = earlier.get((one.event, duty.destination), {})
        webhook_id = used.get(duty.route)
        if webhook_id is None:
            webhook_id = f"{one.event_id}.{duty.route}" if row["webhook_id"] in used.values() else row["webhook_id"]
        yield {**row, "webhook_id": webhook_id}
