"""Claims, settles and leases: who holds a delivery, for how long, and what an attempt makes of it."""

from __future__ import annotations

import fcntl
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import update

from gateway.model.delivery import Delivery, Outcome, State
from gateway.store.history import Selection
from gateway.store.outbox import LEASE, Outbox
from gateway.store.place import SqliteFile
from gateway.store.store import Store, database_at
from gateway.store.tables import deliveries
from gateway.store.upkeep import Upkeep
from tests.builders import NOON, a_request, an_attempt, an_entry
from tests.store.plans import issued_by, plan_of
from tests.store.rows import make_replays, shown, state, waiting

SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def outbox(store: Store) -> Outbox:
    return Outbox(store.database, "one")


@pytest.fixture
def other(store: Store) -> Outbox:
    return Outbox(store.database, "two")


def ids(claimed: Sequence[Delivery]) -> list[int]:
    return [delivery.id for delivery in claimed]


def test_a_claim_is_a_delivery_with_its_event_and_the_number_of_its_attempt(store: Store, outbox: Outbox) -> None:
    made = waiting(store)
    assert [Delivery(1, made, "all", "crm", 1, made.id, made_at=NOON)] == outbox.claim({"crm": 1}, NOON)
    assert ("claimed", 1) == state(store)


def test_a_claim_takes_what_is_due_and_nothing_before(store: Store, outbox: Outbox) -> None:
    waiting(store, at=NOON)
    assert [] == outbox.claim({"crm": 9}, NOON - MICROSECOND)
    assert [1] == ids(outbox.claim({"crm": 9}, NOON))


def test_a_claim_takes_only_the_free_slots_of_each_destination(store: Store, outbox: Outbox) -> None:
    for _ in range(4):
        waiting(store, to=("crm", "log", "erp"))
    claimed = outbox.claim({"crm": 3, "log": 1, "erp": 0, "unheard": 5}, NOON)
    assert ["crm"] * 3 + ["log"] == sorted(delivery.destination for delivery in claimed)
    assert [] == outbox.claim({"crm": 0}, NOON)
    assert [] == outbox.claim({"crm": -1}, NOON)  # slots were taken away while deliveries are under way


def test_a_claim_takes_the_longest_due_first(store: Store, outbox: Outbox) -> None:
    for seconds in (3, 1, 2, 1):
        waiting(store, at=NOON + seconds * SECOND)
    assert [[2], [4], [3], [1]] == [ids(outbox.claim({"crm": 1}, NOON + 9 * SECOND)) for _ in range(4)]


def test_live_deliveries_go_before_replays(store: Store, outbox: Outbox) -> None:
    for seconds in (0, 0, 5):
        waiting(store, at=NOON + seconds * SECOND)
    make_replays(store, 1, 2)
    assert [[3], [1], [2]] == [ids(outbox.claim({"crm": 1}, NOON + 9 * SECOND)) for _ in range(3)]


def test_nothing_is_claimed_twice(store: Store, outbox: Outbox, other: Outbox) -> None:
    waiting(store)
    assert [1] == ids(outbox.claim({"crm": 9}, NOON))
    assert [] == outbox.claim({"crm": 9}, NOON) == other.claim({"crm": 9}, NOON)


def test_two_workers_at_once_share_what_is_due(store: Store) -> None:
    for _ in range(60):
        waiting(store)

    def work(owner: str) -> list[int]:
        claimed: list[int] = []
        with closing(database_at(store.database.place)) as database:
            outbox = Outbox(database, owner)
            while batch := outbox.claim({"crm": 3}, NOON):
                claimed += ids(batch)
        return claimed

    with ThreadPoolExecutor(2) as workers:
        one, two = workers.map(work, ["one", "two"])
    assert list(range(1, 61)) == sorted(one + two)


def test_looking_for_work_takes_no_turn_from_the_inbox(store_in_a_file: Store, file: SqliteFile) -> None:
    store, outbox = store_in_a_file, Outbox(store_in_a_file.database, "worker")
    waiting(store, at=NOON + SECOND)
    with ThreadPoolExecutor(1) as worker, file.lock.open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        looked = worker.submit(lambda: (outbox.claim({"crm": 9, "log": 9}, NOON), Upkeep(store.database).reap(NOON)))
        try:
            assert ([], 0) == looked.result(5)
        finally:
            fcntl.flock(turn, fcntl.LOCK_UN)


@pytest.mark.parametrize(
    ("outcome", "error", "expected"),
    [
        (Outcome.DELIVERED, "", ("delivered", None, "2026-03-16T12:00:01Z")),
        (Outcome.REFUSED, "HTTP 400", ("dead", "HTTP 400", "2026-03-16T12:00:01Z")),
        (Outcome.UNAVAILABLE, "HTTP 503", ("waiting", "HTTP 503", None)),
    ],
)
def test_a_settled_delivery_is_finished_or_waits_and_says_why(
    store: Store, outbox: Outbox, outcome: Outcome, error: str, expected: tuple[str | None, ...]
) -> None:
    waiting(store)
    (delivery,) = outbox.claim({"crm": 1}, NOON)
    outbox.settle([an_attempt(delivery, outcome, error=error)], NOON + SECOND)
    found = shown(store)
    assert expected == (found["state"], found["reason"], found["finishedAt"])
    again = outbox.claim({"crm": 1}, NOON + timedelta(days=9))
    assert (outcome is Outcome.UNAVAILABLE) == bool(again)


