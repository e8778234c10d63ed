"""Whatever happens to keys in whatever sequence, heads are as a simple model has them, and nothing is overtaken."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from gateway.model.delivery import Delivery, Outcome, State
from gateway.store.intervene import Intervention
from gateway.store.orphans import Orphans
from gateway.store.outbox import LEASE, Outbox
from gateway.store.place import Place
from gateway.store.store import Store, open_store
from gateway.store.tables import deliveries, names
from gateway.store.upkeep import Upkeep
from tests.builders import NOON, an_attempt
from tests.store.ordered import record

_destinations = itertools.count()
_KEYS = ("a", "b", None)
_CALLS = 40
_ALL = 2 + 2 * _CALLS * 4
_DELIVERED, _RETRY, _DEAD, _HELD = range(4)
_NUMBER = st.integers(0, 10_000)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.lists(st.sampled_from(_KEYS), min_size=1, max_size=4)),
        st.tuples(st.just("claim"), st.integers(1, 3)),
        st.tuples(st.just("settle"), st.tuples(_NUMBER, st.sampled_from((_DELIVERED, _RETRY, _DEAD, _HELD)))),
        st.tuples(st.just("reap"), st.none()),
        st.tuples(st.just("retry"), st.lists(_NUMBER, min_size=1, max_size=3)),
        st.tuples(st.just("cancel"), st.lists(_NUMBER, min_size=1, max_size=3)),
    ),
    max_size=40,
)  # fmt: skip


@dataclass
class _Model:
    """What each delivery ought to be: its state, key, and whether it is the one that may be tried."""

    state: dict[int, str] = field(default_factory=dict)
    key: dict[int, str | None] = field(default_factory=dict)
    heads: set[int] = field(default_factory=set)
    held: set[int] = field(default_factory=set)

    def record(self, number: int, key: str | None) -> None:
        self.state[number], self.key[number] = "waiting", key
        self._fill(key)

    def finish(self, number: int, state: str, *, holds: bool = False) -> None:
        self.state[number] = state
        self.held.discard(number)
        if holds and self.key[number] is not None:
            self.held.add(number)
        else:
            self.heads.discard(number)
        self._fill(self.key[number])

    def retry(self, numbers: list[int]) -> None:
        dead = [number for number in numbers if self.state[number] == "dead"]
        for number in dead:
            self.state[number] = "waiting"
            self.held.discard(number)
        for number in dead:
            self._fill(self.key[number])

    def cancel(self, numbers: list[int]) -> None:
        some = [number for number in numbers if self.state[number] == "waiting" or number in self.held]
        for number in some:
            self.state[number] = "cancelled"
            self.held.discard(number)
            self.heads.discard(number)
        for number in some:
            self._fill(self.key[number])

    def _fill(self, key: str | None) -> None:
        """Without a key all are heads; of a key, the first if there is none."""
        open_ = sorted(n for n, state in self.state.items() if state in ("waiting", "claimed") and self.key[n] == key)
        if key is None:
            self.heads |= set(open_)
        elif open_ and not any(self.key[number] == key for number in self.heads):
            self.heads.add(open_[0])


class _Play:
    """One sequence of steps, to a destination of its own, on the store and on the model."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.to = f"to-{next(_destinations)}"
        self.outbox = Outbox(store.database, self.to)
        self.model = _Model()
        self.held: dict[int, Delivery] = {}

    def record(self, keys: list[str | None]) -> None:
        before = set(self.rows())
        record(self.store, *keys, to=self.to)
        made = sorted(set(self.rows()) - before)
        for number, key in zip(made, keys, strict=True):
            self.model.record(number, key)

    def claim(self, slots: int) -> None:
        for delivery in self.outbox.claim({self.to: slots}, NOON):
            assert delivery.id in self.model.heads and self.model.state[delivery.id] == "waiting"
            self.held[delivery.id] = delivery
            self.model.state[delivery.id] = "claimed"

    def settle(self, what: tuple[int, int]) -> None:
        if not self.held:
            return
        delivery = self.held.pop(sorted(self.held)[what[0] % len(self.held)])
        outcomes = {_DELIVERED: Outcome.DELIVERED, _RETRY: Outcome.UNAVAILABLE}
        outcome = outcomes.get(what[1], Outcome.REFUSED)
        attempt = an_attempt(delivery, outcome, due_at=NOON, holds=what[1] == _HELD)
        self.outbox.settle([attempt], NOON)
        if attempt.state is State.WAITING:
            self.model.state[delivery.id] = "waiting"
        else:
            self.model.finish(delivery.id, attempt.state.value, holds=what[1] == _HELD)

    def reap(self, _nothing: None) -> None:
        Upkeep(self.store.database).reap(NOON + 2 * LEASE)
        for number in self.held:
            self.model.state[number] = "waiting"
        self.held.clear()

    def retry(self, chosen: list[int]) -> None:
        numbers = self._some(chosen)
        Intervention(self.store.database).retry(numbers)
        self.model.retry(numbers)

    def cancel(self, chosen: list[int]) -> None:
        numbers = self._some(chosen)
        Intervention(self.store.database).cancel(numbers, NOON)
        self.model.cancel(numbers)

    def rows(self) -> dict[int, tuple[str, bool, bool]]:
        """State, whether it may be tried or holds its key, whether it is held: of each that is in the store."""
        d = deliveries.c
        query = select(d.id, d.state, d.head, d.held).join(names, names.c.id == d.destination)
        with self.store.database.reading() as connection:
            found = connection.execute(query.where(names.c.name == self.to)).all()
        counts = ("waiting", "claimed")
        return {
            row.id: (row.state, bool(row.head) and (row.state in counts or bool(row.held)), bool(row.held))
            for row in found
        }

    def expected(self) -> dict[int, tuple[str, bool, bool]]:
        model = self.model
        return {number: (state, number in model.heads, number in model.held) for number, state in model.state.items()}

    def _some(self, chosen: list[int]) -> list[int]:
        there = sorted(self.model.state)
        return sorted({there[number % len(there)] for number in chosen}) if there else []


