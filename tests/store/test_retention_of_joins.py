"""Retention of joins: an event leaves where it was gathered, and a key goes with the last of its events."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import select

from gateway.model.delivery import NewEvent
from gateway.model.join import Membership
from gateway.store.join_tables import joined, joins
from gateway.store.joining import Joining
from gateway.store.memberships import delete_memberships
from gateway.store.retention import Retention
from gateway.store.store import Store
from tests.builders import NOON, an_event
from tests.configured import another
from tests.store.batches import count
from tests.store.kept import A_MONTH, DAY, deleted_at, record, sweep_all


def member(key: str = "4711", *, ends: bool = True, join: str = "calls") -> Membership:
    return Membership(join, key, ends, timedelta(minutes=2), timedelta(hours=4))


def gathered(store: Store, *places: Membership, at: datetime = NOON) -> None:
    record(store, at=at, to=(), memberships=[places])


def emitted(store: Store, at: datetime) -> None:
    joining = Joining(store.database)
    for one in joining.due(["calls", "others"], at):
        made = an_event(type="call.completed", source="/joins/calls", subject=one.key)
        assert joining.emit(one, NewEvent(made, 1, ()), at)


def left(store: Store) -> tuple[int, int]:
    return count(store.database, joins), count(store.database, joined)


def test_a_key_goes_with_the_last_of_its_events(store: Store) -> None:
    gathered(store, member())
    gathered(store, member(), at=NOON + DAY)
    emitted(store, NOON + DAY + timedelta(hours=1))
    retention = Retention(store.database)
    assert {"events": 1, "requests": 1, "joined": 1} == sweep_all(retention, A_MONTH, NOON + 30 * DAY)
    assert (1, 1) == left(store)
    gone = {"events": 1, "requests": 1, "joined": 1, "joins": 1}
    assert gone == sweep_all(retention, A_MONTH, NOON + 31 * DAY)
    assert (0, 0) == left(store)


def test_an_event_leaves_every_join_that_gathered_it(store: Store) -> None:
    gathered(store, member(), member("x", join="others"))
    assert {"events": 1, "requests": 1, "joined": 2, "joins": 2} == deleted_at(store, NOON + 30 * DAY)


def test_a_key_without_events_goes_though_it_is_due_since_nothing_is_there_to_be_emitted(store: Store) -> None:
    gathered(store, member(ends=False))
    assert 1 == deleted_at(store, NOON + 30 * DAY)["joins"]
    assert [] == Joining(store.database).due(["calls"], NOON + 60 * DAY)


def test_what_comes_for_a_key_that_is_gone_begins_it_anew(store: Store) -> None:
    gathered(store, member())
    emitted(store, NOON + timedelta(hours=1))
    deleted_at(store, NOON + 30 * DAY)
    gathered(store, member(), at=NOON + 40 * DAY)
    (one,) = Joining(store.database).due(["calls"], NOON + 41 * DAY)
    assert (0, 1) == (one.version, one.gathered)


def test_what_was_looked_at_and_is_gone_meanwhile_is_not_emitted(store: Store) -> None:
    gathered(store, member())
    joining = Joining(store.database)
    (one,) = joining.due(["calls"], NOON + timedelta(hours=1))
    deleted_at(store, NOON + 30 * DAY)
    assert not joining.emit(one, NewEvent(an_event(type="call.completed"), 1, ()), NOON + 30 * DAY)


def test_a_batch_stays_small_though_each_event_is_in_many_places(store: Store) -> None:
    for number in range(3):
        places = [member(str(key), join=f"join-{number}") for key in range(400)]
        record(store, to=(), memberships=[places])
    assert {"events": 3, "requests": 3, "joined": 1200, "joins": 1200} == deleted_at(store, NOON + 30 * DAY)


def test_what_comes_while_the_last_event_goes_stays(store: Store) -> None:
    """Of PostgreSQL: the newcomer waits for the deletion, or the deletion for the newcomer. On SQLite none writes."""
    gathered(store, member())
    other = another(store)
    with store.database.reading() as connection:
        first = connection.execute(select(joined.c.event)).scalar_one()
    gathered(other, member(), at=NOON + DAY)
    other.close()
    deleted: Counter[str] = Counter()
    with store.database.writing() as connection:
        lost = delete_memberships(connection, [first], deleted)
    assert ([1], {"joined": 1, "joins": 0}) == (list(lost.values()), dict(deleted))
    assert (1, 1) == left(store)
