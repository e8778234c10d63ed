"""Joins in the store: what is gathered is due in time, and each version is emitted once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from gateway.model.delivery import NewEvent
from gateway.model.event import Event
from gateway.model.join import Membership
from gateway.model.route import Duty
from gateway.store.history import Selection
from gateway.store.join_tables import joined, joins
from gateway.store.joining import Gathered, Joining
from gateway.store.store import Store
from gateway.store.tables import events
from tests.builders import NOON, a_request, an_entry, an_event
from tests.configured import another

SETTLE, LONGEST = timedelta(minutes=2), timedelta(hours=4)


def member(key: str = "4711", *, ends: bool = False, join: str = "calls") -> Membership:
    return Membership(join, key, ends, SETTLE, LONGEST)


def record(store: Store, *memberships: Membership, at: timedelta = timedelta()) -> Event:
    event = an_event()
    entry = an_entry(event, request=a_request(b"{}", received_at=NOON + at), memberships=[memberships])
    store.inbox.record(entry)
    return event


def due(store: Store, after: timedelta) -> list[Gathered]:
    return Joining(store.database).due(["calls"], NOON + after)


def emission() -> NewEvent:
    return NewEvent(an_event(type="call.completed", source="/joins/calls"), 1, (Duty("all", "crm"),))


def counted(store: Store, kind: str = "call.completed") -> int:
    with store.database.reading() as connection:
        return connection.execute(select(func.count()).where(events.c.type == kind)).scalar_one()


def test_a_key_is_due_a_while_after_its_end_and_not_before(store: Store) -> None:
    made = [record(store, member()), record(store, member(ends=True), at=timedelta(minutes=10))]
    assert [] == due(store, timedelta(minutes=12) - timedelta(seconds=1))
    (one,) = due(store, timedelta(minutes=12))
    assert ("calls", "4711", 0, 2, True) == (one.join, one.key, one.version, one.gathered, one.ended)
    assert [event.id for event in made] == [event.id for event in one.events]


def test_a_key_that_never_ends_is_due_in_the_longest_time(store: Store) -> None:
    record(store, member())
    record(store, member(), at=timedelta(hours=3))
    assert [] == due(store, LONGEST - timedelta(seconds=1))
    (one,) = due(store, LONGEST)
    assert not one.ended


def test_what_was_emitted_is_due_again_when_more_comes(store: Store) -> None:
    record(store, member(ends=True))
    joining = Joining(store.database)
    (one,) = due(store, SETTLE)
    assert joining.emit(one, emission(), NOON + SETTLE)
    assert [] == due(store, timedelta(days=1))
    record(store, member(), at=timedelta(hours=1))
    (again,) = due(store, timedelta(hours=1) + SETTLE)
    assert (1, 2, True) == (again.version, again.gathered, again.ended)


def test_an_emission_is_recorded_with_its_deliveries(store: Store) -> None:
    record(store, member(ends=True))
    (one,) = due(store, SETTLE)
    assert Joining(store.database).emit(one, emission(), NOON + SETTLE)
    (item, _) = store.history.events(Selection())
    assert ("call.completed", None, 1) == (item["type"], item["requestId"], item["deliveries"]["waiting"])


def test_what_changed_since_it_was_looked_at_is_not_emitted(store: Store) -> None:
    record(store, member(ends=True))
    joining = Joining(store.database)
    (stale,) = due(store, SETTLE)
    late = record(store, member(), at=timedelta(minutes=1))
    assert not joining.emit(stale, emission(), NOON + SETTLE)
    (fresh,) = due(store, SETTLE)
    assert late.id in [event.id for event in fresh.events]
    assert joining.emit(fresh, emission(), NOON + SETTLE)
    assert not joining.emit(fresh, emission(), NOON + SETTLE)
    assert 1 == counted(store)


def test_of_several_workers_one_emits_each_version(store: Store) -> None:
    for number in range(30):
        record(store, member(str(number), ends=True))
    stores = [store, another(store), another(store)]
    emitted: list[int] = []

    def work(of: Store) -> None:
        joining = Joining(of.database)
        while found := joining.due(["calls"], NOON + SETTLE):
            emitted.extend(one.row for one in found if joining.emit(one, emission(), NOON + SETTLE))

    threads = [threading.Thread(target=work, args=(one,)) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in stores[1:]:
        one.close()
    assert (30, 30, 30) == (len(emitted), len(set(emitted)), counted(store))


def test_the_events_of_one_batch_and_of_many_keys_find_their_places(store: Store) -> None:
    made = [an_event() for _ in range(4)]
    places = [[member("a")], [member("b"), member("x", join="others")], [member("a", ends=True)], []]
    store.inbox.record(an_entry(*made, request=a_request(b"{}", received_at=NOON), memberships=places))
    found = {one.key: [event.id for event in one.events] for one in due(store, LONGEST)}
    assert {"a": [made[0].id, made[2].id], "b": [made[1].id]} == found


def test_a_repeat_is_gathered_once(store: Store) -> None:
    event = an_event()
    for one in (event, an_event()):
        store.inbox.record(an_entry(one, request=a_request(b"{}", received_at=NOON), key="k", memberships=[[member()]]))
    (found,) = due(store, LONGEST)
    assert ([event.id], 1) == ([one.id for one in found.events], found.gathered)


def test_a_key_of_any_length_is_one(store: Store) -> None:
    long = "k" * 5000
    record(store, member(long))
    record(store, member(long, ends=True))
    (one,) = due(store, SETTLE)
    assert (long, 2) == (one.key, len(one.events))


def test_of_very_many_events_the_first_are_gathered_and_all_are_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.memberships.MOST_GATHERED", 3)
    for _ in range(5):
        record(store, member())
    (one,) = due(store, LONGEST)
    assert (3, 5) == (len(one.events), one.gathered)


def test_of_very_large_events_as_many_are_gathered_as_can_be_held(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.joining._MOST_BYTES", 100)
    for _ in range(3):
        event = an_event(data=b'{"a":"' + b"x" * 60 + b'"}')
        store.inbox.record(an_entry(event, request=a_request(b"{}", received_at=NOON), memberships=[[member()]]))
    (one,) = due(store, LONGEST)
    assert (1, 3) == (len(one.events), one.gathered)


def test_the_keys_of_several_joins_are_due_together(store: Store) -> None:
    record(store, member(ends=True), member("x", ends=True, join="others"))
    found = Joining(store.database).due(["calls", "others"], NOON + SETTLE)
    assert {("calls", "4711"), ("others", "x")} == {(one.join, one.key) for one in found}


def test_what_can_not_be_held_at_once_is_due_still(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.joining._MOST_BYTES", 100)
    for key in "abc":
        event = an_event(data=b'{"a":"' + b"x" * 60 + b'"}')
        places = [[member(key, ends=True)]]
        store.inbox.record(an_entry(event, request=a_request(b"{}", received_at=NOON), memberships=places))
    joining, emitted = Joining(store.database), []
    while found := due(store, SETTLE):
        assert 1 == len(found)
        emitted += [one.key for one in found if joining.emit(one, emission(), NOON + SETTLE)]
    assert ["a", "b", "c"] == sorted(emitted)


def test_a_join_that_is_no_longer_configured_is_left_alone(store: Store) -> None:
    record(store, member(ends=True))
    assert [] == Joining(store.database).due([], NOON + LONGEST)
    assert [] == Joining(store.database).due(["others"], NOON + LONGEST)


def test_a_key_whose_events_an_older_gateway_deleted_is_forgotten(store: Store) -> None:
    record(store, member(ends=True))
    with store.database.writing() as connection:
        connection.execute(delete(events))
    (one,) = due(store, SETTLE)
    assert not one.events
    Joining(store.database).forget(one)
    assert [] == due(store, LONGEST)
    with store.database.reading() as connection:
        assert 0 == connection.execute(select(func.count()).select_from(joined)).scalar_one()
        assert 0 == connection.execute(select(func.count()).select_from(joins)).scalar_one()


def test_a_key_that_got_more_meanwhile_is_not_forgotten(store: Store) -> None:
    record(store, member(ends=True))
    (one,) = due(store, SETTLE)
    record(store, member(), at=SETTLE)
    Joining(store.database).forget(one)
    assert 1 == len(due(store, 2 * SETTLE))


def test_the_tables_hold_what_they_should(store: Store) -> None:
    record(store, member(), member("x", join="others"))
    with store.database.reading() as connection:
        assert 2 == connection.execute(select(func.count()).select_from(joins)).scalar_one()
        assert 2 == connection.execute(select(func.count()).select_from(joined)).scalar_one()
