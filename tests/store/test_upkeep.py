"""What somebody must do now and then: keys that expired are forgotten, retries that a wrong clock put off come back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gateway.model.delivery import Outcome
from gateway.model.route import Duty
from gateway.store import tables
from gateway.store.outbox import LEASE, Outbox
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


def lost_times(store: Store, times: int, most: dict[str, int] | None = None) -> datetime:
    """A delivery whose worker stopped so many times, each time it was due; now, the last lease having ended."""
    now = NOON
    for _ in range(times):
        due = max(now, datetime.fromisoformat(shown(store)["dueAt"] or now.isoformat()))
        assert 1 == len(Outbox(store.database, "lost").claim({"crm": 1}, due))
        now = due + LEASE + timedelta(seconds=1)
        assert 1 == Upkeep(store.database).reap(now, most)
    return now


def wait_after(store: Store, now: datetime) -> float:
    return (datetime.fromisoformat(shown(store)["dueAt"]) - now).total_seconds()


def test_what_lost_its_worker_again_waits_longer_each_time(store: Store) -> None:
    waiting(store)
    lost_times(store, 1)
    assert [1] == [one.attempt - 1 for one in Outbox(store.database, "late").claim({"crm": 1}, NOON)]
    now = NOON + LEASE + timedelta(seconds=1)
    assert 1 == Upkeep(store.database).reap(now)
    assert 5 <= wait_after(store, now) <= 15
    now = lost_times(store, 1)
    assert 10 <= wait_after(store, now) <= 30


def test_what_loses_its_workers_for_ever_waits_ten_minutes_or_so_at_most(store: Store) -> None:
    waiting(store)
    assert 300 <= wait_after(store, lost_times(store, 30)) <= 900


def test_what_lost_a_worker_at_each_of_its_attempts_is_a_dead_letter_that_says_so(store: Store) -> None:
    waiting(store)
    now = lost_times(store, 3, {"crm": 3})
    assert ("dead", 3, "its worker stopped 3 times while it was delivered") == (
        shown(store)["state"], shown(store)["attempts"], shown(store)["reason"],
    )  # fmt: skip
    assert now == datetime.fromisoformat(shown(store)["finishedAt"])


def test_attempts_that_ended_by_themselves_count_but_stopped_no_worker(store: Store) -> None:
    waiting(store)
    outbox = Outbox(store.database, "worker")
    (delivery,) = outbox.claim({"crm": 1}, NOON)
    outbox.settle([an_attempt(delivery, Outcome.UNAVAILABLE, due_at=NOON)], NOON)
    outbox.claim({"crm": 1}, NOON)
    now = NOON + LEASE + timedelta(seconds=1)
    Upkeep(store.database).reap(now, {"crm": 12})
    assert ("waiting", True) == (shown(store)["state"], wait_after(store, now) < 0)
    lost_times(store, 1, {"crm": 3})
    assert "its worker stopped 2 times while it was delivered" == shown(store)["reason"]


def test_of_a_destination_that_is_not_configured_nothing_dies(store: Store) -> None:
    waiting(store)
    lost_times(store, 3, {"other": 1})
    assert "waiting" == shown(store)["state"]


def test_many_are_taken_back_at_once_each_by_its_own_bound(store: Store) -> None:
    for name in ("crm", "log") * 3:
        waiting(store, to=(name,))
    Outbox(store.database, "lost").claim({"crm": 9, "log": 9}, NOON)
    assert 6 == Upkeep(store.database).reap(NOON + LEASE + timedelta(seconds=1), {"crm": 1, "log": 2})
    assert ["dead", "waiting"] * 3 == [shown(store, number)["state"] for number in range(1, 7)]


def test_one_that_dies_of_its_workers_holds_back_the_next_where_its_destination_says_so(store: Store) -> None:
    duties = [[Duty("all", "crm", "a"), Duty("all", "log", "a")]]
    entries = [an_entry(), an_entry()]
    for entry in entries:
        entry.duties = duties
        store.inbox.record(entry)
    Outbox(store.database, "gone").claim({"crm": 1, "log": 1}, NOON)
    late = NOON + timedelta(hours=1)
    upkeep = Upkeep(store.database)
    assert 2 == upkeep.reap(late, {"crm": 1, "log": 1}, ["crm"])
    upkeep.tidy(late)
    claimed = Outbox(store.database, "next").claim({"crm": 2, "log": 2}, late)
    assert ["log"] == [one.destination for one in claimed]
