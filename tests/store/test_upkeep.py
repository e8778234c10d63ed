"""What somebody must do now and then: keys that expired are forgotten, retries that a wrong clock put off come back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.model.delivery import Outcome
from gateway.store import tables
from gateway.store.outbox import Outbox
from gateway.store.store import Store
from gateway.store.upkeep import Upkeep
from tests.builders import NOON, an_attempt, an_entry
from tests.store.batches import count
from tests.store.rows import make_due, shown, waiting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(("after", "left"), [(timedelta(0), 1), (DAY - timedelta(seconds=1), 1), (DAY, 0)])
def test_a_key_is_forgotten_once_it_has_expired(store: Store, after: timedelta, left: int) -> None:
    store.inbox.record(an_entry(key="k"))
    assert 1 - left == Upkeep(store.database).forget_keys(NOON + after)
    assert left == count(store.database, tables.idempotency)


def test_a_retry_that_is_due_later_than_any_may_be_is_brought_forward(store: Store) -> None:
    waiting(store)
    outbox = Outbox(store.database, "worker")
    (delivery,) = outbox.claim({"crm": 1}, NOON)
    outbox.settle([an_attempt(delivery, Outcome.UNAVAILABLE, due_at=NOON + DAY)], NOON)
    upkeep = Upkeep(store.database)
    assert [0, 1, 0] == [upkeep.bring_forward({"crm": wait}, NOON) for wait in (DAY, HOUR, HOUR)]
    assert "2026-03-16T13:00:00Z" == shown(store)["dueAt"]


def test_only_the_destination_that_retries_sooner_is_brought_forward(store: Store) -> None:
    waiting(store, to=("crm", "log"))
    make_due(store, NOON)
    with store.database.writing() as connection:
        connection.execute(tables.deliveries.update().values(due_at=tables.micros(NOON + DAY)))
    assert 1 == Upkeep(store.database).bring_forward({"crm": HOUR, "log": DAY, "unheard": HOUR}, NOON)


def test_what_was_just_accepted_is_due_whatever_the_clock_says(store: Store) -> None:
    store.inbox.record(an_entry())
    assert 1 == len(Outbox(store.database, "worker").claim({"crm": 1}, NOON - 365 * DAY))
