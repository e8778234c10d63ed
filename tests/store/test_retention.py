"""Retention: what is old enough goes with all that is its own, and what is still needed stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from gateway.errors import Malformed
from gateway.model.delivery import Outcome
from gateway.model.retention import Ages, Policy
from gateway.store import tables
from gateway.store.outbox import Outbox
from gateway.store.records import LARGE
from gateway.store.retention import Retention
from gateway.store.store import Store
from tests.builders import NOON, a_request, an_event
from tests.store.kept import A_MONTH, DAY, deleted_at, record, rows, settle, sweep_all


def test_what_is_old_enough_goes_with_all_that_is_its_own(store: Store) -> None:
    record(store, body=bytes(LARGE + 1))
    settle(store, Outcome.DELIVERED)
    with store.database.writing() as connection:
        sent = connection.execute(insert(tables.bodies).values(body=b"sent").returning(tables.bodies.c.id)).scalar_one()
        connection.execute(update(tables.attempts).values(request_ref=sent))
    assert {} == deleted_at(store, NOON + 30 * DAY - timedelta(microseconds=1))
    gone = {"requests": 1, "events": 1, "deliveries": 1, "attempts": 1, "bodies": 2}
    assert gone == rows(store) == deleted_at(store, NOON + 30 * DAY)
    assert {} == rows(store)


def test_without_a_word_everything_is_kept_for_ever(store: Store) -> None:
    record(store)
    settle(store, Outcome.DELIVERED)
    store.inbox.refused(a_request(received_at=NOON), Malformed("no"))
    store.inbox.flush()
    before = rows(store)
    assert {} == deleted_at(store, NOON + 10_000 * DAY, Policy())
    assert before == rows(store)


def test_an_event_that_goes_nowhere_goes_too(store: Store) -> None:
    record(store, to=())
    assert {"requests": 1, "events": 1} == deleted_at(store, NOON + 30 * DAY)


@pytest.mark.parametrize("is_claimed", [False, True], ids=["waiting", "claimed"])
def test_what_is_still_to_be_delivered_stays_until_it_is(store: Store, is_claimed: bool) -> None:
    record(store, to=("crm", "journal"))
    settle(store, Outcome.DELIVERED)
    if is_claimed:
        Outbox(store.database, "another").claim({"journal": 1}, NOON + 3650 * DAY)
    retention = Retention(store.database)
    assert {} == dict(sweep_all(retention, A_MONTH, NOON + 31 * DAY))
    with store.database.writing() as connection:
        connection.execute(update(tables.deliveries).values(state="delivered", lease_until=None, owner=None))
    assert 1 == sweep_all(retention, A_MONTH, NOON + 33 * DAY)["events"]


def test_a_dead_letter_that_holds_the_next_of_its_key_stays(store: Store) -> None:
    record(store)
    settle(store, Outcome.REFUSED)
    with store.database.writing() as connection:
        connection.execute(update(tables.deliveries).values(order_key="4711", held=1))
    assert {} == deleted_at(store, NOON + 31 * DAY)


def test_dead_letters_are_kept_as_long_as_is_said_of_them(store: Store) -> None:
    policy = Policy(Ages(events=30 * DAY, dead=365 * DAY))
    record(store)
    settle(store, Outcome.REFUSED)
    record(store)
    settle(store, Outcome.DELIVERED)
    retention = Retention(store.database)
    assert 1 == sweep_all(retention, policy, NOON + 364 * DAY)["events"]
    assert ["dead"] == [one["state"] for one in _deliveries(store)]
    assert 1 == sweep_all(retention, policy, NOON + 365 * DAY)["events"]


def test_a_source_may_have_its_own_ages(store: Store) -> None:
    policy = Policy(Ages(events=90 * DAY, refused=90 * DAY), {"web": Ages(events=DAY, refused=DAY)})
    for source in ("pbx", "web"):
        record(store, an_event(source=f"/in/{source}"), to=(), source=source)
        store.inbox.refused(a_request(source=source, received_at=NOON), Malformed("no"))
    store.inbox.flush()
    retention = Retention(store.database)
    assert {"events": 1, "requests": 1, "refusals": 1} == sweep_all(retention, policy, NOON + DAY)
    with store.database.reading() as connection:
        assert ["/in/pbx"] == connection.execute(select(tables.events.c.source)).scalars().all()
        assert ["pbx"] == connection.execute(select(tables.refusals.c.source)).scalars().all()
    assert {"events": 1, "requests": 1, "refusals": 1} == sweep_all(retention, policy, NOON + 90 * DAY)


def test_a_request_stays_as_long_as_one_of_its_events(store: Store) -> None:
    record(store, an_event(), an_event())
    settle(store, Outcome.DELIVERED, slots=1)
    retention = Retention(store.database)
    assert {"events": 1, "deliveries": 1, "attempts": 1} == sweep_all(retention, A_MONTH, NOON + 30 * DAY)
    settle(store, Outcome.DELIVERED)
    gone = sweep_all(retention, A_MONTH, NOON + 33 * DAY)
    assert {"events": 1, "deliveries": 1, "attempts": 1, "requests": 1} == gone


def test_the_request_of_a_duplicate_goes_by_its_own_age(store: Store) -> None:
    record(store, key="one", to=())
    record(store, key="one", to=(), at=NOON + timedelta(hours=1), body=bytes(LARGE + 1))
    assert {"requests": 2, "events": 1, "bodies": 1} == rows(store)
    retention = Retention(store.database)
    assert {"requests": 1, "events": 1} == sweep_all(retention, A_MONTH, NOON + 30 * DAY)
    assert {"requests": 1, "bodies": 1} == sweep_all(retention, A_MONTH, NOON + 30 * DAY + timedelta(hours=1))


@pytest.mark.parametrize("many", [1, 500])
def test_a_time_of_receipt_in_the_future_stops_nobody(store: Store, many: int) -> None:
    for at in (NOON + 900 * DAY, NOON):
        record(store, *(an_event() for _ in range(many)), to=(), at=at)
    retention = Retention(store.database)
    assert {"events": many, "requests": 1} == sweep_all(retention, A_MONTH, NOON + 30 * DAY)
    assert {"events": many, "requests": 1} == sweep_all(retention, A_MONTH, NOON + 930 * DAY)


def _deliveries(store: Store) -> list[Any]:
    with store.database.reading() as connection:
        return [dict(row) for row in connection.execute(select(tables.deliveries)).mappings()]
