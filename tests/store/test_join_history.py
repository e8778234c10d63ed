"""What joins have gathered, looked at."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from gateway.model.delivery import NewEvent
from gateway.model.event import Event
from gateway.model.join import Membership
from gateway.store.join_history import listed, shown
from gateway.store.join_tables import joins
from gateway.store.joining import Joining
from gateway.store.store import Store
from tests.builders import NOON, a_request, an_entry, an_event
from tests.store.plans import issued_by_readers, plan_of

HOUR = timedelta(hours=1)


def record(store: Store, key: str, *, ends: bool = False, join: str = "calls") -> Event:
    event = an_event(subject=key)
    place = Membership(join, key, ends, timedelta(minutes=2), 4 * HOUR)
    store.inbox.record(an_entry(event, request=a_request(b"{}", received_at=NOON), memberships=[[place]]))
    return event


def emit(store: Store, version: int) -> Event:
    made = an_event(type="call.completed", source="/joins/calls", subject="b", data=f'{{"version":{version}}}'.encode())
    joining = Joining(store.database)
    (one,) = joining.due(["calls"], NOON + HOUR)
    assert joining.emit(one, NewEvent(made, 1, ()), NOON + HOUR)
    return made


def test_the_newest_key_comes_first_with_how_far_it_is(store: Store) -> None:
    record(store, "a")
    record(store, "b", ends=True)
    record(store, "b")
    emit(store, 1)
    record(store, "c", ends=True)
    assert [("c", "ended", 1, 0), ("b", "emitted", 2, 1), ("a", "open", 1, 0)] == [
        (one["key"], one["state"], one["events"], one["version"]) for one in listed(store.database)
    ]
    _, emitted, opened = listed(store.database)
    assert (None, "2026-03-16T13:00:00Z") == (emitted["dueAt"], emitted["emittedAt"])
    assert ("2026-03-16T12:00:00Z", "2026-03-16T16:00:00Z") == (opened["openedAt"], opened["dueAt"])


def test_a_list_can_be_of_one_join_cut_and_gone_on_with(store: Store) -> None:
    for key in "abcd":
        record(store, key, join="calls" if key < "d" else "others")
    assert ["c", "b", "a"] == [one["key"] for one in listed(store.database, name="calls")]
    first = list(listed(store.database, limit=2))
    assert ["d", "c"] == [one["key"] for one in first]
    assert ["b", "a"] == [one["key"] for one in listed(store.database, after=first[-1]["id"])]
    assert [] == list(listed(store.database, name="nobody"))


def test_a_key_is_shown_with_its_events_and_all_that_was_made_of_them(store: Store) -> None:
    ended = record(store, "b", ends=True)
    first = emit(store, 1)
    late = record(store, "b")
    second = emit(store, 2)
    found = shown(store.database, "calls", "b")
    assert found is not None
    assert [ended.id, late.id] == [one["id"] for one in found["eventList"]]
    assert ["/in/pbx"] * 2 == [one["source"] for one in found["eventList"]]
    assert all(one["requestId"] for one in found["eventList"])
    assert [(first.id, 1), (second.id, 2)] == [(one["id"], one["version"]) for one in found["emitted"]]


def test_a_key_of_any_length_is_found(store: Store) -> None:
    record(store, "k" * 5000)
    found = shown(store.database, "calls", "k" * 5000)
    assert found is not None
    assert "k" * 5000 == found["key"]
    assert shown(store.database, "others", "k") is shown(store.database, "calls", "k") is None


def test_of_very_many_keys_none_is_looked_at_in_vain(store_in_a_file: Store) -> None:
    """SQLite's plans: no table is scanned but along its ids, nothing sorted."""
    store = store_in_a_file
    record(store, "a")
    row = {"name": 1, "opened_at": 0, "ended": 0, "gathered": 1, "due_at": 1}
    with store.database.writing() as connection:
        connection.execute(insert(joins), [{**row, "key": str(n), "subject": str(n)} for n in range(1000)])
    with issued_by_readers(store) as issued:
        list(listed(store.database, name="calls", after="900"))
        shown(store.database, "calls", "a")
    steps = [step for sql, values in issued for step in plan_of(store, sql, values)]
    assert steps
    assert not [step for step in steps if step.startswith(("SCAN", "USE TEMP"))]