def test_what_is_to_be_tried_again_waits_until_it_is_due(store: Store, outbox: Outbox, other: Outbox) -> None:
    waiting(store)
    (delivery,) = outbox.claim({"crm": 1}, NOON)
    outbox.settle([an_attempt(delivery, Outcome.UNAVAILABLE)], NOON + SECOND)
    assert "2026-03-16T12:00:10Z" == shown(store)["dueAt"]
    assert [] == other.claim({"crm": 1}, NOON + 9 * SECOND)
    assert [2] == [again.attempt for again in other.claim({"crm": 1}, NOON + 10 * SECOND)]


def test_every_failure_and_the_last_success_are_attempts(store: Store, outbox: Outbox, other: Outbox) -> None:
    waiting(store)
    (first,) = outbox.claim({"crm": 1}, NOON)
    outbox.settle([an_attempt(first, Outcome.UNAVAILABLE, error="HTTP 503", status=503)], NOON)
    (second,) = other.claim({"crm": 1}, NOON + 10 * SECOND)
    other.settle([an_attempt(second, status=200, started_at=NOON + 10 * SECOND)], NOON + 11 * SECOND)
    one = {"number": 1, "startedAt": "2026-03-16T12:00:00Z", "outcome": "unavailable", "status": 503, "worker": "one"}
    two = {"number": 2, "startedAt": "2026-03-16T12:00:10Z", "outcome": "delivered", "status": 200, "worker": "two"}
    assert [
        one | {"tookMs": 20.0, "error": "HTTP 503"},
        two | {"tookMs": 20.0, "error": ""},
    ] == shown(store)["attemptList"]
    assert ("delivered", 2, None) == (*state(store), shown(store)["reason"])


def test_a_batch_is_settled_each_in_its_own_way(store: Store, outbox: Outbox) -> None:
    for _ in range(3):
        waiting(store)
    claimed = outbox.claim({"crm": 3}, NOON)
    outcomes = (Outcome.DELIVERED, Outcome.UNAVAILABLE, Outcome.REFUSED)
    outbox.settle([an_attempt(one, outcome) for one, outcome in zip(claimed, outcomes, strict=True)], NOON)
    assert ["delivered", "waiting", "dead"] == [state(store, number)[0] for number in (1, 2, 3)]


def test_an_attempt_made_again_after_its_claim_was_undone_is_settled_once(store: Store, outbox: Outbox) -> None:
    waiting(store)
    (delivery,) = outbox.claim({"crm": 1}, NOON)
    # Claims don't wait for the disk: a crash left it waiting, and it was claimed as if for the first time.
    outbox.settle([an_attempt(delivery, Outcome.UNAVAILABLE, error="busy"), an_attempt(delivery)], NOON)
    assert ("delivered", 1) == state(store, delivery.id)
    assert ["delivered"] == [attempt["outcome"] for attempt in shown(store)["attemptList"]]


def test_whoever_lost_the_lease_settles_nothing(store: Store, outbox: Outbox, other: Outbox) -> None:
    waiting(store)
    waiting(store)
    lost, kept = outbox.claim({"crm": 2}, NOON)
    late = NOON + LEASE + SECOND
    with store.database.writing() as connection:
        connection.execute(update(deliveries).where(deliveries.c.id == kept.id).values(lease_until=2**62 - 1))
    assert 2 == Upkeep(store.database).reap(late)
    (again,) = other.claim({"crm": 1}, late)
    assert again.id == lost.id
    outbox.settle([an_attempt(lost, Outcome.REFUSED, error="late"), an_attempt(kept)], late)
    assert [("claimed", 2), ("waiting", 1)] == [state(store, lost.id), state(store, kept.id)]
    assert [] == shown(store, lost.id)["attemptList"] == shown(store, kept.id)["attemptList"]
    other.settle([an_attempt(again)], late)
    assert ("delivered", 2) == state(store, lost.id)


def test_settling_twice_changes_nothing(store: Store, outbox: Outbox) -> None:
    waiting(store)
    (delivery,) = outbox.claim({"crm": 1}, NOON)
    outbox.settle([an_attempt(delivery)], NOON)
    outbox.settle([an_attempt(delivery, Outcome.REFUSED, error="late")], NOON)
    assert ("delivered", ["delivered"]) == (state(store)[0], [one["outcome"] for one in shown(store)["attemptList"]])


@pytest.mark.parametrize(
    ("after", "given_back"),
    [
        (timedelta(0), 0),
        (LEASE, 0),
        (LEASE + MICROSECOND, 1),
        (timedelta(seconds=-30), 0),  # a clock that was set a little
        (timedelta(hours=-1), 1),
    ],
)
def test_a_lease_ends_by_time_or_by_a_clock_set_back(
    store: Store, outbox: Outbox, after: timedelta, given_back: int
) -> None:
    waiting(store)
    outbox.claim({"crm": 1}, NOON)
    assert given_back == Upkeep(store.database).reap(NOON + after)
    assert ("waiting" if given_back else "claimed", 1) == state(store)


