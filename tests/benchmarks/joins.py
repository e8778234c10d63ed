"""What joins cost an event, and an emission, beside few and many open keys."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import func, insert, select

from gateway.model.delivery import NewEvent
from gateway.model.join import Membership
from gateway.store.join_tables import joined, joins
from gateway.store.joining import Joining
from gateway.store.store import Store
from gateway.store.tables import events, micros, names
from tests.benchmarks.growth import empty_store
from tests.builders import an_entry, an_event

_FEW, _MANY = 1_000, 100_000
_EVENTS, _EMITTED = 64, 50
_TIMES = 40
_FLAT = 1.5
_LATER = timedelta(days=3650)
_EVENT = {
    "position": 0, "source": "/in/pbx", "type": "call.dequeued", "subject": None, "time": "2026-03-16T12:00:00Z",
    "received_at": 0, "data": b"{}", "attributes": "{}",
}  # fmt: skip
_unique = count()


def main(many: int = _MANY) -> None:
    """Print a table; what `many` open keys cost, a million say, is a ratio to what few do, of one run."""
    heads = ("event, no join", "new keys", "open keys", "emission")
    print(f"µs each, median of {_TIMES}: of {_EVENTS} events in a transaction, and of {_EMITTED} emissions of 2 events")
    print(f"{'':<12}{'open keys':>10}" + "".join(f"{head:>16}" for head in heads))
    for kind in ("sqlite", "postgresql"):
        rows = [_row(kind, number) for number in (_FEW, many)]
        ratios = [more / less for less, more in zip(*rows, strict=True)]
        print(f"{'':<12}{'ratio':>10}" + "".join(f"{ratio:>16.2f}" for ratio in ratios))
        print(f"{'':<12}" + ("flat" if max(ratios[1:]) < _FLAT else f"NOT FLAT: more than {_FLAT}"), flush=True)


def _row(kind: str, number: int) -> list[float]:
    with empty_store(kind) as store:
        _open(store, number)
        figures: list[list[float]] = [[], [], [], []]
        for turn in range(_TIMES):
            figures[0].append(_recorded(store, []))
            figures[1].append(_recorded(store, [f"new-{next(_unique)}" for _ in range(_EVENTS)]))
            figures[2].append(_recorded(store, [f"open-{(turn * _EVENTS + n) % number}" for n in range(_EVENTS)]))
            figures[3].append(_emitted(store))
    medians = [statistics.median(one) for one in figures]
    print(f"{kind:<12}{number:>10}" + "".join(f"{median:>16.0f}" for median in medians), flush=True)
    return medians


def _open(store: Store, number: int) -> None:
    """Keys that wait for their end, each with an event."""
    _recorded(store, ["first"])
    due = micros(datetime.now(UTC) + _LATER)
    with store.database.writing() as connection:
        of = connection.execute(select(names.c.id).where(names.c.name == "calls")).scalar_one()
        first = connection.execute(select(func.max(joins.c.id))).scalar_one() + 1
        event = connection.execute(select(func.max(events.c.id))).scalar_one() + 1
        for start in range(0, number, 10_000):
            numbers = range(start, min(start + 10_000, number))
            row = {"name": of, "opened_at": 0, "due_at": due, "ended": 0, "gathered": 1}
            keys = [{**row, "key": f"open-{n}", "subject": f"open-{n}"} for n in numbers]
            connection.execute(insert(joins), keys)
            connection.execute(insert(events), [{**_EVENT, "event_id": f"open-{n}"} for n in numbers])
            connection.execute(insert(joined), [{"in_join": first + n, "event": event + n} for n in numbers])


def _recorded(store: Store, keys: Sequence[str], *, ends: bool = False) -> float:
    """Microseconds an event; without keys, of events that no join gathers."""
    settle, longest = timedelta(), _LATER
    places = [[Membership("calls", key, ends, settle, longest)] for key in keys]
    made = [an_event() for _ in keys or range(_EVENTS)]
    started = time.perf_counter()
    store.inbox.record(an_entry(*made, to=(), memberships=places))
    return (time.perf_counter() - started) * 1e6 / len(made)


def _emitted(store: Store) -> float:
    """Microseconds an emission, of keys that have just ended."""
    keys = [f"due-{next(_unique)}" for _ in range(_EMITTED)]
    _recorded(store, keys)
    _recorded(store, keys, ends=True)
    joining = Joining(store.database)
    now = datetime.now(UTC)
    started = time.perf_counter()
    due = joining.due(["calls"], now)
    assert len(due) == _EMITTED
    for one in due:
        assert joining.emit(one, NewEvent(an_event(source="/joins/calls", subject=one.key), 1, ()), now)
    return (time.perf_counter() - started) * 1e6 / _EMITTED


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
