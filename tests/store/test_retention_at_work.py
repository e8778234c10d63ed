"""Retention at work: in batches, beside others, without scanning a table; and it tells what it did."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlalchemy import select
from structlog.testing import capture_logs

from gateway.errors import Malformed, StoreUnavailable
from gateway.model.delivery import Outcome
from gateway.model.join import Membership
from gateway.model.retention import Ages, Policy
from gateway.store import tables
from gateway.store.outbox import Outbox
from gateway.store.place import PostgresServer
from gateway.store.records import LARGE
from gateway.store.retention import Retention, Swept
from gateway.store.store import Store
from gateway.store.upkeep import Upkeep
from gateway.telemetry import metrics
from gateway.worker import Worker
from tests.builders import NOON, a_request, an_event
from tests.configured import ANYBODY, a_gateway, another, fixed
from tests.store.kept import A_MONTH, DAY, deleted_at, record, rows, settle, sweep_all


def test_a_long_past_goes_in_batches(store: Store) -> None:
    for _ in range(4):
        record(store, *(an_event() for _ in range(500)))
    settle(store, Outcome.DELIVERED)
    record(store, at=NOON + DAY)
    retention = Retention(store.database)
    first = retention.sweep(A_MONTH, NOON + 30 * DAY)
    assert first.more and 500 == first.deleted["events"]
    sweep_all(retention, A_MONTH, NOON + 30 * DAY)
    assert {"requests": 1, "events": 1, "deliveries": 1} == rows(store)


def test_few_long_bodies_are_a_batch(store: Store) -> None:
    for _ in range(30):
        record(store, to=(), body=bytes(2**20))
    first = Retention(store.database).sweep(A_MONTH, NOON + 30 * DAY)
    assert (True, 7) == (first.more, first.deleted["bodies"])
    assert 30 == deleted_at(store, NOON + 30 * DAY)["bodies"] + 7


def test_several_workers_do_no_harm(store: Store) -> None:
    for _ in range(20):
        record(store, *(an_event() for _ in range(50)))
    settle(store, Outcome.DELIVERED)
    workers = [another(store) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        swept = threads.map(lambda one: sweep_all(Retention(one.database), A_MONTH, NOON + 30 * DAY), workers)
        total = sum(swept, Counter[str]())
    for one in workers:
        one.close()
    total.update(deleted_at(store, NOON + 30 * DAY))  # what one held, and the other left
    assert {"requests": 20, "events": 1000, "deliveries": 1000, "attempts": 1000} == total
    assert {} == rows(store)


@pytest.mark.parametrize("table", ["requests", "events", "deliveries"])
def test_what_another_transaction_holds_is_left_without_waiting(store: Store, table: str) -> None:
    if not isinstance(store.database.place, PostgresServer):
        pytest.skip("writers take turns")
    record(store)
    settle(store, Outcome.DELIVERED)
    retention, other = Retention(store.database), another(store)
    with other.database.writing() as connection:
        connection.execute(select(tables.metadata.tables[table]).with_for_update(read=True, key_share=True))
        assert {} == dict(sweep_all(retention, A_MONTH, NOON + 30 * DAY))
    other.close()
    assert 1 == sweep_all(retention, A_MONTH, NOON + 33 * DAY)["events"]


def test_no_statement_scans_a_table(store_in_a_file: Store) -> None:
    store = store_in_a_file
    record(store, an_event(), an_event(), body=bytes(LARGE + 1))
    settle(store, Outcome.DELIVERED)
    record(store, key="one", to=(), memberships=[[Membership("calls", "4711", ends=True, settle=DAY, longest=DAY)]])
    record(store, key="one")
    store.inbox.refused(a_request(received_at=NOON), Malformed("no"))
    store.inbox.flush()
    with statements(store) as said:
        sweep_all(Retention(store.database), Policy(Ages(DAY, 2 * DAY, DAY)), NOON + 30 * DAY)
    plans = {sql: _plan(store, sql, values) for sql, values in said if sql.startswith(("SELECT", "DELETE"))}
    assert {"requests", "events", "deliveries", "attempts", "bodies", "refusals", "joined", "joins"} == {
        sql.split()[2] for sql in plans if sql.startswith("DELETE")
    }
    for sql, plan in plans.items():
        assert not [step for step in plan if step.startswith(("SCAN", "USE TEMP"))], sql


def test_a_worker_does_it_and_tells_what_was_deleted(store: Store, tmp_path: Path) -> None:
    record(store, to=())
    before = metrics.deleted.labels("events")._value.get()
    gateway = a_gateway(tmp_path, ANYBODY + '[retention]\nevents = "30d"\n')
    outbox = Outbox(store.database, "one")
    upkeep = Upkeep(store.database)
    worker = Worker(fixed(gateway), outbox, upkeep, store.revisions, clock=lambda: NOON + 30 * DAY)

    async def worked() -> None:
        working = asyncio.create_task(worker.work())
        async with asyncio.timeout(10):
            while not logs:  # noqa: ASYNC110 - another thread deletes
                await asyncio.sleep(0.02)
        worker.stop()
        await working

    with capture_logs() as logs:
        asyncio.run(worked())
    assert [{"event": "retention.deleted", "log_level": "info", "events": 1, "requests": 1}] == logs
    assert before + 1 == metrics.deleted.labels("events")._value.get()
    assert {} == rows(store)


def test_a_database_that_fails_is_told_and_does_no_harm(store: Store) -> None:
    async def kept() -> None:
        async def in_thread(_function: object) -> Swept:
            raise StoreUnavailable("the store can't be used now: it is locked")

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(Retention(store.database).keep(in_thread, Policy, lambda: NOON), 0.1)

    with capture_logs() as logs:
        asyncio.run(kept())
    assert [("retention.failed", "warning")] == [(line["event"], line["log_level"]) for line in logs]


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """What is asked of SQLite while the block lasts."""
    said: list[tuple[str, Any]] = []

    def hear(_conn: Any, _cursor: Any, sql: str, values: Any, *_more: Any) -> None:
        said.append((sql, values))

    listening.listen(store.database._writers, "before_cursor_execute", hear)
    yield said
    listening.remove(store.database._writers, "before_cursor_execute", hear)


def _plan(store: Store, sql: str, values: Any) -> list[str]:
    with store.database.reading() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