def test_what_is_given_back_is_due_at_once_and_says_why(store: Store, outbox: Outbox, other: Outbox) -> None:
    waiting(store)
    outbox.claim({"crm": 1}, NOON)
    later = NOON + LEASE + SECOND
    Upkeep(store.database).reap(later)
    assert "its worker stopped before it was settled" == shown(store)["reason"]
    assert [2] == [again.attempt for again in other.claim({"crm": 1}, later)]


def test_a_worker_that_says_it_lives_keeps_the_leases_of_what_it_has_and_no_others(
    store: Store, outbox: Outbox, other: Outbox
) -> None:
    for _ in range(3):
        waiting(store)
    has, _never_learnt_of = outbox.claim({"crm": 2}, NOON)
    (others,) = other.claim({"crm": 1}, NOON)
    outbox.extend([has.id, others.id], NOON + LEASE / 2)
    assert 2 == Upkeep(store.database).reap(NOON + LEASE + SECOND)
    assert ["claimed", "waiting", "waiting"] == [state(store, number)[0] for number in (1, 2, 3)]


def test_what_is_released_is_due_at_once_and_the_try_is_not_counted(
    store: Store, outbox: Outbox, other: Outbox
) -> None:
    for _ in range(3):
        waiting(store)
    settled, _ = outbox.claim({"crm": 2}, NOON)
    other.claim({"crm": 1}, NOON)
    outbox.settle([an_attempt(settled)], NOON)
    outbox.release()
    assert [("delivered", 1), ("waiting", 0), ("claimed", 1)] == [state(store, number) for number in (1, 2, 3)]
    assert [(2, 1)] == [(again.id, again.attempt) for again in other.claim({"crm": 9}, NOON + SECOND)]


def test_no_statement_of_a_worker_scans_a_table(store_in_a_file: Store) -> None:
    store, outbox = store_in_a_file, Outbox(store_in_a_file.database, "worker")
    issued = issued_by(store)
    waiting(store)
    del issued[:]
    (delivery,) = outbox.claim({"crm": 1}, NOON)
    outbox.extend([delivery.id], NOON)
    Upkeep(store.database).reap(NOON + timedelta(hours=1))
    outbox.settle([an_attempt(delivery)], NOON)
    outbox.release()
    plans = {sql: plan_of(store, sql, values) for sql, values in issued if "deliveries" in sql and "INSERT" not in sql}
    steps = [step for plan in plans.values() for step in plan]
    assert all(
        step.startswith("SEARCH") or step.endswith("deliveries_leased") for step in steps if "deliveries" in step
    )
    assert not any("TEMP B-TREE" in step for step in steps)
    asked_for_due = [plan for sql, plan in plans.items() if "due_at <=" in sql]
    assert len(asked_for_due) >= 2
    assert all(any("USING INDEX deliveries_claim" in step for step in plan) for plan in asked_for_due)


def test_what_waits_for_a_destination_that_is_gone_says_so(store: Store) -> None:
    store.inbox.record(an_entry(to=["gone", "crm"]))
    Upkeep(store.database).mark_unconfigured(["crm"], NOON)
    reasons = {item["destination"]: item["reason"] for item in store.history.deliveries(Selection())}
    assert {"gone": "unconfigured", "crm": None} == reasons


def test_a_try_that_was_none_is_not_counted_and_comes_again_with_a_configuration(store: Store, outbox: Outbox) -> None:
    waiting(store)
    (held,) = outbox.claim({"crm": 1}, NOON)
    later = NOON + timedelta(hours=6)
    none = an_attempt(held, Outcome.REFUSED, state=State.WAITING, due_at=later, error="unconfigured", is_counted=False)
    outbox.settle([none], NOON)
    found = shown(store)
    assert ("waiting", 0, "unconfigured", []) == (
        found["state"], found["attempts"], found["reason"], found["attemptList"],
    )  # fmt: skip
    assert [] == outbox.claim({"crm": 1}, NOON)
    Upkeep(store.database).mark_unconfigured(["crm"], NOON)
    assert [1] == [one.attempt for one in outbox.claim({"crm": 1}, NOON)]


def test_who_asks_for_it_gets_the_call_that_brought_the_event(store: Store, outbox: Outbox) -> None:
    request = a_request(b'{"a":1}', headers={"Authorization": "Basic x", "Content-Type": "application/json"})
    store.inbox.record(an_entry(to=("crm", "log"), request=request))
    crm, log = sorted(outbox.claim({"crm": 1, "log": 1}, NOON, {"crm"}), key=lambda one: one.destination)
    assert crm.original is not None
    assert (b'{"a":1}', "application/json", "••••") == (
        crm.original.body, crm.original.content_type, crm.original.headers["authorization"],
    )  # fmt: skip
    assert log.original is None
