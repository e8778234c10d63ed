"""Group commit: who is answered what, how many go together, and what happens when the disk says no."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.errors import ContractViolation, Malformed, StoreUnavailable
from gateway.model.receipt import Receipt, Status
from gateway.store import tables
from gateway.store.history import Selection
from gateway.store.inbox import MAX_BATCH, MAX_WAITING, MAX_WAITING_BYTES
from gateway.store.place import Place, SqliteFile
from gateway.store.store import Store
from tests.builders import a_request, an_entry, an_event
from tests.store.batches import Gate, GatedStore, count, gated, until

MEBI = 2**20
ALL = Selection(limit=0)


@pytest.fixture
def together(place: Place) -> Iterator[GatedStore]:
    with gated(place) as made:
        yield made


class LosesAll(Gate):
    """A thread that never comes to it."""

    def __call__(self, _function: Callable[[], None]) -> None:
        super().__call__(_lost)


class LosesTheFirst(Gate):
    """A thread that comes to all but the first."""

    def __call__(self, function: Callable[[], None]) -> None:
        super().__call__(function if self.runs else _lost)


def test_of_many_callers_at_once_each_gets_their_own_receipt(together: GatedStore) -> None:
    entries = [an_entry() for _ in range(200)]
    with ThreadPoolExecutor(20) as callers:
        receipts = list(callers.map(together.store.inbox.record, entries))
    assert [entry.receipt_of([entry.events[0].id]) for entry in entries] == receipts
    stored = {item["id"]: item["requestId"] for item in together.store.history.events(ALL)}
    assert {entry.events[0].id: entry.request.request_id for entry in entries} == stored


def test_many_callers_share_commits(together: GatedStore) -> None:
    entries = [an_entry() for _ in range(200)]
    with ThreadPoolExecutor(20) as callers:
        list(callers.map(together.store.inbox.record, entries))
    assert 200 == sum(together.sizes)
    assert len(together.sizes) == together.gate.runs < 200
    assert max(together.sizes) > 1


def test_what_waits_during_a_commit_is_the_next_batch(together: GatedStore) -> None:
    answers = together.in_one_batch([an_entry() for _ in range(20)])
    assert [Status.ACCEPTED] * 20 == [answer.status for answer in answers]
    assert [20] == together.sizes


def test_a_batch_has_a_largest_number_of_requests(together: GatedStore) -> None:
    together.in_one_batch([an_entry() for _ in range(MAX_BATCH + 6)])
    assert [MAX_BATCH, 6] == together.sizes


def test_a_batch_has_a_largest_number_of_bytes(together: GatedStore) -> None:
    together.in_one_batch([an_entry(request=a_request(b"x" * (3 * MEBI // 2))) for _ in range(3)])
    assert [2, 1] == together.sizes


def test_a_caller_alone_is_not_made_to_wait_for_others(together: GatedStore) -> None:
    together.store.inbox.record(an_entry())
    together.store.inbox.record(an_entry())
    assert [1, 1] == together.sizes


def test_a_poison_row_fails_alone(together: GatedStore) -> None:
    known = an_event()
    together.store.inbox.record(an_entry(known))
    entries = [an_entry() for _ in range(7)]
    entries.insert(3, an_entry(known))
    answers = together.in_one_batch(entries)
    assert [number for number in range(8) if number != 3] == [
        n for n, a in enumerate(answers) if isinstance(a, Receipt)
    ]
    assert isinstance(answers[3], StoreUnavailable)
    assert {entry.events[0].id for entry in entries} == {item["id"] for item in together.store.history.events(ALL)}
    assert 8 == count(together.store.database, tables.requests) == count(together.store.database, tables.deliveries)


def test_a_poison_row_takes_its_idempotency_key_with_it(together: GatedStore) -> None:
    known = an_event()
    together.store.inbox.record(an_entry(known))
    poison, sound = together.in_one_batch([an_entry(known, key="k"), an_entry(key="k")])
    assert isinstance(poison, StoreUnavailable)
    assert isinstance(sound, Receipt)
    assert Status.ACCEPTED == sound.status


def test_a_refused_key_holds_back_nobody_else_in_its_batch(together: GatedStore) -> None:
    first, other, free = together.in_one_batch([an_entry(key="k"), an_entry(key="k", digest=b"other"), an_entry()])
    assert isinstance(first, Receipt) and isinstance(free, Receipt)
    assert isinstance(other, ContractViolation)
    assert [3] == together.sizes


def test_a_queue_that_is_full_by_count_says_so_at_once(together: GatedStore) -> None:
    together.gate.opened.clear()
    with ThreadPoolExecutor(MAX_WAITING + 1) as callers:
        leader = callers.submit(together.store.inbox.record, an_entry())
        until(lambda: together.gate.runs)
        waiting = [callers.submit(together.store.inbox.record, an_entry()) for _ in range(MAX_WAITING)]
        together.until_waiting(MAX_WAITING)
        with pytest.raises(StoreUnavailable, match="too many calls wait") as told:
            together.store.inbox.record(an_entry())
        together.gate.opened.set()
        assert all(one.result() for one in [leader, *waiting])
    assert {"Retry-After": "1"} == told.value.headers
    assert Status.ACCEPTED == together.store.inbox.record(an_entry()).status


def test_a_queue_that_is_full_by_bytes_says_so_at_once(place: Place) -> None:
    half = an_event(data=b"x" * (MAX_WAITING_BYTES // 2))
    with gated(place, LosesAll()) as together, ThreadPoolExecutor(2) as callers:
        together.gate.opened.clear()
        callers.submit(together.answer_to, an_entry())
        until(lambda: together.gate.runs)
        waits = callers.submit(together.answer_to, an_entry(half))
        together.until_waiting(1)
        with pytest.raises(StoreUnavailable, match="too many calls wait"):
            together.store.inbox.record(an_entry(half))
        together.gate.opened.set()
        assert "the thread took too long" == str(waits.result())


def test_bytes_that_wait_no_longer_do_not_fill_the_queue(place: Place) -> None:
    most = an_event(data=b"x" * (MAX_WAITING_BYTES - 1000))
    with gated(place, LosesAll()) as together:
        told = [str(together.answer_to(an_entry(most))) for _ in range(2)]
    assert ["the thread took too long"] * 2 == told


def test_where_the_disk_is_full_nothing_is_half_written_and_the_next_call_goes_through(file: SqliteFile) -> None:
    with gated(file) as together:
        _fill_up(together.store, together)


def _fill_up(store: Store, together: GatedStore) -> None:
    store.inbox.record(an_entry())
    _leave_no_room(store)
    answers = together.in_one_batch([an_entry(key="k"), an_entry(request=a_request(b"x" * 200_000))])
    assert [StoreUnavailable] * 2 == [type(answer) for answer in answers]
    written = (tables.requests, tables.events, tables.deliveries, tables.idempotency)
    assert [1, 1, 1, 0] == [count(store.database, table) for table in written]
    assert Status.ACCEPTED == store.inbox.record(an_entry(key="k")).status
    assert [2, 2, 2, 1] == [count(store.database, table) for table in written]


def test_whoever_waits_behind_a_lost_commit_is_recorded(place: Place) -> None:
    with gated(place, LosesTheFirst()) as together, ThreadPoolExecutor(2) as callers:
        together.gate.opened.clear()
        leader = callers.submit(together.answer_to, an_entry())
        until(lambda: together.gate.runs)
        follower = callers.submit(together.answer_to, an_entry())
        together.until_waiting(1)
        together.gate.opened.set()
        assert "the thread took too long" == str(leader.result())
        assert isinstance(follower.result(), Receipt)


def test_it_rings_once_a_batch_with_deliveries(together: GatedStore) -> None:
    together.in_one_batch([an_entry() for _ in range(5)])
    assert [True] == together.rung


def test_a_refusal_waits_for_no_disk_and_is_written_by_a_flush(store: Store) -> None:
    request = a_request(b"no")
    store.inbox.refused(request, Malformed("not JSON"))
    assert store.history.request(request.request_id) is None
    store.inbox.flush()
    kept = store.history.request(request.request_id)
    assert kept is not None and ("refused", "malformed", "not JSON") == (kept["state"], kept["reason"], kept["detail"])


def test_a_refusal_is_written_along_with_the_next_call(store: Store) -> None:
    request = a_request(b"no")
    store.inbox.refused(request, Malformed("not JSON"))
    store.inbox.record(an_entry())
    assert store.history.request(request.request_id) is not None


def test_flushing_nothing_writes_nothing(together: GatedStore) -> None:
    together.store.inbox.flush()
    assert 0 == together.gate.runs


def _leave_no_room(store: Store) -> None:
    with store.database.peeking() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")


def _lost() -> None:
    raise StoreUnavailable("the thread took too long")
