"""The store as one thing: opened, used, closed."""

from __future__ import annotations

from contextlib import closing

from gateway.errors import Malformed
from gateway.store.history import Selection
from gateway.store.migrate import migrate
from gateway.store.place import Place
from gateway.store.store import open_store
from tests.builders import a_request, an_entry


def test_what_was_recorded_is_there_when_it_is_opened_again(place: Place) -> None:
    entry = an_entry()
    with closing(open_store(place)) as store:
        migrate(store.database)
        store.inbox.record(entry)
    with closing(open_store(place)) as store:
        assert [entry.events[0].id] == [item["id"] for item in store.history.events(Selection())]


def test_closing_writes_the_refusals_that_still_wait(place: Place) -> None:
    request = a_request()
    with closing(open_store(place)) as store:
        migrate(store.database)
        store.inbox.refused(request, Malformed("not JSON"))
    with closing(open_store(place)) as store:
        assert store.history.request(request.request_id) is not None


def test_it_tells_of_each_commit_and_that_there_is_something_to_deliver(place: Place) -> None:
    told: list[tuple[int, bool]] = []
    rung: list[bool] = []
    opened = open_store(
        place, woke=lambda: rung.append(True), commits=lambda size, seconds: told.append((size, seconds >= 0))
    )
    with closing(opened) as store:
        migrate(store.database)
        store.inbox.record(an_entry())
        store.inbox.record(an_entry())
    assert ([(1, True)] * 2, [True] * 2) == (told, rung)
