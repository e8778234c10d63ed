"""Deliveries of a destination that share an order key go one at a time, in the order in which they were committed."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from gateway.model.delivery import Outcome
from gateway.model.route import Duty
from gateway.store.migrate import migrate
from gateway.store.orphans import Orphans
from gateway.store.outbox import LEASE, Outbox
from gateway.store.place import PostgresServer
from gateway.store.store import Store, open_store
from gateway.store.tables import deliveries
from gateway.store.upkeep import Upkeep
from tests.builders import NOON, an_attempt, an_entry, an_event
from tests.store.ordered import claimed, ids, record, standing
from tests.store.plans import issued_by, plan_of
from tests.store.rows import shown

WAITING, FOLLOWING = ("waiting", 1, 0), ("waiting", 0, 0)


@pytest.fixture
def outbox(store: Store) -> Outbox:
    return Outbox(store.database, "one")


def test_the_first_of_a_key_is_its_head_and_the_others_follow(store: Store) -> None:
    record(store, "a", None, "a", "b", None)
    record(store, "a", "b")
    heads = {number: head for number, _, head, _ in standing(store)}
    assert {1: 1, 2: 1, 3: 0, 4: 1, 5: 1, 6: 0, 7: 0} == heads
    assert [1, 2, 4, 5] == ids(claimed(store))


def test_the_same_key_of_two_destinations_is_two_orders(store: Store) -> None:
    record(store, "a", to="crm")
    record(store, "a", to="erp")
    assert [(1, *WAITING), (2, *WAITING)] == standing(store)


def test_a_claim_tells_the_key(store: Store) -> None:
    record(store, "a", None)
    assert ["a", None] == [one.order_key for one in claimed(store)]


@pytest.mark.parametrize("key", ["k" * 201, "k" * 200, "Zoë\0", "\ud800"])
def test_a_key_of_any_form_orders(store: Store, outbox: Outbox, key: str) -> None:
    record(store, key, key)
    (first,) = claimed(store)
    assert first.order_key is not None and 200 >= len(first.order_key)
    assert ("k" * 201 == key) == first.order_key.startswith("sha256:")
    outbox.settle([an_attempt(first)], NOON)
    assert [2] == ids(claimed(store))


def test_an_empty_key_orders_nothing(store: Store) -> None:
    record(store, "", "")
    assert [None, None] == [one.order_key for one in claimed(store)]


@pytest.mark.parametrize("outcome", [Outcome.DELIVERED, Outcome.REFUSED])
def test_whatever_is_finished_lets_the_next_go(store: Store, outbox: Outbox, outcome: Outcome) -> None:
    record(store, "a", "a", "a")
    outbox.settle([an_attempt(claimed(store)[0], outcome)], NOON)
    assert [(2, *WAITING), (3, *FOLLOWING)] == standing(store, 2, 3)


def test_what_is_to_be_tried_again_stays_head(store: Store, outbox: Outbox) -> None:
    record(store, "a", "a")
    outbox.settle([an_attempt(claimed(store)[0], Outcome.UNAVAILABLE)], NOON)
    assert [(1, *WAITING), (2, *FOLLOWING)] == standing(store)
    assert [] == claimed(store)


def test_what_a_lost_worker_held_stays_head(store: Store) -> None:
    record(store, "a", "a")
    claimed(store)
    assert 1 == Upkeep(store.database).reap(NOON + 2 * LEASE)
    assert [(1, *WAITING), (2, *FOLLOWING)] == standing(store)


def test_what_is_released_stays_head(store: Store, outbox: Outbox) -> None:
    record(store, "a", "a")
    claimed(store)
    outbox.release()
    assert [(1, *WAITING), (2, *FOLLOWING)] == standing(store)


def test_whoever_lost_the_lease_lets_nothing_go(store: Store, outbox: Outbox) -> None:
    record(store, "a", "a")
    (lost,) = claimed(store)
    Upkeep(store.database).reap(NOON + 2 * LEASE)
    outbox.settle([an_attempt(lost)], NOON)
    assert [(1, *WAITING), (2, *FOLLOWING)] == standing(store)


def test_a_dead_letter_that_holds_keeps_back_the_next_and_what_comes_later(store: Store, outbox: Outbox) -> None:
    record(store, "a", "a")
    outbox.settle([an_attempt(claimed(store)[0], Outcome.REFUSED, holds=True)], NOON)
    record(store, "a")
    assert [(1, "dead", 1, 1), (2, *FOLLOWING), (3, *FOLLOWING)] == standing(store)
    assert [] == claimed(store)


def test_a_dead_letter_without_a_key_holds_nothing(store: Store, outbox: Outbox) -> None:
    record(store, None, None)
    outbox.settle([an_attempt(claimed(store, 1)[0], Outcome.REFUSED, holds=True)], NOON)
    assert [(1, "dead", 1, 0), (2, *WAITING)] == standing(store)


def test_what_is_delivered_at_a_destination_that_holds_lets_the_next_go(store: Store, outbox: Outbox) -> None:
    record(store, "a", "a")
    outbox.settle([an_attempt(claimed(store)[0], holds=True)], NOON)
    assert [2] == ids(claimed(store))


def test_what_is_dead_from_the_start_says_why_and_stands_in_nobodys_way(store: Store) -> None:
    record(store, "a", dead="it could not be told whether it was wanted")
    record(store, "a", "a")
    assert [(1, "dead", 1, 0), (2, *WAITING), (3, *FOLLOWING)] == standing(store)
    found = shown(store)
    assert ("it could not be told whether it was wanted", "2026-03-16T12:00:00Z", 0) == (
        found["reason"], found["finishedAt"], found["attempts"],
    )  # fmt: skip


def test_dead_and_living_go_into_one_call(store: Store) -> None:
    duties = [[Duty("all", "crm", "a", "no"), Duty("long", "erp"), Duty("more", "crm", "a")]]
    store.inbox.record(an_entry(an_event(), duties=duties))
    assert ["dead", "waiting", "waiting"] == [state for _, state, _, _ in standing(store)]
    assert [3] == ids(claimed(store))


def test_more_keys_than_a_server_can_lock_one_by_one_go_into_one_call(store: Store, outbox: Outbox) -> None:
    keys = [f"k{number}" for number in range(1500)]
    record(store, *keys, *keys)
    held = outbox.claim({"crm": 5000}, NOON)
    assert list(range(1, 1501)) == ids(held)
    outbox.settle([an_attempt(one) for one in held], NOON)
    assert list(range(1501, 3001)) == ids(claimed(store, 5000))


def test_what_has_no_key_costs_no_statement_more(store: Store, outbox: Outbox) -> None:
    record(store, None)
    outbox.settle([an_attempt(one) for one in claimed(store)], NOON)
    issued = issued_by(store)
    record(store, None)
    outbox.settle([an_attempt(one) for one in outbox.claim({"crm": 1}, NOON)], NOON)
    assert not [sql for sql, _ in issued if "advisory" in sql or "json" in sql]


def test_a_server_locks_keys_by_a_statement_of_their_own_before_it_looks_at_deliveries(server: PostgresServer) -> None:
    with closing(open_store(server)) as store:
        migrate(store.database)
        record(store, "a", "a")
        held = claimed(store)
        issued = issued_by(store)
        Outbox(store.database, "one").settle([an_attempt(one) for one in held], NOON)
        record(store, "a")
    told = [sql.split("(")[0] for sql, _ in issued if "advisory" in sql or "deliveries" in sql]
    locks = [place for place, sql in enumerate(told) if sql == "SELECT pg_advisory_xact_lock_shared"]
    assert 2 == len(locks)
    assert 0 == locks[0]  # of the settle
    assert ["SELECT k.destination, k.order_key FROM ", "INSERT INTO deliveries "] == told[locks[1] + 1 :]


def test_no_statement_that_orders_scans_a_table(store_in_a_file: Store) -> None:
    store, outbox = store_in_a_file, Outbox(store_in_a_file.database, "one")
    issued = issued_by(store)
    record(store, "a", "a", "b")
    outbox.settle([an_attempt(one) for one in outbox.claim({"crm": 2}, NOON)], NOON)
    Upkeep(store.database).tidy(NOON)
    steps = [
        step
        for sql, values in issued
        if "deliveries" in sql and "INSERT" not in sql
        for step in plan_of(store, sql, values)
    ]
    assert any("deliveries_one_head (destination=? AND order_key=?)" in step for step in steps)
    assert any("deliveries_followers ((destination,order_key)>(?,?))" in step for step in steps)
    assert any("deliveries_followers (destination=? AND order_key>?)" in step for step in steps)
    assert [] == [
        step for step in steps if step.startswith("SCAN deliveries") or step in ("SCAN d", "SCAN h", "SCAN f")
    ]


def test_an_orphan_is_given_a_head_and_what_comes_later_does_not_overtake_it(store: Store) -> None:
    record(store, "a", "a", "b", "b", "c")
    _behead(store, "a", "b")
    record(store, "a")
    assert [5] == ids(claimed(store))
    Upkeep(store.database).tidy(NOON)
    assert [2, 4] == ids(claimed(store))
    assert [(6, *FOLLOWING)] == standing(store, 6)


def test_orphans_are_looked_for_at_once_and_then_every_ten_seconds(store: Store) -> None:
    orphans = Orphans(store.database)
    adopted = []
    for seconds in (0, 9, 10):
        record(store, f"{seconds}", f"{seconds}")
        _behead(store, f"{seconds}")
        adopted.append(orphans.adopt(NOON + timedelta(seconds=seconds)))
    assert [1, 0, 2] == adopted


def test_a_clock_that_was_set_back_ends_the_rest(store: Store) -> None:
    orphans = Orphans(store.database)
    assert 0 == orphans.adopt(NOON)
    record(store, "a", "a")
    _behead(store, "a")
    assert 1 == orphans.adopt(NOON - timedelta(hours=1))


def test_many_orphans_are_adopted_a_page_at_a_time(store: Store) -> None:
    keys = [f"k{number}" for number in range(1500)]
    record(store, *keys, *keys)
    _behead(store, *keys)
    orphans = Orphans(store.database)
    assert [1000, 500, 0] == [orphans.adopt(NOON) for _ in range(3)]
    assert 1500 == len(claimed(store, 5000))


def test_where_every_key_has_a_head_nothing_is_adopted(store: Store) -> None:
    record(store, "a", "a", "b", None)
    held = claimed(store)
    Outbox(store.database, "one").settle([an_attempt(held[0], Outcome.REFUSED, holds=True)], NOON)
    assert 0 == Orphans(store.database).adopt(NOON)


def _behead(store: Store, *keys: str) -> None:
    """Leave followers without a head, as a program does that knows nothing of order."""
    heads = deliveries.update().where(deliveries.c.order_key.in_(keys), deliveries.c.head == 1)
    with store.database.writing() as connection:
        connection.execute(heads.values(state="delivered"))
