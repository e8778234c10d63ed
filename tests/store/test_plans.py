"""SQLite's plans of what is done for each call and each second: none looks at every row of a table."""

from __future__ import annotations

from datetime import timedelta

from gateway.model.join import Membership
from gateway.store.history import Selection
from gateway.store.store import Store
from gateway.store.upkeep import Upkeep
from tests.builders import NOON, an_entry, an_event
from tests.store.plans import Issued, issued_by, issued_by_readers, plan_of


def _scans(store: Store, issued: Issued) -> list[str]:
    looked = [(sql, values) for sql, values in issued if sql.split()[0] in ("SELECT", "UPDATE", "DELETE", "WITH")]
    plans = [(sql, step) for sql, values in looked for step in plan_of(store, sql, values)]
    tables = ("idempotency", "names", "requests", "events", "deliveries", "refusals", "joins", "joined")
    return [f"{step}: {sql}" for sql, step in plans if step.startswith("SCAN") and step.split()[1] in tables]


def test_accepting_calls_that_may_be_repeats_scans_no_table(store_in_a_file: Store) -> None:
    store = store_in_a_file
    store.inbox.record(an_entry(key="k"))
    issued = issued_by(store)
    store.inbox._commit([an_entry(key=key) for key in ("k", "l", "m")])
    assert any("idempotency" in sql for sql, _ in issued)
    assert [] == _scans(store, issued)


def test_accepting_events_that_are_gathered_scans_no_table(store_in_a_file: Store) -> None:
    store = store_in_a_file
    store.inbox.record(an_entry())
    issued = issued_by(store)
    places = [[Membership("calls", key, ends=False, settle=timedelta(), longest=timedelta(1))] for key in "ab"]
    store.inbox._commit([an_entry(an_event(), an_event(), memberships=places) for _ in range(2)])
    assert any("joined" in sql for sql, _ in issued)
    assert [] == _scans(store, issued)


def test_forgetting_keys_scans_no_table(store_in_a_file: Store) -> None:
    store = store_in_a_file
    store.inbox.record(an_entry(key="k"))
    issued = issued_by(store)
    assert 1 == Upkeep(store.database).forget_keys(NOON + timedelta(days=2))
    assert [] == _scans(store, issued)


def test_the_events_of_one_subject_are_found_by_it(store_in_a_file: Store) -> None:
    store = store_in_a_file
    store.inbox.record(an_entry())
    with issued_by_readers(store) as issued:
        assert 1 == len(list(store.history.events(Selection(subject="4711"))))
    assert [] == _scans(store, issued)
