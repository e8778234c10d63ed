"""Calls in the store: listed, the newest first, and one with its time line."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from gateway.model.event import Event
from gateway.store.call_timeline import shown
from gateway.store.calls import listed
from gateway.store.store import Store
from gateway.store.tables import events
from tests.builders import NOON, a_request, an_entry, an_event
from tests.store.plans import issued_by_readers, plan_of


def record(store: Store, subject: str | None, kind: str = "call.ended", key: str | None = None, **data: Any) -> Event:
    source = data.pop("source", "/in/pbx")
    minute = data.pop("minute", 0)
    made = an_event(type=kind, subject=subject, source=source, data=json.dumps(data).encode())
    at = NOON + timedelta(minutes=minute)
    store.inbox.record(an_entry(made, request=a_request(b"{}", received_at=at), key=key, to=data.get("to", ("crm",))))
    return made


def ids(store: Store, **asked: Any) -> list[str]:
    return [item["id"] for item in listed(store.database, **asked)]


def test_the_call_that_was_heard_of_last_comes_first(store: Store) -> None:
    for subject in ("a", "b", "c", None, "b", "a", "b"):
        record(store, subject)
    assert ["b", "a", "c"] == ids(store)
    assert (["b", "a"], ["c"]) == (ids(store, limit=2), ids(store, after="a"))
    assert ["b", "a", "c"] == ids(store, limit=0)
    assert [] == ids(store, after="nobody")


def test_a_list_says_what_is_known_of_each(store: Store) -> None:
    first = record(store, "4711", "agent.connected", agent_id="7")
    record(store, "4711", "agent.connected", agent_id="8")
    record(store, "4711", "recording.stored", source="/destinations/audio", path="4711-1.wav")
    record(store, "4711", "call.ended", agent_id="7")
    last = record(store, "4711", "call.completed", source="/joins/calls", version=3, ended=True)
    assert [
        {
            "id": "4711", "events": 5, "agents": ["7", "8"], "ended": True, "recordings": 1, "versions": {"calls": 3},
            "first": {"id": first.id, "type": "agent.connected", "time": first.time},
            "last": {"id": last.id, "type": "call.completed", "time": last.time},
        }
    ] == list(listed(store.database))  # fmt: skip


def test_a_call_under_way_is_not_ended(store: Store) -> None:
    record(store, "4711", "agent.connected")
    (one,) = listed(store.database)
    assert (False, [], {}) == (one["ended"], one["agents"], one["versions"])


def test_the_time_line_is_in_the_order_of_time_and_says_where_each_fact_is_from(store: Store) -> None:
    ended = record(store, "4711", call_start="2026-03-16T11:00:00Z", duration=60)
    queued = record(
        store, "4711", "call.dequeued", call_start="2026-03-16T11:00:00Z", ani="1", queue_name="Support",
        enqueue_time="2026-03-16T11:00:05.5Z", dequeue_time="2026-03-16T11:00:27Z", agent_id="7",
    )  # fmt: skip
    found = shown(store.database, "4711")
    assert found is not None
    assert [
        ("2026-03-16T11:00:00Z", "call began", ended.id), ("2026-03-16T11:00:05.5Z", "queue entered", queued.id),
        ("2026-03-16T11:00:27Z", "queue left", queued.id), ("2026-03-16T12:00:00Z", "call ended", ended.id),
    ] == [(fact["at"], fact["what"], fact["eventId"]) for fact in found["timeline"]]  # fmt: skip
    assert {"from": "1"} == found["timeline"][0]["detail"]
    requests = {one["id"]: one["requestId"] for one in found["eventList"]}
    assert all(requests[fact["eventId"]] == fact["requestId"] for fact in found["timeline"])
    assert [1, 1] == [one["deliveries"]["waiting"] for one in found["eventList"]]


def test_a_request_that_came_twice_is_named_beside_the_first(store: Store) -> None:
    one = an_event(subject="4711")
    store.inbox.record(an_entry(one, request=a_request(b"{}", received_at=NOON), key="k"))
    again = a_request(b"{}", received_at=NOON + timedelta(minutes=1))
    store.inbox.record(an_entry(an_event(subject="4711"), request=again, key="k"))
    record(store, "4711", "disposition.set")
    found = shown(store.database, "4711")
    assert found is not None
    assert [(one.id, [again.request_id])] == [
        (event["id"], event["duplicates"]) for event in found["eventList"] if event["duplicates"]
    ]


def test_a_call_that_nothing_is_known_of_is_none(store: Store) -> None:
    assert shown(store.database, "4711") is None


def test_of_very_many_events_the_oldest_are_looked_into_and_all_are_counted(store: Store) -> None:
    row = {
        "source": "/in/pbx", "type": "call.ended", "subject": "4711", "time": "2026-03-16T12:00:00Z", "position": 0,
        "received_at": 0, "data": b"{}", "attributes": "{}",
    }  # fmt: skip
    with store.database.writing() as connection:
        connection.execute(insert(events), [{**row, "event_id": str(number)} for number in range(1, 1501)])
    (one,) = listed(store.database)
    assert (1500, "1", "1500") == (one["events"], one["first"]["id"], one["last"]["id"])
    found = shown(store.database, "4711")
    assert found is not None
    assert (1500, 1000) == (found["events"], len(found["eventList"]))


def test_a_page_is_found_beyond_a_long_call(store: Store) -> None:
    row = {
        "source": "/in/pbx", "type": "call.ended", "time": "2026-03-16T12:00:00Z", "position": 0,
        "received_at": 0, "data": b"{}", "attributes": "{}",
    }  # fmt: skip
    many = ["old", *["long"] * 25_000, "new"]
    with store.database.writing() as connection:
        rows = [{**row, "event_id": str(number), "subject": one} for number, one in enumerate(many)]
        connection.execute(insert(events), rows)
    assert ["new", "long", "old"] == ids(store)


def test_long_subjects_that_begin_alike_are_calls_of_their_own(store: Store) -> None:
    long = "x" * 300
    for end in ("a", "b", "a"):
        record(store, long + end)
    record(store, long)
    record(store, long[:200])
    assert [long[:200], long, long + "a", long + "b"] == ids(store)
    assert [long + "b"] == ids(store, after=long + "a")


def test_no_statement_looks_at_every_event(store_in_a_file: Store) -> None:
    store = store_in_a_file
    for subject in "abc":
        record(store, subject, key=subject)
    with issued_by_readers(store) as issued:
        assert ["a"] == ids(store, after="b")
        assert shown(store.database, "a")
    steps = [step for sql, values in issued for step in plan_of(store, sql, values)]
    assert [] == [step for step in steps if step.startswith("SCAN") or step.endswith("FOR ORDER BY")]
