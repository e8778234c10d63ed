"""What order per key costs, beside a key with a long queue, on both databases: `python -m tests.benchmarks.order`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import ParamSpec, TypeVar

from gateway.model.delivery import Delivery
from gateway.model.route import Duty
from gateway.store.dialect import is_sqlite
from gateway.store.outbox import Outbox
from gateway.store.store import Store
from gateway.store.upkeep import Upkeep
from tests.benchmarks.growth import empty_store, tidy
from tests.builders import an_attempt, an_entry, an_event

_QUEUE = 100_000
_INSERTED, _CLAIMED = 64, 50
_TIMES = 60
_TO = "sink"
_ROWS = (
    "INSERT INTO deliveries (event, route, destination, webhook_id, revision, state, due_at, created_at, order_key,"
    " head) SELECT 1, 1, {destination}, 'x', 1, 'waiting', 4000000000000000, 1, 'blocked',"
    " CASE WHEN i = 1 THEN 1 ELSE 0 END FROM {numbers}"
)
_unique = count()

_P = ParamSpec("_P")
_R = TypeVar("_R")


def main() -> None:
    """Print a table."""
    print(f"beside {_QUEUE} deliveries that wait behind one of their key; {_TIMES} interleaved, median and least, ms")
    inserted = (f"insert {_INSERTED}, no key", "64 keys", "one key")
    heads = (*inserted, f"claim {_CLAIMED}, no key", "keys", f"settle {_CLAIMED}, no key", "keys", "orphans")
    print(f"{'':<12}" + "".join(f"{head:>19}" for head in heads))
    for kind in ("sqlite", "postgresql"):
        with empty_store(kind) as store:
            _record(store, [None])
            _deliver(store)
            _block(store)
            figures = _measured(store)
        shown = (f"{statistics.median(figure):.2f} {min(figure):.2f}" for figure in figures)
        print(f"{kind:<12}" + "".join(f"{figure:>19}" for figure in shown), flush=True)


def _measured(store: Store) -> list[list[float]]:
    inserts: list[list[float]] = [[], [], []]
    claims: list[list[float]] = [[], []]
    settles: list[list[float]] = [[], []]
    orphans: list[float] = []
    outbox = Outbox(store.database, "bench")
    for _ in range(_TIMES):
        none: list[str | None] = [None] * _INSERTED
        for inserted, keys in zip(inserts, (none, [_key() for _ in none], [_key()] * _INSERTED), strict=True):
            inserted.append(_timed(_record, store, keys)[0])
        _deliver(store)
        some = [_key() for _ in range(_CLAIMED)]
        for claimed, settled, keys in zip(claims, settles, (none[:_CLAIMED], some * 2), strict=True):
            _record(store, keys)
            took, held = _timed(outbox.claim, {_TO: _CLAIMED}, datetime.now(UTC))
            assert len(held) == _CLAIMED
            claimed.append(took)
            settled.append(_timed(_settle, outbox, held)[0])
            _deliver(store)
        orphans.append(_timed(Upkeep(store.database).tidy, datetime.now(UTC))[0])
    return [*inserts, *claims, *settles, orphans]


def _timed(function: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> tuple[float, _R]:
    """Milliseconds, and what came of it."""
    started = time.perf_counter()
    made = function(*args, **kwargs)
    return (time.perf_counter() - started) * 1000, made


def _key() -> str | None:
    return f"key-{next(_unique)}"


def _record(store: Store, keys: Sequence[str | None]) -> None:
    store.inbox.record(an_entry(*(an_event() for _ in keys), duties=[[Duty("all", _TO, key)] for key in keys]))


def _settle(outbox: Outbox, held: Sequence[Delivery]) -> None:
    outbox.settle([an_attempt(one) for one in held], datetime.now(UTC))


def _deliver(store: Store) -> None:
    """All that can be."""
    outbox = Outbox(store.database, "drain")
    while held := outbox.claim({_TO: 1000}, datetime.now(UTC)):
        _settle(outbox, held)


def _block(store: Store) -> None:
    with store.database.reading() as connection:
        number = connection.exec_driver_sql(f"SELECT id FROM names WHERE name = '{_TO}'").scalar_one()  # noqa: S608
        on_sqlite = is_sqlite(connection)
    numbers = f"generate_series(1, {_QUEUE}) AS n(i)"
    if on_sqlite:
        numbers = (
            f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {_QUEUE}) SELECT i FROM n)"  # noqa: S608
        )
    with store.database.writing() as connection:
        connection.exec_driver_sql(_ROWS.format(destination=number, numbers=numbers))
    tidy(store)


if __name__ == "__main__":
    main()
