"""What an event says of a call: facts, each with its own time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.model.call_facts import LONGEST, Fact, agent_of, facts_of, is_end
from gateway.model.event import Event
from tests.builders import NOON, an_event


def event(kind: str, source: str = "/in/pbx", time: str = "2026-03-16T12:00:00Z", **data: Any) -> Event:
    return an_event(type=kind, source=source, time=time, data=json.dumps(data).encode())


def facts(of: Event) -> list[Fact]:
    return list(facts_of(of, NOON))


@pytest.mark.parametrize(
    ("kind", "data", "what", "detail"),
    [
        ("agent.connected", {"segment": 1, "queue_name": "S"}, "agent connected", {"segment": 1, "queue": "S"}),
        ("agent.segment.ended", {"segment": 2, "segment_duration": 30}, "segment ended", {"segment": 2, "seconds": 30}),
        ("transfer.ended", {"transfer_phone": "1", "transfer_type": "C"}, "transfer ended", {"to": "1", "type": "C"}),
        ("disposition.set", {"disposition": "Resolved"}, "disposition", {"disposition": "Resolved"}),
        ("call.ended", {"call_result": "DONE", "duration": 9}, "call ended", {"result": "DONE", "seconds": 9}),
        ("recording.stored", {"path": "a.wav", "size": 4}, "recording stored", {"path": "a.wav", "bytes": 4}),
        ("call.dequeued", {"queue_name": "Support"}, "queue left", {"queue": "Support"}),
        ("order.placed", {"number": 4}, "order.placed", {}),
    ],
)  # fmt: skip
def test_each_type_has_its_words(kind: str, data: dict[str, Any], what: str, detail: dict[str, Any]) -> None:
    (fact,) = facts(event(kind, agent_id="7", **data))
    assert ("2026-03-16T12:00:00Z", what, "7", detail) == (fact.at, fact.what, fact.agent, fact.detail)


def test_times_of_its_own_make_facts_of_their_own() -> None:
    made = event(
        "call.dequeued", call_start="2026-03-16T11:00:00Z", ani="1", enqueue_time="2026-03-16T11:00:05Z",
        dequeue_time="2026-03-16T11:00:27Z", queue_name="Support", queue_duration=22, agent_id="7",
    )  # fmt: skip
    assert [
        ("2026-03-16T11:00:00Z", "call began", None, {"from": "1"}),
        ("2026-03-16T11:00:05Z", "queue entered", None, {"queue": "Support"}),
        ("2026-03-16T11:00:27Z", "queue left", "7", {"queue": "Support", "seconds": 22}),
    ] == [(fact.at, fact.what, fact.agent, fact.detail) for fact in facts(made)]


def test_what_a_join_made_is_a_version_of_it() -> None:
    (fact,) = facts(event("call.completed", "/joins/calls", call_start="2026-03-16T11:00:00Z", version=2, ended=True))
    assert ("call.completed", {"version": 2, "ended": True}) == (fact.what, fact.detail)


@pytest.mark.parametrize("wrong", [7, "yesterday", "", None, ["2026-03-16T11:00:00Z"]])
def test_what_is_no_time_is_no_fact(wrong: object) -> None:
    assert ["call ended"] == [fact.what for fact in facts(event("call.ended", call_start=wrong))]


def test_where_the_events_time_is_none_that_of_receipt_counts() -> None:
    assert ["2026-03-16T12:00:00Z"] == [fact.at for fact in facts(event("x", time="soon"))]
    assert ["2026-03-16T10:00:00Z"] == [fact.at for fact in facts(event("x", time="2026-03-16T12:00:00+02:00"))]


def test_lists_and_objects_are_left_to_the_event() -> None:
    assert [{}] == [fact.detail for fact in facts(event("disposition.set", disposition=["a"]))]


@pytest.mark.parametrize("data", [b"[1]", b'{"agent_id":"7","x":"%s"}' % (b"x" * LONGEST)])
def test_what_can_not_be_looked_into_is_a_fact_all_the_same(data: bytes) -> None:
    made = an_event(data=data)
    assert (["call ended"], None) == ([fact.what for fact in facts(made)], agent_of(made))


def test_a_call_is_over_when_it_says_so_or_its_join() -> None:
    assert is_end(event("call.ended"))
    assert is_end(event("call.completed", "/joins/calls", ended=True))
    assert not is_end(event("call.completed", "/joins/calls", ended=False))
    assert not is_end(event("agent.segment.ended", ended=True))
