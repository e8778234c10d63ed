"""What names a contract gives its events, and by which it knows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.model.contract import Contract, _folded, fold, operation_of, path_of, split_words
from tests.builders import a_contract, an_event_type


@pytest.mark.parametrize(
    ("name", "operation", "path", "element"),
    [
        ("call.ended", "submitCallEnded", "call-ended", "callEnded"),
        ("agent.segment.ended", "submitAgentSegmentEnded", "agent-segment-ended", "agentSegmentEnded"),
        ("post-call", "submitPostCall", "post-call", "postCall"),
        ("order", "submitOrder", "order", "order"),
    ],
)
def test_an_event_is_named_for_every_dialect(name: str, operation: str, path: str, element: str) -> None:
    assert (operation, path, element) == (operation_of(name), path_of(name), an_event_type(name=name).element)


@given(name=some.text("aB_-.İ", max_size=80))
def test_a_name_is_folded_alike_whether_it_is_remembered_or_not(name: str) -> None:
    assert [_folded(name)] * 2 == [fold(name), fold(name)]


@pytest.mark.parametrize(
    "name", ["call-ended", "call.ended", "call_ended", "callEnded", "CALL-ENDED", "post-call", "postCall", "Post_Call"]
)
def test_an_event_goes_by_its_path_type_element_and_aliases(name: str) -> None:
    event = an_event_type(name="call.ended", aliases=("post-call",))
    assert event is a_contract(event, an_event_type(name="call.started")).event_named(name)


@pytest.mark.parametrize("name", ["", "call", "ended", "submitCallEnded", "call ended"])
def test_no_event_goes_by_another_name(name: str) -> None:
    assert a_contract().event_named(name) is None


def test_an_event_goes_by_a_path_of_its_own() -> None:
    event = an_event_type(name="call.ended")
    moved = type(event)(event.name, event.operation, "finished", event.fields)
    assert moved is a_contract(moved).event_named("Finished")


@pytest.mark.parametrize(("name", "expected"), [("calls", "Calls"), ("phone-calls", "PhoneCalls")])
def test_the_port_type_is_named_for_the_contract(name: str, expected: str) -> None:
    assert expected == Contract(name, "urn:x:y", 1, {}).service


@pytest.mark.parametrize("name", ["callStart", "call_start", "Call-Start", "CALLSTART", "call.start"])
def test_case_and_joints_fold_away(name: str) -> None:
    assert fold("callStart") == fold(name)
    assert fold("callStop") != fold(name)


def test_words_are_split_at_joints() -> None:
    words = split_words("Call.ended-by_agent")
    assert ["call", "ended", "by", "agent"] == words
