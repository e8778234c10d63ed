"""Several processes on one database: the same keys at once make one event each, and nobody waits for nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.model.receipt import Receipt, Status
from gateway.store import tables
from gateway.store.place import Place
from gateway.store.store import Store, open_store
from tests.builders import an_entry
from tests.store.batches import count, gated

_KEYS = [f"key-{number}" for number in range(40)]


@pytest.fixture
def processes(store: Store) -> Iterator[list[Store]]:
    """Three who share `store`'s database."""
    opened = [open_store(store.database.place) for _ in range(3)]
    yield opened
    for one in opened:
        one.close()


def test_the_same_key_in_several_processes_is_one_event_and_all_get_its_receipt(
    store: Store, processes: list[Store]
) -> None:
    def call(process: Store) -> list[Receipt]:
        return [process.inbox.record(an_entry(key=key)) for key in _KEYS]

    with ThreadPoolExecutor(3) as threads:
        answers = [receipt for receipts in threads.map(call, processes) for receipt in receipts]
    statuses = Counter(receipt.status for receipt in answers)
    assert {Status.ACCEPTED: 40, Status.DUPLICATE: 80} == statuses
    assert 40 == len({receipt.event_ids for receipt in answers}) == count(store.database, tables.events)
    assert 120 == count(store.database, tables.requests)


def test_batches_with_the_same_keys_in_any_order_hold_nobody_up(place: Place) -> None:
    with gated(place) as one, gated(place) as two, ThreadPoolExecutor(2) as threads:
        for _ in range(5):
            left = threads.submit(one.in_one_batch, [an_entry(key=key) for key in _KEYS])
            right = threads.submit(two.in_one_batch, [an_entry(key=key) for key in reversed(_KEYS)])
            answers = [*left.result(20), *right.result(20)]
            assert [] == [answer for answer in answers if not isinstance(answer, Receipt)]
        assert 40 == count(one.store.database, tables.events)


def test_names_that_several_meet_first_have_one_number(store: Store, processes: list[Store]) -> None:
    wanted = [f"to-{number}" for number in range(20)]

    def call(process: Store) -> None:
        for name in wanted:
            process.inbox.record(an_entry(to=[name]))

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(call, processes))
    with store.database.reading() as connection:
        found = connection.execute(tables.names.select()).all()
    assert len(found) == len({row.name for row in found}) == 1 + 1 + len(wanted)
