"""Messages become events: their attributes, subjects and times."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import count

import pytest

from gateway.model.contract import EventType, Type
from gateway.model.event import Event
from gateway.model.mapping import Mapping
from gateway.model.message import Message
from gateway.model.reading import Data
from gateway.model.request import Caller
from tests.builders import NAMESPACE, a_contract, a_field, a_request, an_event_type

ENDED = an_event_type(
    a_field("call_id"), a_field("duration", Type.DECIMAL), a_field("ended_at", Type.DATE_TIME), name="call.ended",
    subject="#call_id#", time="#ended_at#",
)  # fmt: skip


def events(*data: Data, kind: EventType = ENDED) -> list[Event]:
    request = a_request(b"{}", binding="json", headers={"authorization": "Basic secret"})
    numbers = count(1)
    messages = [Message(kind, one) for one in data]
    return Mapping.of("pbx", a_contract(kind)).events_from(
        messages, Caller("ana"), request, lambda: f"id-{next(numbers)}"
    )


def test_an_event_says_where_it_comes_from_and_who_sent_it() -> None:
    request = a_request(b"{}", binding="soap12")
    (event,) = Mapping.of("pbx", a_contract(ENDED)).events_from(
        [Message(ENDED, {})], Caller("ana"), request, lambda: "7"
    )
    assert ("7", "/in/pbx", "call.ended") == (event.id, event.source, event.type)
    expected = {
        "dataschema": f"{NAMESPACE}#call.ended",
        "receivedtime": "2026-03-16T12:00:00Z",
        "requestid": request.request_id,
        "caller": "ana",
        "binding": "soap12",
    }
    assert expected == event.attributes


def test_the_events_of_a_request_keep_its_order_and_have_ids_of_their_own() -> None:
    made = events({"call_id": "b"}, {"call_id": "a"}, {"call_id": "b"})
    assert [("id-1", "b"), ("id-2", "a"), ("id-3", "b")] == [(event.id, event.subject) for event in made]


def test_the_data_is_in_its_one_form() -> None:
    (event,) = events({"call_id": "Zoë", "duration": Decimal("1E+2")})
    assert '{"call_id":"Zoë","duration":100}' == event.data.decode()


@pytest.mark.parametrize(
    ("template", "data", "expected"),
    [
        ("", {"call_id": "4711"}, None),
        ("#call_id#", {"call_id": "4711"}, "4711"),
        ("#call_id#", {}, None),
        ("#call_id?#", {}, None),
        ("call/#call_id#", {"call_id": "#call_id#"}, "call/#call_id#"),
        ("#duration#", {"duration": Decimal("1E+2")}, "100"),
        ("fixed", {}, "fixed"),
    ],
)
def test_the_subject_is_rendered_or_there_is_none(template: str, data: Data, expected: str | None) -> None:
    (event,) = events(data, kind=an_event_type(*ENDED.fields, subject=template))
    assert expected == event.subject


@pytest.mark.parametrize(
    ("template", "data", "expected"),
    [
        ("#ended_at#", {"ended_at": "2026-03-16T11:00:00Z"}, "2026-03-16T11:00:00Z"),
        ("#ended_at#", {}, "2026-03-16T12:00:00Z"),
        ("#ended_at?#", {}, "2026-03-16T12:00:00Z"),
        ("", {"ended_at": "2026-03-16T11:00:00Z"}, "2026-03-16T12:00:00Z"),
    ],
)
def test_the_time_is_rendered_or_that_of_receipt(template: str, data: Data, expected: str) -> None:
    (event,) = events(data, kind=an_event_type(*ENDED.fields, time=template))
    assert expected == event.time


def test_no_secret_of_the_request_enters_an_event() -> None:
    (event,) = events({"call_id": "1"})
    assert "secret" not in json.dumps(dict(event.attributes)) + event.structured().decode()
