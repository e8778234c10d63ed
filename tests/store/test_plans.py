"""SQLite's plans of what is done for each call and each second: none looks at every row of a table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import event

from gateway.store.store import Store
from gateway.store.upkeep import Upkeep
from tests.builders import NOON, an_entry

_Issued = list[tuple[str, Any]]


def _issued(store: Store) -> _Issued:
    """What the store's writer is told from now on."""
    issued: _Issued = []
    with store.database.peeking() as connection:
        event.listen(connection, "before_cursor_execute", lambda _c, _r, sql, values, *_: issued.append((sql, values)))
    return issued


def _scans(store: Store, issued: _Issued) -> list[str]:
    with store.database.reading() as connection:
        plans = [
            (sql, row[3])
            for sql, values in issued
            if sql.split()[0] in ("SELECT", "UPDATE", "DELETE", "WITH")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        ]
    tables = ("idempotency", "names", "requests", "events", "deliveries", "refusals")
    return [f"{step}: {sql}" for sql, step in plans if step.startswith("SCAN") and step.split()[1] in tables]


def test_accepting_calls_that_may_be_repeats_scans_no_table(store_in_a_file: Store) -> None:
    store = store_in_a_file
    store.inbox.record(an_entry(key="k"))
    issued = _issued(store)
    store.inbox._commit([an_entry(key=key) for key in ("k", "l", "m")])
    assert any("idempotency" in sql for sql, _ in issued)
    assert [] == _scans(store, issued)


def test_forgetting_keys_scans_no_table(store_in_a_file: Store) -> None:
    store = store_in_a_file
    store.inbox.record(an_entry(key="k"))
    issued = _issued(store)
    assert 1 == Upkeep(store.database).forget_keys(NOON + timedelta(days=2))
    assert [] == _scans(store, issued)
