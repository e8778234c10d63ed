"""Erasing a subject: all that is known of it goes, on both databases, and a record of that stays."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from gateway.model.delivery import NewEvent, Outcome
from gateway.model.event import Event
from gateway.model.idempotency import Once
from gateway.model.join import Membership
from gateway.model.route import Duty
from gateway.store import erasures, schema, tables
from gateway.store.erasing import ERASED, BusyError, erase, wait_until_free
from gateway.store.erasure_plan import Plan, planned
from gateway.store.history import Selection
from gateway.store.joining import Joining
from gateway.store.outbox import Outbox
from gateway.store.records import LARGE
from gateway.store.replays import Replays, Wanted
from gateway.store.store import Store
from tests.builders import NOON, a_request, an_attempt, an_entry, an_event
from tests.store.batches import count

HOUR = timedelta(hours=1)
SECRET = "5105550111"


def event(subject: str | None = "4711", kind: str = "call.ended", **more: Any) -> Event:
    return an_event(subject=subject, type=kind, data=f'{{"ani":"{SECRET}"}}'.encode(), **more)


def record(store: Store, *events: Event, body: bytes = SECRET.encode(), **more: Any) -> str:
    request = a_request(body, received_at=NOON)
    store.inbox.record(an_entry(*events, request=request, **more))
    return request.request_id


def member(key: str = "4711", *, join: str = "calls") -> Membership:
    return Membership(join, key, ends=True, settle=timedelta(minutes=2), longest=4 * HOUR)


def emit(store: Store, subject: str, join: str = "calls") -> Event:
    joining = Joining(store.database)
    (one,) = [one for one in joining.due([join], NOON + HOUR) if one.key == subject]
    made = event(subject, "call.completed", source=f"/joins/{join}")
    assert joining.emit(one, NewEvent(made, 1, (Duty("all", "crm"),)), NOON + HOUR)
    return made


def erased(store: Store, subject: str = "4711", files: int = 0) -> dict[str, int]:
    return dict(+erase(store.database, planned(store.database, subject), "ana", NOON, files))


def left(store: Store) -> dict[str, int]:
    """How many rows each table has, but for what every store has."""
    kept = [table for table in schema.metadata.sorted_tables if table.name not in ("names", "erasures")]
    return {table.name: number for table in kept if (number := count(store.database, table))}


def shown(store: Store) -> list[str]:
    return [one["subject"] for one in store.history.events(Selection())]


def test_everything_that_is_known_by_a_subject_goes(store: Store) -> None:
    record(store, event(), body=bytes(LARGE + 1), key="k", memberships=[[member()]])
    record(store, event(), key="k")
    emit(store, "4711")
    outbox = Outbox(store.database, "one")
    outbox.settle([an_attempt(one, Outcome.REFUSED) for one in outbox.claim({"crm": 9}, NOON + HOUR)], NOON)
    with store.database.writing() as connection:
        sent = connection.execute(insert(tables.bodies).values(body=b"sent").returning(tables.bodies.c.id)).scalar_one()
        connection.execute(update(tables.attempts).where(tables.attempts.c.delivery == 1).values(response_ref=sent))
    assert {
        "events": 2, "requests": 2, "deliveries": 2, "attempts": 2, "bodies": 2,
        "joins": 1, "joined": 1, "idempotency": 1,
    } == erased(store)  # fmt: skip
    assert {} == left(store)


def test_what_is_not_of_the_subject_stays(store: Store) -> None:
    record(store, event("4712"), key="other", memberships=[[member("4712")]])
    before = left(store)
    record(store, event(), key="mine", memberships=[[member()]])
    erased(store)
    assert before == left(store)
    assert ["4712"] == shown(store)


def test_a_record_stays_that_names_nobody(store: Store) -> None:
    record(store, event())
    erased(store, files=2)
    (item,) = erasures.listed(store.database)
    assert ("1", "2026-03-16T12:00:00Z", "ana", True) == (item["id"], item["at"], item["by"], item["done"])
    assert erasures.digest_of("4711") == item["subjectSha256"]
    assert {"files": 2, "events": 1, "requests": 1, "deliveries": 1} == item["counts"]
    assert [] == list(erasures.listed(store.database, after="1"))


def test_a_request_that_brought_other_events_too_stays_and_is_told(store: Store) -> None:
    shared = record(store, event(), event("4712"))
    plan = planned(store.database, "4711")
    assert ([shared], []) == (plan.kept, plan.requests)
    assert {"kept": 1, "events": 1, "deliveries": 1} == erased(store)
    assert 1 == left(store)["requests"]
    erased(store, "4712")
    assert {} == left(store)


def test_repeats_within_lists_go_where_all_they_brought_goes_and_are_told_where_not(store: Store) -> None:

    def keyed(*keys: str) -> str:
        """A list of an event for each key: of the subject 4711 under `a`, else of 4713."""
        entry = an_entry(*(event("4711" if key == "a" else "4713") for key in keys))
        lasts = NOON + 24 * HOUR
        entry.once = [Once(key, b"same", lasts, range(n, n + 1)) for n, key in enumerate(keys)]
        store.inbox.record(entry)
        return entry.request.request_id

    _, partly, _ = keyed("a"), keyed("c", "a"), keyed("c", "a")
    plan = planned(store.database, "4711")
    assert ([1], partly) == (plan.requests, plan.kept[0])
    assert 2 == len(plan.kept)
    erased(store)
    assert 2 == left(store)["requests"]
    assert 2 == len(planned(store.database, "4713").requests)


def test_what_a_join_of_another_key_made_goes_and_is_made_anew_of_the_others(store: Store) -> None:
    record(store, event(), memberships=[[member("agent-7", join="agents")]])
    record(store, event("4712"), memberships=[[member("agent-7", join="agents")]])
    emit(store, "agent-7", "agents")
    plan = planned(store.database, "4711")
    assert [("agents", "agent-7")] == plan.remade
    assert 2 == len(plan.events)
    erased(store)
    assert ["4712"] == shown(store)
    (one,) = Joining(store.database).due(["agents"], NOON)
    assert (1, ["4712"]) == (one.version, [made.subject for made in one.events])


def test_what_was_looked_at_before_is_not_emitted(store: Store) -> None:
    record(store, event(), memberships=[[member("agent-7")]])
    record(store, event("4712"), memberships=[[member("agent-7")]])
    joining = Joining(store.database)
    (stale,) = joining.due(["calls"], NOON + HOUR)
    erased(store)
    assert not joining.emit(stale, NewEvent(event("agent-7"), 1, ()), NOON + HOUR)


def test_recordings_that_a_destination_stored_are_named(store: Store) -> None:
    data = json.dumps({"path": "4711.wav", "files": [{"path": "4711-agent.wav"}]}).encode()
    record(store, an_event(type="recording.stored", source="/destinations/audio", data=data))
    record(store, an_event(type="recording.stored", source="/in/pbx", data=b'{"path":"elsewhere.wav"}'))
    found = planned(store.database, "4711").recordings
    assert [("audio", "4711.wav"), ("audio", "4711-agent.wav")] == found


def test_what_a_worker_is_at_is_waited_for_and_then_nothing_is_erased(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.erasing._PAUSE", 0.001)
    record(store, event(), key="k")
    outbox = Outbox(store.database, "one")
    claimed = outbox.claim({"crm": 9}, NOON + HOUR)
    before = left(store)
    plan = planned(store.database, "4711")
    with pytest.raises(BusyError, match="at 1 of its"):
        wait_until_free(store.database, plan)
    with pytest.raises(BusyError):
        erase(store.database, plan, "ana", NOON, 0)
    assert (before, []) == (left(store), list(erasures.listed(store.database)))
    outbox.settle([an_attempt(one) for one in claimed], NOON)
    wait_until_free(store.database, plan)
    erased(store)
    assert {} == left(store)


def test_what_waited_behind_it_may_go(store: Store) -> None:
    for subject in ("4711", "4712"):
        record(store, event(subject), duties=[[Duty("all", "crm", "customer-1")]])
    erased(store)
    (one,) = Outbox(store.database, "one").claim({"crm": 9}, NOON + HOUR)
    assert "4712" == one.event.subject


def test_a_subject_of_very_many_events_goes_a_chunk_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.erasing._AT_A_TIME", 2)
    for _ in range(5):
        record(store, event(), memberships=[[member()]])
    assert {"events": 5, "requests": 5, "deliveries": 5, "joined": 5, "joins": 1} == erased(store)
    assert {} == left(store)
    assert 1 == len(list(erasures.listed(store.database)))


def test_a_replay_that_was_asked_for_by_it_names_it_no_more(store: Store) -> None:
    record(store, event())
    replays = Replays(store.database)
    for subject in ("4711", "4712"):
        replays.start(Wanted(subject=subject), first=1, counted=1, by="ana", now=NOON)
    erased(store)
    assert ["4712", ERASED] == [one.wanted.subject for one in replays.all()]


def test_of_a_subject_that_has_nothing_nothing_is_planned(store: Store) -> None:
    record(store, event("4712"), key="k")
    assert Plan("4711", {}, 0, [], [], [], [], []) == planned(store.database, "4711")


def test_nothing_of_it_is_left_in_the_files(store_in_a_file: Store) -> None:
    """Of SQLite: what was deleted is overwritten, in the database and in its log."""
    store = store_in_a_file
    for number in range(200):
        secret = SECRET if number % 20 == 0 else "public"
        made = an_event(subject=f"s{number % 20}", data=f'{{"ani":"{secret}","note":"{"x" * number}"}}'.encode())
        record(store, made, body=f"ani={secret}".encode(), key=f"{secret}-{number}")
    outbox = Outbox(store.database, "one")
    outbox.settle([an_attempt(one) for one in outbox.claim({"crm": 100}, NOON + HOUR)], NOON)
    file = store.database.place.file  # type: ignore[union-attr]
    files = [file, file.with_name(f"{file.name}-wal")]
    assert any(SECRET.encode() in one.read_bytes() for one in files)
    erased(store, "s0")
    assert store.database.forget_log()
    assert not any(SECRET.encode() in one.read_bytes() for one in files)
    with store.database.reading() as connection:
        assert 190 == len(connection.execute(select(tables.events.c.id)).all())