@settings(max_examples=60)
@given(steps=_STEPS)
def test_heads_are_as_the_model_has_them_after_every_step(store: Store, steps: list[tuple[str, object]]) -> None:
    play = _Play(store)
    for name, argument in steps:
        getattr(play, name)(argument)
        assert play.expected() == play.rows()
        assert 0 == Orphans(store.database).adopt(NOON)
    play.outbox.release()  # or the next example would find its leases


def test_two_who_insert_and_two_who_settle_one_key_at_once_overtake_nothing(store: Store, place: Place) -> None:
    record(store, "a", "b")  # so that the destination is known
    delivered: list[Delivery] = []

    def insert(_number: int) -> None:
        with closing(open_store(place)) as mine:
            for _ in range(_CALLS):
                record(mine, "a", "b", "a", None)

    def work(owner: str) -> None:
        with closing(open_store(place)) as mine:
            outbox = Outbox(mine.database, owner)
            deadline = time.monotonic() + 50
            while len(delivered) < _ALL and time.monotonic() < deadline:
                held = outbox.claim({"crm": 2}, NOON)
                delivered.extend(held)
                outbox.settle([an_attempt(one) for one in held], NOON)

    with ThreadPoolExecutor(4) as threads:
        inserting = [threads.submit(insert, number) for number in range(2)]
        working = [threads.submit(work, owner) for owner in ("one", "two")]
        for one in (*inserting, *working):
            one.result(60)
    assert _ALL == len(delivered)
    for key in ("a", "b"):
        numbers = [one.id for one in delivered if one.order_key == key]
        assert sorted(numbers) == numbers
    assert 0 == Orphans(store.database).adopt(NOON)
