"""The published AsyncAPI document: valid by the official schema, and true of every event that the gateway makes.

asyncapi-3.0.0.json is AsyncAPI's own: schemas/3.0.0-without-$id.json of its npm package @asyncapi/specs 6.11.1, under
the Apache License 2.0, its white space left out.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from gateway.contracts.asyncapi import asyncapi
from gateway.model.canonical import canonical_json
from gateway.model.contract import Contract, Field
from gateway.model.field_reading import Form, Reading
from gateway.model.mapping import Mapping
from gateway.model.message import Message as Read
from gateway.model.reading import reader_for
from gateway.model.request import Caller
from tests.builders import a_contract, a_request, an_event_type
from tests.contracts.generated import contracts, declared
from tests.contracts.validating import ExactOfAsyncApi, parsed
from tests.model.generated_messages import Message, Sent

REQUEST_ID = "01a20c4c-0000-7000-8000-000000000000"


@cache
def official() -> Draft7Validator:
    return Draft7Validator(json.loads(Path(__file__).with_name("asyncapi-3.0.0.json").read_text(encoding="utf-8")))


@given(contract=contracts())
def test_it_is_valid(contract: Contract) -> None:
    document = json.loads(asyncapi(contract))
    assert [] == [error.message for error in official().iter_errors(document)]
    for schema in document["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)


def test_that_of_the_shipped_contract_is_valid(calls: Contract) -> None:
    assert [] == [error.message for error in official().iter_errors(json.loads(asyncapi(calls)))]


def test_a_document_that_is_none_would_be_noticed(calls: Contract) -> None:
    document = json.loads(asyncapi(calls))
    document["operations"]["sendCallEnded"]["action"] = "shout"
    assert not official().is_valid(document)


@st.composite
def messages(draw: st.DrawFn) -> tuple[tuple[Field, ...], Form, Sent]:
    fields, form = draw(declared()), draw(st.sampled_from(Form))
    return fields, form, Message(draw, form, may_break=True).sent(fields)


@given(message=messages())
def test_every_event_is_what_it_says(message: tuple[tuple[Field, ...], Form, Sent]) -> None:
    fields, form, sent = message
    contract = a_contract(an_event_type(*fields))
    (kind,) = contract.events.values()
    data, violations = reader_for(kind, Reading.LENIENT).examine(sent, form)
    if violations:
        return
    request = a_request()
    request.binding = "json"
    (event,) = Mapping.of("pbx", contract).events_from([Read(kind, data)], Caller("pbx"), request, lambda: REQUEST_ID)
    document = parsed(asyncapi(contract))
    payload = document["components"]["messages"]["call.ended"]["payload"]
    schema = ExactOfAsyncApi({**payload, "components": document["components"]})
    assert [] == [error.message for error in schema.iter_errors(parsed(event.structured()))]


@pytest.mark.parametrize("name", ["call.ended", "agent.segment.ended"])
def test_each_event_type_has_a_channel_that_the_gateway_sends_on(calls: Contract, name: str) -> None:
    document: Any = json.loads(asyncapi(calls))
    (operation,) = [one for one in document["operations"].values() if one["channel"]["$ref"] == f"#/channels/{name}"]
    assert ("send", None) == (operation["action"], document["channels"][name]["address"])
    assert name == document["components"]["messages"][name]["payload"]["properties"]["type"]["const"]


def test_what_is_sent_is_never_null_and_may_have_more(calls: Contract) -> None:
    document = json.loads(asyncapi(calls))
    schema = document["components"]["schemas"]["CallEnded"]
    assert {"type": "object", "description": "What was sent beside the declared fields."} == schema["properties"][
        "extra"
    ]
    assert ("string", None) == (schema["properties"]["ani"]["type"], schema.get("additionalProperties"))
    assert canonical_json(schema).count(b"null") == 0
