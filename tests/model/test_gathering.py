"""What a join makes of the events it gathered."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.model.gathering import Each, Gathering, Looked, Taken
from gateway.model.scope import Scope
from gateway.model.shape import Shape
from gateway.model.template import Template
from tests.builders import an_event

SEGMENT, DISPOSED, ENDED = "agent.segment.ended", "disposition.set", "call.ended"
AGENT, RESULT = Template.of("#agent_id#"), Looked(Shape.of("#said#"), (DISPOSED,), Template.of("#agent_id#"))
SEGMENTS = Gathering(
    {
        "segments": Each(
            (SEGMENT,),
            {"segment": Shape.of("#segment#"), "agent": Shape.of("#agent_id#"), "said": RESULT},
            Template.of("#segment#"),
        )
    }
)


def event(kind: str, **data: Any) -> Scope:
    return Scope(an_event(type=kind, data=json.dumps(data).encode()))


def segments(*scopes: Scope) -> list[dict[str, Any]]:
    made = json.loads(json.dumps(SEGMENTS.data(scopes)))
    found: list[dict[str, Any]] = made["segments"]
    return found


def test_a_value_is_of_the_last_event_that_has_it_or_of_the_first() -> None:
    scopes = [event("a", ani="1"), event("b", ani="2"), event("c", other="3")]
    ani = Shape.of("#ani#")
    assert {"last": "2", "first": "1", "of": "1"} == Gathering(
        {
            "last": Taken(ani),
            "first": Taken(ani, is_first=True),
            "of": Taken(ani, ("a", "x.*")),
            "no": Taken(ani, ("c",)),
        }
    ).data(scopes)


def test_a_value_may_be_a_table_and_what_its_event_lacks_leaves_it_out() -> None:
    who = Taken(Shape.of({"id": "#agent_id#", "name": "#name?#"}))
    scopes = [event("a", agent_id="7", name="Ana"), event("b", agent_id="8"), event("c", name="Ben")]
    assert {"who": {"id": "8"}} == Gathering({"who": who}).data(scopes)


def test_a_list_has_an_item_for_each_event_of_its_types_sorted_by_number() -> None:
    found = segments(event(SEGMENT, segment=10), event(SEGMENT, agent_id="7"), event(SEGMENT, segment=2), event(ENDED))
    assert [{"segment": "2"}, {"segment": "10"}, {"agent": "7"}] == found


def test_an_item_looks_at_the_event_that_has_the_same() -> None:
    found = segments(
        event(DISPOSED, agent_id="7", said="Sold"),
        event(SEGMENT, segment=2, agent_id="8"),
        event(SEGMENT, segment=1, agent_id="7"),
        event(DISPOSED, agent_id="9", said="Lost"),
    )
    assert ["Sold", None] == [one.get("said") for one in found]


def test_two_items_with_the_same_get_an_event_each_and_the_last_gets_the_last() -> None:
    twice = [event(SEGMENT, segment=1, agent_id="7"), event(SEGMENT, segment=2, agent_id="7")]
    said = [event(DISPOSED, agent_id="7", said=text) for text in ("one", "two", "three")]
    assert ["one", "one"] == [one["said"] for one in segments(*twice, *said[:1])]
    assert ["one", "two"] == [one["said"] for one in segments(*twice, *said[:2])]
    assert ["one", "three"] == [one["said"] for one in segments(*twice, *said)]
    assert ["three"] == [one["said"] for one in segments(*twice[:1], *said)]


def test_without_fields_all_events_are_there_whole() -> None:
    scope = event("a", ani="1")
    (whole,) = Gathering({}).data([scope])["events"]
    assert (scope.event.id, "a", {"ani": "1"}) == (whole["id"], whole["type"], whole["data"])


@given(st.permutations(range(7)))
def test_a_call_is_the_same_whatever_order_its_events_came_in(order: list[int]) -> None:
    scopes = [
        event(SEGMENT, segment=1, agent_id="7"),
        event(SEGMENT, segment=2, agent_id="8"),
        event(SEGMENT, segment=3, agent_id="9"),
        event(DISPOSED, agent_id="8", said="B"),
        event(DISPOSED, agent_id="7", said="A"),
        event(ENDED, duration=5),
        event("call.dequeued", queue="q"),
    ]
    assert segments(*scopes) == segments(*(scopes[place] for place in order))
