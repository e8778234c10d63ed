"""`gateway joins list|show`, against a store that is filled."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from gateway.model.join import Membership
from gateway.settings import Document
from tests.builders import NOON, a_request, an_entry, an_event
from tests.cli.conftest import Run, opened


@pytest.fixture
def gathered(document: Document) -> str:
    """The id of an event of the key 4711; before it, there were two of other keys."""
    store = opened(document)
    event = an_event()
    for key, one in (("1", an_event()), ("2", an_event()), ("4711", event)):
        place = Membership("calls", key, ends=False, settle=timedelta(minutes=2), longest=timedelta(hours=4))
        store.inbox.record(an_entry(one, request=a_request(b"{}", received_at=NOON), memberships=[[place]]))
    store.close()
    return event.id


@pytest.mark.usefixtures("gathered")
def test_keys_are_listed_newest_first(run: Run) -> None:
    code, out, err = run("joins", "list", "--json", "--limit", "2")
    assert (0, "", ["4711", "2"]) == (code, err, [json.loads(line)["key"] for line in out.splitlines()])
    last = json.loads(out.splitlines()[-1])["id"]
    assert "1" == json.loads(run("joins", "list", "--json", "--after", last)[1])["key"]
    assert {"id", "name", "key", "state", "events", "version", "openedAt", "dueAt", "emittedAt"} == set(
        json.loads(out.splitlines()[0])
    )


@pytest.mark.usefixtures("gathered")
def test_a_table_is_for_people(run: Run) -> None:
    heading, first, *_ = run("joins", "list")[1].splitlines()
    assert ["openedAt", "id", "name", "key", "state", "events", "version", "dueAt"] == heading.split()
    assert ["calls", "4711", "open", "1", "0", "2026-03-16T16:00:00Z"] == first.split()[2:]
    assert "none\n" == run("joins", "list", "--name", "others")[1]


def test_a_key_is_shown_whole(run: Run, gathered: str) -> None:
    code, out, _ = run("joins", "show", "calls", "4711")
    assert (0, [gathered]) == (code, [one["id"] for one in json.loads(out)["eventList"]])


@pytest.mark.usefixtures("gathered")
def test_a_key_that_nothing_has_is_a_slip_of_the_pen(run: Run) -> None:
    code, _, err = run("joins", "show", "calls", "4712")
    assert 2 == code
    assert "join 'calls' has no key '4712'" in err
