"""`gateway routes list|explain`: which way events go, and why."""

from __future__ import annotations

import json

import pytest

from gateway.settings import Document
from tests.cli.conftest import Filled, Run
from tests.configured import ANYBODY, JOURNAL, a_document

ROUTES = """
[routes.off]
to = "crm"
active = false
[routes.others]
from = "web"
to = "crm"
[routes.started]
events = "agent.segment.ended"
to = "crm"
[routes.long]
when = "data.duration > 100000"
to = "crm"
[routes.odd]
when = "data.ani > 5"
to = "crm"
[routes.taken]
fields = { agent = "#agent_id#", id = "#call_id#" }
to = "crm"
"""


@pytest.fixture
def document(document: Document) -> Document:
    web = ANYBODY.replace("sources.pbx", "sources.web")
    return a_document(document.folder, ANYBODY + web + JOURNAL + ROUTES)


def explained(run: Run, *arguments: str) -> dict[str, dict[str, object]]:
    code, out, err = run("routes", "explain", "--json", *arguments)
    assert (0, "") == (code, err)
    return {one["route"]: one for one in map(json.loads, out.splitlines())}


def test_each_route_says_why_it_takes_an_event_or_not(run: Run) -> None:
    told = explained(run, "--sample", "call.ended")
    assert {
        "long": "its condition is not met: data.duration > 100000",
        "off": "it is inactive",
        "others": "it takes nothing from /in/pbx, but from /in/web",
        "started": "it takes no call.ended, but agent.segment.ended",
        "taken": "it takes events such as this",
    } == {name: one["why"] for name, one in told.items() if name != "odd"}
    assert str(told["odd"]["why"]).startswith("its condition can't be told, so there would be a dead letter: ")
    assert ["taken"] == [name for name, one in told.items() if one["takes"]]


def test_it_shows_what_would_be_sent(run: Run) -> None:
    told = explained(run, "--sample", "call-ended", "--source", "web")
    assert told["others"]["takes"]
    sent = told["taken"]["sent"]
    assert isinstance(sent, dict)
    assert {"agent": "1369310", "id": "202603161015020132120000041177"} == json.loads(sent["crm"])


def test_a_stored_event_is_explained_with_its_own_data(run: Run, filled: Filled) -> None:
    told = explained(run, filled.delivered.id)
    assert {"crm": "a dead letter: unresolved tag #agent_id#"} == told["taken"]["sent"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "either the id of an event or --sample"),
        (("x", "--sample", "call.ended"), "either the id of an event or --sample"),
        (
            ("--sample", "call.lost"),
            "no event type 'call.lost' is configured; there are: agent.connected, agent.segment.ended,",
        ),
        (("no-such-event",), "no event no-such-event"),
    ],
)
@pytest.mark.usefixtures("filled")
def test_what_is_asked_wrongly_is_told(run: Run, arguments: tuple[str, ...], why: str) -> None:
    code, _, err = run("routes", "explain", *arguments)
    assert 2 == code
    assert why in err


def test_the_list_says_where_each_leads(run: Run) -> None:
    code, out, _ = run("routes", "list")
    assert 0 == code
    assert "long: * from everywhere, when data.duration > 100000 → crm" in out.splitlines()
    names = [json.loads(line)["name"] for line in run("routes", "list", "--json")[1].splitlines()]
    assert sorted(names) == names
