"""`gateway calls list|show`, against a store that is filled."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Filled, Run

KEYS = {"id", "first", "last", "events", "agents", "ended", "recordings", "versions"}


@pytest.mark.usefixtures("filled")
def test_calls_are_listed_newest_first(run: Run) -> None:
    code, out, err = run("calls", "list", "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert (0, "", ["4712", "4711"]) == (code, err, [one["id"] for one in found])
    assert [KEYS] * 2 == [set(one) for one in found]
    assert "4711" == json.loads(run("calls", "list", "--json", "--after", "4712")[1])["id"]


@pytest.mark.usefixtures("filled")
def test_a_table_is_for_people(run: Run) -> None:
    heading, _, first = run("calls", "list")[1].splitlines()
    assert ["first", "last", "id", "events", "agents", "ended", "recordings", "versions"] == heading.split()
    assert ["4711", "1", "-", "yes", "0", "-"] == first.split()[2:]


def test_one_is_shown_as_a_time_line_with_how_far_its_events_came(run: Run, filled: Filled) -> None:
    code, out, _ = run("calls", "show", "4711")
    assert 0 == code
    assert "call ended" in out
    assert f"call.ended {filled.delivered.id}: 1 delivered" in out
    assert f"agent.segment.ended {filled.dead.id}: 1 dead" in run("calls", "show", "4712")[1]


def test_one_is_shown_whole_as_json(run: Run, filled: Filled) -> None:
    found = json.loads(run("calls", "show", "--json", "4711")[1])
    assert KEYS | {"timeline", "eventList"} == set(found)
    assert [filled.delivered.id] == [fact["eventId"] for fact in found["timeline"]]


@pytest.mark.usefixtures("filled")
def test_a_call_that_there_is_not_is_a_slip_of_the_pen(run: Run) -> None:
    code, _, err = run("calls", "show", "4713")
    assert 2 == code
    assert "no call '4713'" in err
