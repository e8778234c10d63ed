"""Tags that name what there is not are told when a configuration is read."""

from __future__ import annotations

import pytest

from gateway.model.contract import Type
from gateway.model.tag_names import faults
from gateway.model.template import Template
from tests.builders import a_field, an_event_type

LEG = a_field("legs", Type.OBJECT, list=True, fields=(a_field("to"), a_field("at", Type.DATE_TIME)))
ENDED = an_event_type(a_field("call_id"), a_field("duration", Type.DURATION), a_field("at", Type.DATE_TIME), LEG)
STARTED = an_event_type(a_field("call_id"), a_field("queue"), name="call.started")


def told(tag: str, *given: str) -> list[str]:
    return list(faults(Template.of(tag, lambda _name: None).tags, [ENDED, STARTED], given))  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(
    "tag",
    [
        "#call_id#", "#queue?#", "#legs#", "#legs.0.to#", "#legs.0.at|%Y#", "#extra.anything#", "#event.id#",
        "#event.data.queue#", "#event.time|%Y#", "#request.headers.x-y#", "#request.operation#", "#caller.name#",
        "#duration|.2f#", "#call_id|03d#",
    ],
)  # fmt: skip
def test_what_some_event_has_may_be_named(tag: str) -> None:
    assert [] == told(tag)


@pytest.mark.parametrize(
    ("tag", "why"),
    [
        ("#call_idd#", "did you mean #call_id#?"),
        ("#nothing#", "there are: at, call_id, duration, legs, queue"),
        ("#legs.0.nope#", "no event type"),
        ("#call_id.x#", "no event type"),
        ("#event.nope#", "an event has"),
        ("#event.data.nope#", "no event type"),
        ("#request.body#", "a request has method, operation and headers.NAME"),
        ("#request.headers#", "headers.NAME"),
        ("#caller.rank#", "a caller has a name"),
        ("#item.Id#", "imported WSDL"),
        ("#at|.2f#", "is not a number"),
        ("#duration|%Y#", "is not a time"),
        ("#event.id|%Y#", "is not a time"),
        ("#legs|%Y#", "is not a time"),
    ],
)
def test_what_none_has_is_told_with_what_there_is(tag: str, why: str) -> None:
    (fault,) = told(tag)
    assert fault.startswith(tag.partition("|")[0].rstrip("#") + "#")
    assert why in fault


def test_a_routes_own_fields_may_be_named() -> None:
    assert [] == told("#CallerId#", "CallerId")
