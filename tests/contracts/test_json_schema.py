"""The published JSON Schema: valid, led to by a CloudEvent's dataschema, and just what a strict source reads.

Between them: an empty text is absent for the reading, also where a facet forbids it; blanks around a date or a time and
inside base64 don't matter; it takes aliases, and has limits of its own (NUL, 100 digits, a point in time within years
1 to 9999 in UTC).
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from gateway.contracts.json_schema import json_schema
from gateway.model.canonical import canonical_json
from gateway.model.contract import Contract, Field, Type
from gateway.model.field_reading import Form, Reading
from gateway.model.json_text import parsed_json
from gateway.model.mapping import Mapping
from gateway.model.reading import reader_for
from tests.builders import a_contract, a_field, an_event_type
from tests.contracts.generated import contracts, declared
from tests.contracts.validating import Exact, parsed, takes
from tests.model.generated_messages import Message
from tests.soap.generated import ALL_TYPES

OF_OUR_OWN = {"must not contain NUL (U+0000)", "must have at most 100 digits"}
EDGE_OF_TIME = re.compile("0001-01-01T|9999-12-31T")
_BLANKS = " \t\r\n"


@given(contract=contracts())
def test_it_is_valid(contract: Contract) -> None:
    Draft202012Validator.check_schema(json.loads(json_schema(contract)))


@st.composite
def messages(draw: st.DrawFn) -> tuple[tuple[Field, ...], dict[str, object]]:
    fields = draw(declared())
    return fields, dict(Message(draw, Form.JSON, may_break=True).sent(fields))


@given(message=messages())
@settings(max_examples=200)
def test_a_strict_source_reads_the_json_that_it_takes(message: tuple[tuple[Field, ...], dict[str, object]]) -> None:
    fields, values = message
    event = an_event_type(*fields)
    document: Any = parsed_json(canonical_json(values).decode())
    _, violations = reader_for(event, Reading.STRICT).examine(document.items(), Form.JSON)
    body = canonical_json(without_what_means_nothing(document, fields)).decode()
    if EDGE_OF_TIME.search(body) or (violations and {one.message for one in violations} <= OF_OUR_OWN):
        return
    schema = Exact(parsed(json_schema(a_contract(event))))
    assert (not violations) == takes(schema, parsed(body)), (body, violations)


def without_what_means_nothing(value: dict[str, Any], fields: tuple[Field, ...]) -> dict[str, Any]:
    """Without texts that are absent for being empty, and without blanks where they don't matter."""
    known = {field.name: field for field in fields}
    kept = {name: _meant(one, known[name]) if name in known else one for name, one in value.items()}
    return {name: one for name, one in kept.items() if name not in known or not _is_absent(one, known[name])}


def _meant(value: Any, field: Field) -> Any:
    if isinstance(value, list) and field.list:
        single = replace(field, list=False)
        items = [_meant(one, single) for one in value]
        return [one for one in items if not _is_absent(one, single)]
    if isinstance(value, dict) and field.type is Type.OBJECT:
        return without_what_means_nothing(value, field.fields)
    if type(value) is str and field.type in (Type.DATE, Type.DATE_TIME):
        return value.strip(_BLANKS)
    if type(value) is str and field.type is Type.BASE64:
        return re.sub(f"[{_BLANKS}]", "", value)
    return value


def _is_absent(value: Any, field: Field) -> bool:
    return value == "" and not field.list and field.type in (Type.STRING, Type.BASE64)


@pytest.mark.parametrize("name", ["call.ended", "agent.segment.ended"])
def test_the_dataschema_of_a_cloud_event_leads_to_its_own(calls: Contract, name: str) -> None:
    document = json.loads(json_schema(calls))
    registry: Registry[Any] = Registry().with_resource(document["$id"], DRAFT202012.create_resource(document))
    found = registry.resolver().lookup(Mapping.of("pbx", calls).schemas[name])
    assert document["$defs"][name] == found.contents


def test_it_says_what_the_contract_says(calls: Contract) -> None:
    duration = json.loads(json_schema(calls))["$defs"]["call.ended"]["properties"]["duration"]
    assert {
        "type": ["number", "null"], "minimum": 0, "examples": [537],
        "description": "How long the whole call took, or has taken so far. Unit: s.",
    } == duration  # fmt: skip


def test_it_has_no_keyword_and_no_format_that_a_strict_validator_refuses() -> None:
    """Ajv's strict mode, the default, knows no `$anchor`, and no format; tests/interop/openapi asks Ajv itself."""
    text = json_schema(ALL_TYPES).decode()
    assert '"$dynamicAnchor"' in text
    assert not re.search(r'"(\$anchor|format|x-[^"]*|nullable|example|deprecated)": ', text)


def test_an_example_that_is_no_value_of_its_field_is_left_out() -> None:
    fields = (a_field("a", Type.INTEGER, example="many"), a_field("b", list=True, example="x"))
    properties = json.loads(json_schema(a_contract(an_event_type(*fields))))["$defs"]["call.ended"]["properties"]
    assert (None, [["x"]]) == (properties["a"].get("examples"), properties["b"]["examples"])


def test_every_type_is_there_once_and_only_forms_that_are_used() -> None:
    expected = ["call.ended", "person", "segment", "xs:date", "xs:dateTime", "xs:base64Binary"]
    assert expected == list(json.loads(json_schema(ALL_TYPES))["$defs"])
    assert ["call.ended"] == list(json.loads(json_schema(a_contract()))["$defs"])
