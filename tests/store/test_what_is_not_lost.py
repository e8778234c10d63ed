"""What is lost when a commit, a caller or a lease is: nothing that anybody was promised."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.errors import Malformed, StoreUnavailable
from gateway.model.delivery import Outcome
from gateway.store.history import Selection
from gateway.store.outbox import LEASE, Outbox
from gateway.store.place import Place, SqliteFile
from gateway.store.store import Store, open_store
from gateway.store.upkeep import Upkeep
from tests.builders import NOON, a_request, an_attempt, an_entry, an_event
from tests.store.batches import Gate, gated, until
from tests.store.test_inbox import _leave_no_room


def test_a_name_of_a_failed_commit_is_given_a_number_anew(store_in_a_file: Store) -> None:
    store = store_in_a_file
    store.inbox.record(an_entry())
    _leave_no_room(store)
    with pytest.raises(StoreUnavailable):
        store.inbox.record(an_entry(to=["new"], request=a_request(b"x" * 200_000)))
    store.inbox.record(an_entry())
    store.inbox.record(an_entry(to=["new"]))
    open_store(store.database.place).inbox.record(an_entry(to=["other"]))
    listed = [item["destination"] for item in store.history.deliveries(Selection())]
    assert ["other", "new", "crm", "crm"] == listed


def test_a_name_of_a_poison_row_is_given_a_number_anew(place: Place) -> None:
    with gated(place) as together:
        known = an_event()
        together.store.inbox.record(an_entry(known))
        together.in_one_batch([an_entry(known, to=["new"]), an_entry()])
        together.store.inbox.record(an_entry(to=["new"]))
        listed = [item["destination"] for item in together.store.history.deliveries(Selection())]
        assert ["new", "crm", "crm"] == listed


def test_the_lead_is_not_handed_to_a_caller_who_left(place: Place) -> None:
    with gated(place, patience=timedelta(seconds=0.5)) as together:
        together.gate.opened.clear()
        leader = threading.Thread(target=together.answer_to, args=[an_entry()])
        leader.start()
        until(lambda: together.gate.runs)
        assert isinstance(together.answer_to(an_entry()), StoreUnavailable)
        together.gate.opened.set()
        leader.join()
        assert not isinstance(together.answer_to(an_entry()), StoreUnavailable)
        # the one who was told to come back has no event: it will
        assert 2 == len(list(together.store.history.events(Selection())))


def test_refusals_outlive_a_commit_that_failed(store: Store) -> None:
    known, refused = an_event(), a_request()
    store.inbox.record(an_entry(known))
    store.inbox.refused(refused, Malformed("not JSON"))
    with pytest.raises(StoreUnavailable):
        store.inbox.record(an_entry(known))
    store.inbox.flush()
    assert store.history.request(refused.request_id) is not None


def test_whoever_lost_the_lease_and_claimed_again_settles_nothing_by_the_lost_attempt(store: Store) -> None:
    store.inbox.record(an_entry())
    one = Outbox(store.database, "one")
    (lost,) = one.claim({"crm": 1}, NOON)
    Upkeep(store.database).reap(NOON + 2 * LEASE)
    (again,) = one.claim({"crm": 1}, NOON + 2 * LEASE)
    one.settle([an_attempt(lost, Outcome.REFUSED, error="late")], NOON + 2 * LEASE)
    one.settle([an_attempt(again)], NOON + 2 * LEASE)
    assert ["delivered"] == [item["state"] for item in store.history.deliveries(Selection())]


@pytest.mark.parametrize("name", ["a?b.db", "a%20b.db"])
def test_a_database_is_the_file_that_was_named(tmp_path: Path, name: str) -> None:
    place = SqliteFile(tmp_path / name, tmp_path / "lock")
    store = open_store(place)
    with store.database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE x (y)")
    store.close()
    assert place.file.exists()


def test_it_rings_only_where_there_is_something_to_deliver(place: Place) -> None:
    with gated(place, Gate()) as together:
        together.store.inbox.record(an_entry(to=()))
        assert [] == together.rung
