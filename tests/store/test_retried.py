"""Stored requests, and the new events that come of them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select

from gateway.errors import Malformed
from gateway.model.request import Caller
from gateway.model.route import Duty
from gateway.store.entry import Entry
from gateway.store.outbox import Outbox
from gateway.store.records import LARGE
from gateway.store.retried import Remade, RetriedRequests, StoredRequest
from gateway.store.store import Store
from gateway.store.tables import events, requests
from tests.builders import NOON, a_request, an_entry, an_event

TO_CRM = [Duty("all", "crm")]


def found(store: Store, request_id: str) -> StoredRequest:
    stored = RetriedRequests(store.database).find(request_id)
    assert stored is not None
    return stored


def recorded(store: Store, body: bytes = b"{}", **more: Any) -> StoredRequest:
    request = a_request(body, headers={"authorization": "Basic x", "x-one": "1"}, query="a=1", received_at=NOON)
    store.inbox.record(an_entry(request=request, **more))
    return found(store, request.request_id)


def retried(store: Store, stored: StoredRequest, *remade: Remade) -> bool:
    entry = an_entry(*(one.event for one in remade), request=a_request(source=stored.source))
    return RetriedRequests(store.database).record(stored, remade, entry, now=NOON) is not None


def in_quarantine(store: Store) -> StoredRequest:
    request = a_request(b"{", received_at=NOON)
    store.inbox.record(Entry(request, Caller("pbx"), [], [], 1, quarantine=Malformed("the body is not JSON")))
    return found(store, request.request_id)


def rows(store: Store) -> list[Any]:
    with store.database.reading() as connection:
        return list(connection.execute(select(events).order_by(events.c.id)).all())


@pytest.mark.parametrize("size", [2, LARGE, LARGE + 1])
def test_a_request_is_found_as_it_arrived_but_for_its_secrets(store: Store, size: int) -> None:
    body = size * b"x"
    stored = recorded(store, body)
    assert ("pbx", "accepted", "POST", "/in/pbx", "a=1", body, NOON, "pbx") == (
        stored.source, stored.state, stored.method, stored.path, stored.query, stored.body, stored.received_at,
        stored.caller,
    )  # fmt: skip
    assert ("••••", "1") == (stored.headers["authorization"], stored.headers["x-one"])
    assert list(stored.events) == stored.event_ids
    assert [] == stored.retried_as


def test_a_request_that_is_not_there_is_none(store: Store) -> None:
    assert RetriedRequests(store.database).find("nobody") is None


def test_its_new_event_is_of_the_same_request_and_time_and_is_delivered(store: Store) -> None:
    stored = recorded(store)
    (old,) = stored.event_ids
    event = an_event(attributes={"receivedtime": "2026-03-16T12:00:00Z", "replayof": old})
    assert retried(store, stored, Remade(event, 0, TO_CRM, old))
    first, second = rows(store)
    assert (first.request, first.received_at, 0, old, event.id) == (
        second.request, second.received_at, second.position, second.replay_of, second.event_id,
    )  # fmt: skip
    assert first.replay_of is None
    held = Outbox(store.database, "one").claim({"crm": 5}, NOON)
    assert [(old, None, old), (event.id, None, event.id)] == [
        (one.event.id, one.replay, one.webhook_id) for one in held
    ]
    assert event == held[1].event


def test_what_it_was_made_into_is_noted_each_time(store: Store) -> None:
    stored = recorded(store)
    one, two = an_event(), an_event()
    assert retried(store, stored, Remade(one, 0, [], stored.event_ids[0]))
    assert retried(store, found(store, stored.request_id), Remade(two, 0, [], stored.event_ids[0]))
    again = found(store, stored.request_id)
    assert ([one.id, two.id], "accepted") == (again.retried_as, again.state)
    assert stored.event_ids == again.event_ids
    item = store.history.request(stored.request_id)
    assert item is not None
    assert [one.id, two.id] == item["retriedAs"]


def test_one_that_somebody_else_retried_meanwhile_makes_nothing(store: Store) -> None:
    stored = recorded(store)
    assert retried(store, stored, Remade(an_event(), 0, TO_CRM, None))
    assert not retried(store, stored, Remade(an_event(), 0, TO_CRM, None))
    assert 2 == len(rows(store))


def test_one_that_retention_deleted_meanwhile_makes_nothing(store: Store) -> None:
    stored = recorded(store)
    with store.database.writing() as connection:
        connection.execute(delete(requests))
    assert not retried(store, stored, Remade(an_event(), 0, TO_CRM, None))
    assert 1 == len(rows(store))


def test_one_in_quarantine_is_accepted_with_its_events(store: Store) -> None:
    stored = in_quarantine(store)
    event = an_event()
    assert retried(store, stored, Remade(event, 0, TO_CRM, None))
    now = found(store, stored.request_id)
    assert ("accepted", [event.id], [event.id]) == (now.state, now.event_ids, list(now.events))


def test_one_in_quarantine_whose_event_was_recorded_meanwhile_is_its_duplicate(store: Store) -> None:
    event = an_event()
    first, waiting = recorded(store, key="k"), in_quarantine(store)
    entry = an_entry(event, request=a_request(source="pbx"), key="k")
    made = RetriedRequests(store.database).record(waiting, [Remade(event, 0, TO_CRM, None)], entry, now=NOON)
    now = found(store, waiting.request_id)
    assert ([], "duplicate", first.event_ids) == (made, now.state, now.event_ids)
    assert 1 == len(rows(store))


def test_events_that_another_request_made_are_told_apart(store: Store) -> None:
    first = recorded(store, key="k")
    again = recorded(store, key="k")
    assert "duplicate" == again.state
    assert (first.event_ids, {}, frozenset(first.event_ids)) == (again.event_ids, again.events, again.repeats)
