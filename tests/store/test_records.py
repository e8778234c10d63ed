"""The rows of what is accepted: duplicates, keys, bodies, headers, deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.errors import ContractViolation, Violation
from gateway.model.idempotency import Once
from gateway.model.receipt import Receipt, Status
from gateway.model.route import Duty
from gateway.store import tables
from gateway.store.entry import Entry
from gateway.store.history import Selection
from gateway.store.outbox import Outbox
from gateway.store.place import Place
from gateway.store.records import LARGE
from gateway.store.store import Store
from tests.builders import NOON, a_request, an_entry, an_event
from tests.store.batches import GatedStore, count, gated

ALL = Selection(limit=0)
LATER = NOON + timedelta(hours=24)


@pytest.fixture
def together(place: Place) -> Iterator[GatedStore]:
    with gated(place) as made:
        yield made


def at(moment: datetime, key: str = "k", digest: bytes = b"same", source: str = "pbx") -> Entry:
    return an_entry(request=a_request(b"{}", received_at=moment, source=source), key=key, digest=digest)


def test_a_repeated_key_is_a_duplicate_with_its_own_request_and_the_first_event(store: Store) -> None:
    first, second = an_entry(key="k"), an_entry(key="k")
    store.inbox.record(first)
    assert second.receipt_of([first.events[0].id]) == store.inbox.record(second)


def test_a_duplicate_is_recorded_as_a_request_without_events_and_deliveries(store: Store) -> None:
    first, second = an_entry(key="k"), an_entry(key="k")
    store.inbox.record(first)
    store.inbox.record(second)
    kept = store.history.request(second.request.request_id)
    assert kept is not None and ("duplicate", [first.events[0].id]) == (kept["state"], kept["eventIds"])
    assert (1, 1) == (count(store.database, tables.events), count(store.database, tables.deliveries))


def test_duplicates_inside_one_batch_are_folded(together: GatedStore) -> None:
    entries = [an_entry(key="k") for _ in range(4)]
    answers = together.in_one_batch(entries)
    first = entries[0].events[0].id
    assert [4] == together.sizes
    assert [(Status.ACCEPTED, (first,))] + [(Status.DUPLICATE, (first,))] * 3 == [
        (answer.status, answer.event_ids) for answer in answers if isinstance(answer, Receipt)
    ]
    assert (4, 1) == (count(together.store.database, tables.requests), count(together.store.database, tables.events))


def test_duplicates_in_one_batch_of_an_earlier_request_all_get_its_event(together: GatedStore) -> None:
    first = an_entry(key="k")
    together.store.inbox.record(first)
    answers = together.in_one_batch([an_entry(key="k"), an_entry(key="k")])
    assert [(Status.DUPLICATE, (first.events[0].id,))] * 2 == [
        (answer.status, answer.event_ids) for answer in answers if isinstance(answer, Receipt)
    ]


def test_a_duplicate_of_a_list_gets_all_of_its_events(store: Store) -> None:
    events = [an_event(), an_event(), an_event()]
    store.inbox.record(an_entry(*events, key="k", is_list=True))
    repeated = store.inbox.record(an_entry(an_event(), an_event(), an_event(), key="k", is_list=True))
    assert (Status.DUPLICATE, tuple(event.id for event in events)) == (repeated.status, repeated.event_ids)


@pytest.mark.parametrize("inside_one_batch", [True, False])
def test_a_key_used_for_other_data_is_refused_and_leaves_no_row(together: GatedStore, inside_one_batch: bool) -> None:
    first, other = an_entry(key="k"), an_entry(key="k", digest=b"other")
    if inside_one_batch:
        _, refusal = together.in_one_batch([first, other])
    else:
        together.store.inbox.record(first)
        refusal = together.answer_to(other)
    assert isinstance(refusal, ContractViolation)
    assert (Violation("", refusal.detail),) == refusal.violations
    assert together.store.history.request(other.request.request_id) is None
    assert [first.events[0].id] == [item["id"] for item in together.store.history.events(ALL)]


@pytest.mark.parametrize(
    ("received", "status"),
    [(LATER - timedelta(microseconds=1), Status.DUPLICATE), (LATER, Status.ACCEPTED)],
)
def test_a_key_is_free_again_at_its_expiry(store: Store, received: datetime, status: Status) -> None:
    store.inbox.record(at(NOON))
    assert status == store.inbox.record(at(received)).status


def test_a_key_that_is_free_again_takes_other_data_and_is_counted_anew(store: Store) -> None:
    store.inbox.record(at(NOON))
    again = at(LATER, digest=b"other")
    store.inbox.record(again)
    repeated = store.inbox.record(at(LATER + timedelta(hours=23), digest=b"other"))
    assert (Status.DUPLICATE, (again.events[0].id,)) == (repeated.status, repeated.event_ids)


def test_two_sources_may_use_the_same_key(store: Store) -> None:
    assert Status.ACCEPTED == store.inbox.record(at(NOON)).status
    assert Status.ACCEPTED == store.inbox.record(at(NOON, source="crm")).status


def test_without_a_key_nothing_is_a_duplicate(store: Store) -> None:
    assert [Status.ACCEPTED] * 2 == [store.inbox.record(an_entry()).status for _ in range(2)]
    assert 0 == count(store.database, tables.idempotency)


def test_an_empty_key_is_a_key_like_any(store: Store) -> None:
    request = a_request(b"{}")
    store.inbox.record(an_entry(request=request, key=""))
    assert Status.DUPLICATE == store.inbox.record(an_entry(key="")).status


@pytest.mark.parametrize(("size", "bodies"), [(0, 0), (LARGE, 0), (LARGE + 1, 1), (3 * LARGE, 1)])
def test_a_large_body_is_kept_outside_the_hot_table_and_shown_whole(store: Store, size: int, bodies: int) -> None:
    body = bytes(ord("a") + number % 26 for number in range(size))
    request = a_request(body)
    store.inbox.record(an_entry(request=request))
    kept = store.history.request(request.request_id)
    assert kept is not None and (body.decode(), size) == (kept["body"], kept["bytes"])
    assert bodies == count(store.database, tables.bodies)
    with store.database.reading() as connection:
        assert (None if bodies else body) == connection.execute(select(tables.requests.c.body)).scalar_one()


def test_each_large_body_of_a_batch_stays_with_its_request(together: GatedStore) -> None:
    entries = [an_entry(request=a_request(letter * (LARGE + 1))) for letter in (b"a", b"b", b"c")]
    together.in_one_batch(entries)
    kept = [together.store.history.request(entry.request.request_id) for entry in entries]
    assert [entry.request.body.decode() for entry in entries] == [item["body"] for item in kept if item]


def test_secrets_in_headers_are_masked_before_they_are_stored(store: Store) -> None:
    headers = {"Authorization": "Basic cGJ4OnNlc2FtZQ==", "Cookie": "id=1", "X-Key": "sesame", "X-Call": "4711"}
    request = a_request(headers=headers)
    request.secrets |= {"x-key"}
    store.inbox.record(an_entry(request=request))
    kept = store.history.request(request.request_id)
    assert kept is not None
    masked = {"authorization": "••••", "cookie": "••••", "x-key": "••••", "x-call": "4711", "content-length": "0"}
    assert masked == kept["headers"]
    with store.database.reading() as connection:
        stored = str(connection.execute(select(tables.requests)).one())
    assert not any(secret in stored for secret in ("cGJ4OnNlc2FtZQ", "sesame", "id=1"))


def test_an_event_is_delivered_byte_for_byte_as_it_was_recorded(store: Store) -> None:
    event = an_event(subject=None, data='{"a":1.10,"a":"é\\u0000"}'.encode(), attributes={"x": "ü", "binding": "json"})
    store.inbox.record(an_entry(event))
    (delivery,) = Outbox(store.database, "worker").claim({"crm": 1}, NOON)
    assert event == delivery.event


def test_the_events_of_a_list_keep_their_order_and_duties(store: Store) -> None:
    events = [an_event(), an_event(), an_event()]
    duties = [[Duty("all", "crm"), Duty("all", "log")], [], [Duty("all", "log")]]
    entry = an_entry(*events, is_list=True)
    entry.duties = duties
    store.inbox.record(entry)
    assert [event.id for event in reversed(events)] == [item["id"] for item in store.history.events(ALL)]
    made = [(item["eventId"], item["destination"]) for item in store.history.deliveries(ALL)]
    assert [(events[0].id, "crm"), (events[0].id, "log"), (events[2].id, "log")] == made[::-1]


def test_of_two_routes_to_one_destination_the_later_has_a_webhook_id_of_its_own(store: Store) -> None:
    event = an_event()
    entry = an_entry(event)
    entry.duties = [[Duty("a", "crm"), Duty("a", "log"), Duty("b", "crm")]]
    store.inbox.record(entry)
    claimed = Outbox(store.database, "worker").claim({"crm": 9, "log": 9}, NOON)
    assert {("a", "crm", event.id), ("a", "log", event.id), ("b", "crm", f"{event.id}.b")} == {
        (delivery.route, delivery.destination, delivery.webhook_id) for delivery in claimed
    }


def test_a_request_is_kept_as_it_arrived(store: Store) -> None:
    request = a_request(b"\xff\x00{", headers={"Content-Type": "Application/JSON; charset=x"}, query="a=1&a=%20")
    request.binding = "json"
    store.inbox.record(an_entry(request=request))
    kept = store.history.request(request.request_id)
    assert kept is not None
    assert ("pbx", "POST", "/in/pbx", "a=1&a=%20", "json", "pbx", "2026-03-16T12:00:00Z", "accepted", 3) == tuple(
        kept[key] for key in ("source", "method", "path", "query", "binding", "caller", "receivedAt", "state", "bytes")
    )
    with store.database.reading() as connection:
        row = connection.execute(select(tables.requests)).one()
    assert (b"\xff\x00{", "application/json") == (row.body, row.content_type)


def test_the_window_of_a_key_is_the_entrys_own(store: Store) -> None:
    once = Once("k", b"", NOON + timedelta(seconds=1), range(1))
    short = Entry(a_request(), an_entry().caller, [an_event()], [[]], 1, once=[once])
    store.inbox.record(short)
    assert Status.ACCEPTED == store.inbox.record(at(NOON + timedelta(seconds=1))).status


def a_list(*keys: str, digest: bytes = b"same") -> Entry:
    """A list of events, each under a key of its own."""
    entry = an_entry(*(an_event() for _ in keys), is_list=True)
    entry.once = [Once(key, digest, LATER, range(place, place + 1)) for place, key in enumerate(keys)]
    return entry


def test_of_a_list_only_the_events_that_are_new_are_recorded(store: Store) -> None:
    first, second = a_list("a", "b"), a_list("b", "c")
    store.inbox.record(first)
    receipt = store.inbox.record(second)
    assert (first.events[1].id, second.events[1].id) == receipt.event_ids
    assert (Status.DUPLICATE, Status.ACCEPTED) == receipt.statuses
    assert 3 == count(store.database, tables.events)


def test_one_key_twice_in_a_list_is_one_event(store: Store) -> None:
    entry = a_list("a", "a")
    assert (entry.events[0].id,) * 2 == store.inbox.record(entry).event_ids


def test_a_list_that_is_refused_leaves_its_other_keys_free(together: GatedStore) -> None:
    together.in_one_batch([a_list("b")])
    refused, after = a_list("a", "b", digest=b"other"), a_list("a")
    answers = together.in_one_batch([refused, after])
    assert isinstance(answers[0], ContractViolation) and ["/1"] == [one.path for one in answers[0].violations]
    assert isinstance(answers[1], Receipt) and (Status.ACCEPTED,) == answers[1].statuses
