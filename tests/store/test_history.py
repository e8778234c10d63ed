"""Lists, newest first, and single rows whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import Malformed
from gateway.model.delivery import Outcome, State
from gateway.store.history import History, Selection
from gateway.store.items import Item
from gateway.store.outbox import Outbox
from gateway.store.store import Store
from tests.builders import NOON, a_request, an_attempt, an_entry, an_event

MINUTE = timedelta(minutes=1)
List = Callable[[History, Selection], Iterator[Item]]
LISTS = [History.events, History.deliveries, History.requests]


@pytest.fixture
def seven(store: Store) -> Store:
    """Seven requests, a minute apart, each with one event and one delivery; the sources and types take turns."""
    for number in range(7):
        source, type_ = ("pbx", "call.ended") if number % 2 else ("crm", "call.started")
        request = a_request(b"{}", source=source, received_at=NOON + number * MINUTE)
        event = an_event(source=f"/in/{source}", type=type_, subject=str(number % 3))
        store.inbox.record(an_entry(event, request=request))
    return store


def minutes(items: Iterator[Item]) -> list[int]:
    """The numbers of the minutes in which items came."""
    return [int((item["receivedAt"] if "receivedAt" in item else item["createdAt"])[14:16]) for item in items]


@pytest.mark.parametrize("listed", LISTS)
def test_a_list_is_newest_first(seven: Store, listed: List) -> None:
    assert [6, 5, 4, 3, 2, 1, 0] == minutes(listed(seven.history, Selection()))


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize(("limit", "length"), [(0, 7), (1, 1), (7, 7), (50, 7)])
def test_a_list_is_as_long_as_its_limit(seven: Store, listed: List, limit: int, length: int) -> None:
    assert length == len(list(listed(seven.history, Selection(limit=limit))))


def test_fifty_are_listed_where_no_limit_is_set(store: Store) -> None:
    store.inbox.record(an_entry(*(an_event() for _ in range(60)), is_list=True))
    assert 50 == len(list(store.history.events(Selection())))
    assert 60 == len(list(store.history.events(Selection(limit=0))))


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_follow_each_other_without_gap_or_repeat(seven: Store, listed: List, limit: int) -> None:
    pages: list[int] = []
    after: str | None = None
    while page := list(listed(seven.history, Selection(limit=limit, after=after))):
        pages += minutes(iter(page))
        assert len(pages) <= 7
        after = page[-1]["id"]
        seven.inbox.record(an_entry())  # what comes in between is newer, and moves no page
    assert [6, 5, 4, 3, 2, 1, 0] == pages


@pytest.mark.parametrize("listed", LISTS)
def test_pages_keep_the_lists_conditions(seven: Store, listed: List) -> None:
    first = list(listed(seven.history, Selection(limit=2, source="pbx")))
    second = listed(seven.history, Selection(limit=2, source="pbx", after=first[-1]["id"]))
    assert ([5, 3], [1]) == (minutes(iter(first)), minutes(second))


@pytest.mark.parametrize("listed", LISTS)
def test_nothing_is_older_than_a_row_that_is_not_there(seven: Store, listed: List) -> None:
    assert [] == list(listed(seven.history, Selection(after="nobody")))


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"source": "pbx"}, [5, 3, 1]),
        ({"source": "nobody"}, []),
        ({"since": NOON + 5 * MINUTE}, [6, 5]),
        ({"until": NOON + 2 * MINUTE}, [1, 0]),
        ({"since": NOON + MINUTE, "until": NOON + 4 * MINUTE, "source": "crm"}, [2]),
    ],
)
@pytest.mark.parametrize("listed", LISTS)
def test_a_list_has_only_what_is_selected(
    seven: Store, listed: List, conditions: dict[str, Any], expected: list[int]
) -> None:
    assert expected == minutes(listed(seven.history, Selection(**conditions)))


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"type": "call.ended"}, [5, 3, 1]),
        ({"type": "call"}, []),
        ({"subject": "0"}, [6, 3, 0]),
        ({"type": "call.ended", "subject": "0"}, [3]),
        ({"state": "delivered"}, [0]),
        ({"state": "claimed"}, [2]),
        ({"state": "dead"}, [1]),
        ({"state": "waiting"}, [6, 5, 4, 3]),
        ({"state": "waiting", "type": "call.ended"}, [5, 3]),
        ({"state": "cancelled"}, []),
    ],
)
@pytest.mark.parametrize("listed", [History.events, History.deliveries])
def test_events_and_deliveries_are_selected_by_type_subject_and_state(
    seven: Store, listed: List, conditions: dict[str, Any], expected: list[int]
) -> None:
    outbox = Outbox(seven.database, "worker")
    delivered, dead, _ = outbox.claim({"crm": 3}, NOON + 9 * MINUTE)
    outbox.settle([an_attempt(delivered), an_attempt(dead, Outcome.REFUSED)], NOON + 9 * MINUTE)
    assert expected == minutes(listed(seven.history, Selection(**conditions)))


@pytest.mark.parametrize(
    ("state", "number"), [("accepted", 0), ("duplicate", 1), ("refused", 2), ("quarantined", None)]
)
def test_requests_are_selected_by_state(store: Store, state: str, number: int | None) -> None:
    entries = [an_entry(key="k"), an_entry(key="k")]
    refused = a_request()
    for entry in entries:
        store.inbox.record(entry)
    store.inbox.refused(refused, Malformed("not JSON"))
    store.inbox.flush()
    made = [entries[0].request.request_id, entries[1].request.request_id, refused.request_id]
    expected = [] if number is None else [made[number]]
    assert expected == [item["id"] for item in store.history.requests(Selection(state=state))]


def test_refused_requests_are_paged_and_selected_too(store: Store) -> None:
    for number in range(5):
        source = "pbx" if number % 2 else "nobody"
        store.inbox.refused(a_request(source=source, received_at=NOON + number * MINUTE), Malformed("not JSON"))
    store.inbox.flush()

    def listed(**more: Any) -> list[Item]:
        return list(store.history.requests(Selection(state="refused", **more)))

    first = listed(limit=2)
    assert ([4, 3], [2, 1, 0]) == (minutes(iter(first)), minutes(iter(listed(after=first[-1]["id"]))))
    assert [3, 1] == minutes(iter(listed(source="pbx")))
    assert [3, 2] == minutes(iter(listed(since=NOON + 2 * MINUTE, until=NOON + 4 * MINUTE)))


def test_the_items_of_a_list_say_what_is_promised(store: Store) -> None:
    entry = an_entry(to=("crm", "log"))
    entry.request.binding = "json"
    store.inbox.record(entry)
    event = entry.events[0]
    (event_item,) = store.history.events(Selection())
    log, crm = store.history.deliveries(Selection())
    (request_item,) = store.history.requests(Selection())
    assert {
        "id": event.id, "type": "call.ended", "source": "/in/pbx", "subject": "4711", "time": "2026-03-16T12:00:00Z",
        "receivedAt": "2026-03-16T12:00:00Z", "requestId": entry.request.request_id, "binding": "json",
        "caller": "pbx", "deliveries": {"waiting": 2, "claimed": 0, "delivered": 0, "dead": 0, "cancelled": 0},
    } == event_item  # fmt: skip
    assert {
        "id": "1", "eventId": event.id, "eventType": "call.ended", "source": "/in/pbx", "subject": "4711",
        "route": "all", "destination": "crm", "state": "waiting", "attempts": 0, "reason": None,
        "dueAt": "2026-03-16T12:00:00Z", "createdAt": "2026-03-16T12:00:00Z", "finishedAt": None, "replay": None,
    } == crm  # fmt: skip
    assert crm | {"id": "2", "destination": "log"} == log
    assert {
        "id": entry.request.request_id, "source": "pbx", "state": "accepted", "method": "POST", "path": "/in/pbx",
        "binding": "json", "caller": "pbx", "receivedAt": "2026-03-16T12:00:00Z", "reason": None, "violations": [],
        "eventIds": [event.id],
    } == request_item  # fmt: skip


def test_an_event_whole_is_the_cloudevent_and_its_deliveries(store: Store) -> None:
    event = an_event(data=b'{"call_id":"4711","duration":1.5}')
    store.inbox.record(an_entry(event, to=("crm", "log")))
    found = store.history.event(event.id)
    assert found is not None
    whole = {
        "specversion": "1.0", "id": event.id, "source": "/in/pbx", "type": "call.ended", "subject": "4711",
        "time": "2026-03-16T12:00:00Z", "datacontenttype": "application/json", **event.attributes,
        "data": {"call_id": "4711", "duration": 1.5},
    }  # fmt: skip
    assert whole == found["event"]
    assert ["crm", "log"] == [item["destination"] for item in found["deliveryList"]]


@pytest.mark.parametrize("shown", [History.event, History.delivery, History.request])
@pytest.mark.parametrize("identity", ["", "0", "-1", "nobody", "²", "1; DROP TABLE events"])
def test_what_is_not_there_is_none(store: Store, shown: Callable[[History, str], Item | None], identity: str) -> None:
    store.inbox.record(an_entry())
    assert shown(store.history, identity) is None


def test_a_backlog_is_counted_by_destination_and_state(store: Store) -> None:
    for _ in range(3):
        store.inbox.record(an_entry(to=("crm", "log")))
    Outbox(store.database, "worker").claim({"crm": 2}, NOON)
    counted = [store.history.backlog("crm", state) for state in (State.WAITING, State.CLAIMED, State.DEAD)]
    assert ([1, 2, 0], 3) == (counted, store.history.backlog("log", State.WAITING))
    assert 0 == store.history.backlog("nobody", State.WAITING)


def test_what_waits_for_a_destination_that_is_not_configured_is_named(store: Store) -> None:
    store.inbox.record(an_entry(to=("crm", "old")))
    store.inbox.record(an_entry(to=("crm", "old")))
    assert [("old", 2)] == store.history.unconfigured({"crm", "log"})


def test_the_oldest_waiting_delivery_of_a_destination(store: Store) -> None:
    assert store.history.oldest_waiting("crm") is None
    for minute in (2, 1, 3):
        store.inbox.record(an_entry(request=a_request(b"{}", received_at=NOON + minute * MINUTE)))
    assert NOON + MINUTE == store.history.oldest_waiting("crm")
    Outbox(store.database, "worker").claim({"crm": 2}, NOON + 9 * MINUTE)
    assert NOON + 3 * MINUTE == store.history.oldest_waiting("crm")
    assert store.history.oldest_waiting("log") is None
