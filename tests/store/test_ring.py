"""Refusals on record: bounded in rate, in what waits and in what is kept, with secrets masked."""

from __future__ import annotations

import json

from gateway.errors import ContractViolation, Malformed, Violation
from gateway.store import ring
from gateway.store.history import Selection
from gateway.store.ring import BURST, FIRST_BYTES, KEPT, MAX_WAITING, RATE, Ring
from gateway.store.store import Store
from gateway.store.tables import refusals
from tests.builders import a_request
from tests.store.batches import count

NO = Malformed("not JSON")


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def refuse(kept: Ring, times: int) -> None:
    for _ in range(times):
        kept.take(a_request(), NO)


def test_a_burst_is_recorded_and_what_comes_beyond_it_is_not() -> None:
    kept = Ring(Clock())
    refuse(kept, BURST + 100)
    assert BURST == len(kept.drain())


def test_after_a_burst_so_many_a_second_are_recorded() -> None:
    clock = Clock()
    kept = Ring(clock)
    refuse(kept, BURST + 1)
    kept.drain()
    clock.seconds += 2
    refuse(kept, BURST)
    assert 2 * RATE == len(kept.drain())


def test_what_waits_is_bounded_and_the_newest_stay() -> None:
    clock = Clock()
    kept = Ring(clock)
    for _ in range(MAX_WAITING):
        kept.take(a_request(), NO)
        clock.seconds += 1
    last = a_request()
    kept.take(last, NO)
    drained = kept.drain()
    assert (MAX_WAITING, last.request_id) == (len(drained), drained[-1]["request_id"])


def test_what_was_drained_waits_no_longer() -> None:
    kept = Ring(Clock())
    assert not kept.waiting
    refuse(kept, 1)
    assert kept.waiting
    kept.drain()
    assert (False, []) == (kept.waiting, kept.drain())


def test_the_oldest_beyond_the_ring_are_dropped(store: Store) -> None:
    kept = Ring(Clock())
    refuse(kept, 1)
    (row,) = kept.drain()
    with store.database.writing() as connection:
        ring.write(connection, [row | {"request_id": str(number)} for number in range(KEPT + 50)])
    assert KEPT == count(store.database, refusals)
    found = [item["id"] for item in store.history.requests(Selection(limit=0, state="refused"))]
    assert (str(KEPT + 49), "50") == (found[0], found[-1])


def test_writing_nothing_drops_nothing(store: Store) -> None:
    with store.database.writing() as connection:
        ring.write(connection, [])
    assert 0 == count(store.database, refusals)


def test_only_the_first_bytes_of_a_body_are_kept(store: Store) -> None:
    request = a_request(b"x" * (FIRST_BYTES + 1))
    store.inbox.refused(request, NO)
    store.inbox.flush()
    kept = store.history.request(request.request_id)
    assert kept is not None and FIRST_BYTES == kept["bytes"] == len(kept["body"])


def test_a_refusal_tells_what_was_wrong_and_no_secret(store: Store) -> None:
    request = a_request(b"{}", headers={"Authorization": "Basic c2VzYW1l", "X-Call": "4711"}, source="nobody")
    request.binding = "json"
    wrong = [Violation("/call_id", "is required"), Violation("/duration", "must be a number")]
    store.inbox.refused(request, ContractViolation("2 violations", violations=wrong))
    store.inbox.flush()
    kept = store.history.request(request.request_id)
    assert kept is not None
    assert {
        "id": request.request_id,
        "source": "nobody",
        "state": "refused",
        "method": "POST",
        "path": "/in/nobody",
        "binding": "json",
        "caller": None,
        "receivedAt": "2026-03-16T12:00:00Z",
        "reason": "contract_violation",
        "violations": [{"path": one.path, "message": one.message} for one in wrong],
        "eventIds": [],
        "headers": {"authorization": "••••", "x-call": "4711", "content-length": "2"},
        "body": "{}",
        "bytes": 2,
        "detail": "2 violations",
    } == kept
    assert "c2VzYW1l" not in json.dumps(kept)


def test_an_unknown_source_never_enters_the_table_of_names(store: Store) -> None:
    store.inbox.refused(a_request(source="nobody"), NO)
    store.inbox.flush()
    with store.database.reading() as connection:
        assert [] == connection.exec_driver_sql("SELECT name FROM names").all()
