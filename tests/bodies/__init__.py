"""Bodies read to their data, by a contract that has a field of every shape."""

from __future__ import annotations

import pytest

from gateway.errors import Refusal
from gateway.model.contract import Type
from gateway.model.field_reading import Reading
from gateway.model.message import Message
from gateway.model.reading import Data
from gateway.model.request import Request
from tests.bindings.test_http import LENIENT, a_binding
from tests.builders import a_contract, a_field, an_event_type

PARTY = (a_field("name", required=True), a_field("phones", list=True), a_field("photo", Type.BASE64))
SEGMENT = (a_field("agent_id"), a_field("party", Type.OBJECT, of="party", fields=PARTY))
FIELDS = (
    a_field("call_id", required=True, aliases=("uii",)),
    a_field("count", Type.INTEGER),
    a_field("notes"),
    a_field("tags", list=True, aliases=("labels",)),
    a_field("voice", Type.BASE64, aliases=("audio",)),
    a_field("photos", Type.BASE64, list=True, aliases=("pictures",)),
    a_field("customer", Type.OBJECT, of="party", fields=PARTY),
    a_field("segments", Type.OBJECT, list=True, of="segment", fields=SEGMENT),
)
CONTRACT = a_contract(an_event_type(*FIELDS))


def messages(request: Request, reading: Reading = LENIENT) -> list[Message]:
    return a_binding(reading, CONTRACT).read(request)


def read(request: Request, reading: Reading = LENIENT) -> list[Data]:
    return [message.data for message in messages(request, reading)]


def refused(request: Request, kind: type[Refusal], reading: Reading = LENIENT) -> Refusal:
    with pytest.raises(kind) as error:
        messages(request, reading)
    return error.value


def violations(error: Refusal) -> list[tuple[str, str]]:
    return [(one.path, one.message) for one in error.violations]
