"""The contract that is shipped names its fields as RingCX does too."""

from __future__ import annotations

import pytest

from gateway.model.contract import Contract, Type, fold

ALIASES = {
    "call_id": "uii",
    "account_id": "",
    "ani": "",
    "dnis": "",
    "call_start": "",
    "duration": "",
    "queue_id": "gate_id",
    "queue_name": "gate_name",
    "agent_id": "",
    "agent_username": "",
    "agent_external_id": "agent_externid",
    "agent_first_name": "",
    "agent_last_name": "",
    "segment": "session_id",
    "segment_duration": "sess_duration",
    "call_result": "",
    "disposition": "agent_disposition",
    "notes": "agent_notes",
    "recording_url": "",
    "agent_recording_url": "sess_agent_perspective_recording_url",
}
TYPES = {
    "call_start": Type.DATE_TIME,
    "duration": Type.DURATION,
    "segment": Type.INTEGER,
    "segment_duration": Type.DURATION,
}
EVENTS = ["call.ended", "agent.segment.ended"]


def test_it_has_two_events(calls: Contract) -> None:
    assert ("calls", "urn:endpoint-gateway:calls:v1", 1, EVENTS) == (
        calls.name, calls.namespace, calls.version, list(calls.events)
    )  # fmt: skip


@pytest.mark.parametrize("event", EVENTS)
def test_each_event_has_the_twenty_fields_in_their_order(calls: Contract, event: str) -> None:
    fields = calls.events[event].fields
    assert list(ALIASES) == [field.name for field in fields]
    assert {name: TYPES.get(name, Type.STRING) for name in ALIASES} == {field.name: field.type for field in fields}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(("name", "alias"), [pair for pair in ALIASES.items() if pair[1]])
def test_a_field_goes_by_its_ringcx_name(calls: Contract, event: str, name: str, alias: str) -> None:
    (field,) = [one for one in calls.events[event].fields if fold(alias) in map(fold, one.aliases)]
    assert name == field.name


@pytest.mark.parametrize("event", EVENTS)
def test_only_the_call_is_required_and_it_is_the_subject(calls: Contract, event: str) -> None:
    declared = calls.events[event]
    assert ["call_id"] == [field.name for field in declared.fields if field.required]
    assert "#call_id#" == declared.subject


@pytest.mark.parametrize("event", EVENTS)
def test_every_field_is_documented_with_an_example(calls: Contract, event: str) -> None:
    assert [] == [field.name for field in calls.events[event].fields if not (field.doc and field.example)]


@pytest.mark.parametrize(("name", "event"), [("post-call", "call.ended"), ("agent-termination", "agent.segment.ended")])
def test_an_event_goes_by_its_ringcx_name(calls: Contract, name: str, event: str) -> None:
    assert calls.events[event] is calls.event_named(name)
