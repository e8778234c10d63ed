"""The contract that is shipped: a phone call, step by step, its fields by RingCX's names too."""

from __future__ import annotations

import pytest

from gateway.model.contract import Contract, EventType, Type

EVENTS = {
    "call.ended": "post-call",
    "agent.segment.ended": "agent-termination",
    "call.started": "call-start",
    "call.dequeued": "dequeue",
    "agent.connected": "agent-connect",
    "transfer.ended": "transfer-termination",
    "disposition.set": "post-disposition",
}
FIRST = [
    "call_id", "account_id", "ani", "dnis", "call_start", "duration", "queue_id", "queue_name", "agent_id",
    "agent_username", "agent_external_id", "agent_first_name", "agent_last_name", "segment", "segment_duration",
    "call_result", "disposition", "notes", "recording_url", "agent_recording_url",
]  # fmt: skip
"""Of the first version: a client that was generated from it sends them in this order."""
OTHER_NAMES = {
    "uii": "call_id", "interactionId": "call_id", "subAccountId": "account_id", "callDirection": "direction",
    "call_type": "direction", "lead_phone": "ani", "channelEndpointAddress": "ani", "contactEndpointAddress": "dnis",
    "callStartDts": "call_start", "call_dts": "call_start", "call_duration": "duration", "gate_id": "queue_id",
    "gateName": "queue_name", "call_source_id": "queue_id", "queue_time": "queue_duration",
    "agent_externid": "agent_external_id", "agent_extern_id": "agent_external_id", "username": "agent_username",
    "agent_fname": "agent_first_name", "sessionId": "segment", "sess_duration": "segment_duration",
    "agent_duration": "segment_duration", "sec_on_hold": "hold_duration", "on_hold": "hold_duration",
    "agent_wrap_time": "wrap_duration", "agent_wait_time": "agent_wait_duration", "call_state": "call_result",
    "outbound_disposition": "system_disposition", "pass_disposition": "system_disposition",
    "agent_disposition": "disposition", "agent_notes": "notes", "connectedTermParty": "term_party",
    "segmentRecordingURL": "recording_url", "sess_agent_perspective_recording_url": "agent_recording_url",
    "extern_id": "lead_external_id", "outbound_externid": "lead_external_id", "xfer_dest": "transfer_phone",
    "transfer_disp": "transfer_disposition", "list_desc": "list_description", "gate_desc": "queue_description",
}  # fmt: skip
"""That RingCX, its reports and its interfaces have for fields of `call.ended`."""
TYPES = {
    "call_start": Type.DATE_TIME, "enqueue_time": Type.DATE_TIME, "dequeue_time": Type.DATE_TIME,
    "duration": Type.DURATION, "queue_duration": Type.DURATION, "segment_duration": Type.DURATION,
    "segment": Type.INTEGER, "lead_passes": Type.INTEGER, "transferred": Type.BOOLEAN, "latitude": Type.DECIMAL,
}  # fmt: skip


@pytest.fixture(params=EVENTS)
def event(calls: Contract, request: pytest.FixtureRequest) -> EventType:
    return calls.events[request.param]


def test_it_has_the_seven_events_of_a_call(calls: Contract) -> None:
    assert ("calls", "urn:endpoint-gateway:calls:v1", 1, list(EVENTS)) == (
        calls.name, calls.namespace, calls.version, list(calls.events)
    )  # fmt: skip


@pytest.mark.parametrize(("event", "webhook"), EVENTS.items())
def test_an_event_goes_by_its_ringcx_name(calls: Contract, event: str, webhook: str) -> None:
    assert calls.events[event] is calls.event_named(webhook)


@pytest.mark.parametrize("event", ["call.ended", "agent.segment.ended"])
def test_a_client_of_the_first_version_still_sends_in_order(calls: Contract, event: str) -> None:
    assert FIRST == [one.name for one in calls.events[event].fields if one.name in FIRST]


@pytest.mark.parametrize(("other", "name"), OTHER_NAMES.items())
def test_a_field_goes_by_its_ringcx_names(calls: Contract, other: str, name: str) -> None:
    aliases = {alias.replace("_", "").lower(): one.name for one in calls.events["call.ended"].fields
               for alias in (*one.aliases, one.name)}  # fmt: skip
    assert name == aliases[other.replace("_", "").lower()]


def test_fields_are_typed(calls: Contract) -> None:
    fields = {one.name: one.type for one in calls.events["call.ended"].fields}
    assert TYPES == {name: fields[name] for name in TYPES}


def test_only_the_call_is_required_and_it_is_the_subject(event: EventType) -> None:
    assert (("call_id",), "#call_id#") == (event.required, event.subject)


def test_every_field_is_documented_with_an_example(event: EventType) -> None:
    assert [] == [one.name for one in event.fields if not (one.doc and one.example)]
    assert event.doc


def test_a_field_is_the_same_in_every_event(calls: Contract) -> None:
    alike: dict[str, set[str]] = {}
    for event in calls.events.values():
        for one in event.fields:
            alike.setdefault(one.name, set()).add(repr(one))
    assert {1} == {len(kinds) for kinds in alike.values()}
