"""Claim and settle beside ever more finished rows, on both databases: `python -m tests.benchmarks.growth [most]`."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.model.delivery import Attempt, Delivery, Outcome, State
from gateway.store.dialect import is_sqlite
from gateway.store.migrate import migrate
from gateway.store.outbox import Outbox
from gateway.store.place import Place, place_named
from gateway.store.store import Store, open_store
from tests.builders import an_entry
from tests.postgresql import a_database

_FINISHED = (10_000, 100_000, 1_000_000, 10_000_000)
_WAITING_FOR_A_DEAD_ONE = 1_000_000
_BATCH = 50
_TIMES = 40
_CHUNK = 1_000_000
_ROWS = (
    "INSERT INTO deliveries (event, route, destination, webhook_id, revision, state, due_at, attempts, created_at,"
    " finished_at) SELECT 1, 1, {destination}, 'x', 1, '{state}', {due}, 1, 1, {finished} FROM {numbers}"
)
_NUMBERS = {
    True: "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n)",
    False: "generate_series(1, {count}) AS n(i)",
}


def main() -> None:
    """Print a table; every line is a database of its own, filled further."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else _FINISHED[-1]
    print(
        f"{_BATCH} claimed and settled, {_WAITING_FOR_A_DEAD_ONE} wait for a dead destination; medians of {_TIMES}, ms"
    )
    print(f"{'database':<12}{'finished':>10}{'claim':>8}{'settle':>8}{'bytes a row':>13}")
    for kind in ("sqlite", "postgresql"):
        with empty_store(kind) as store:
            store.inbox.record(an_entry(to=["live", "dead"]))
            _fill(store, "dead", State.WAITING, _WAITING_FOR_A_DEAD_ONE)
            there = 0
            for finished in (size for size in _FINISHED if size <= most):
                _fill(store, "live", State.DELIVERED, finished - there)
                there = finished
                tidy(store)
                claim, settle = _measured(store)
                size = _size(store) / (finished + _WAITING_FOR_A_DEAD_ONE)
                print(f"{kind:<12}{finished:>10}{claim:8.2f}{settle:8.2f}{size:13.0f}", flush=True)


@contextmanager
def empty_store(kind: str) -> Iterator[Store]:
    """A store of its own, on either database."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        url = held.enter_context(a_database()) if kind == "postgresql" else ""
        place: Place = place_named(url, folder, folder)
        store = open_store(place)
        migrate(store.database)
        yield store
        store.close()


def _fill(store: Store, destination: str, state: State, count: int) -> None:
    while count > 0:
        with store.database.reading() as connection:
            numbers = _NUMBERS[is_sqlite(connection)].format(count=min(count, _CHUNK))
            number = connection.exec_driver_sql(f"SELECT id FROM names WHERE name = '{destination}'").scalar_one()  # noqa: S608
        finished = "NULL" if state is State.WAITING else "1"
        statement = _ROWS.format(destination=number, state=state, due=1000, finished=finished, numbers=numbers)
        with store.database.writing(durable=False) as connection:
            if not is_sqlite(connection):
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(statement)
        count -= _CHUNK


def tidy(store: Store) -> None:
    """What the servers do by themselves sooner or later: statistics, and no dead rows left of filling."""
    with store.database.reading() as connection:
        if not is_sqlite(connection):
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("VACUUM ANALYZE deliveries")
            connection.exec_driver_sql("SET statement_timeout = '10s'")


def _measured(store: Store) -> tuple[float, float]:
    outbox = Outbox(store.database, "bench")
    claims, settles = [], []
    for _ in range(_TIMES):
        _fill(store, "live", State.WAITING, _BATCH)
        now = datetime.now(UTC)
        started = time.perf_counter()
        held = outbox.claim({"live": _BATCH}, now)
        claimed = time.perf_counter()
        outbox.settle([_delivered(one, now) for one in held], now)
        settles.append((time.perf_counter() - claimed) * 1000)
        claims.append((claimed - started) * 1000)
        assert len(held) == _BATCH
    return statistics.median(claims), statistics.median(settles)


def _delivered(delivery: Delivery, now: datetime) -> Attempt:
    return Attempt(
        delivery=delivery, started_at=now, took=timedelta(milliseconds=1), outcome=Outcome.DELIVERED,
        state=State.DELIVERED, due_at=None, status=200, error="",
    )  # fmt: skip


def _size(store: Store) -> int:
    with store.database.reading() as connection:
        if is_sqlite(connection):
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        return int(connection.exec_driver_sql("SELECT pg_total_relation_size('deliveries')").scalar_one())


if __name__ == "__main__":
    main()
