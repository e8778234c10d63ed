"""Values swapped on their way out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.canonical import canonical_json
from gateway.model.original import Original
from gateway.model.payload import Payload
from gateway.model.replacing import NOTHING, Replacements
from gateway.model.scope import Scope
from gateway.model.template import Template
from tests.builders import a_payload, an_event

DATA = (
    b'{"call_id":"4711","disposition":"Resolved","n":1.50,"on":true,"none":null,"tags":["a","b"],'
    b'"legs":[{"to":"7","by":{"id":"x"}},{"to":"8"}],"extra":{"colour":"red"}}'
)
CALL = Original("POST", {"x-tenant": "acme"}, "application/json", b"{}")


def swapped(table: dict[str, dict[str, Any]], data: bytes = DATA, **fields: Any) -> Payload:
    scope = Scope(an_event(data=data), lambda: CALL, "submitCallEnded", fields=fields or None)
    return Replacements.of(table).applied(Payload(scope, {}))


@pytest.mark.parametrize(
    ("name", "swap", "expected"),
    [
        ("disposition", {"Resolved": "R1", "Other": "R2"}, {"disposition": "R1"}),
        ("disposition", {"Other": "R2", "*": "R0"}, {"disposition": "R0"}),
        ("disposition", {"Resolved": "R1", "*": "R0"}, {"disposition": "R1"}),
        ("disposition", {"Resolved": ""}, {"disposition": ""}),
        ("disposition", {"Resolved": 7}, {"disposition": 7}),
        ("n", {"1.50": "one and a half"}, {"n": "one and a half"}),
        ("on", {"true": "Y", "false": "N"}, {"on": "Y"}),
        ("tags", {"a": "A"}, {"tags": ["A", "b"]}),
        ("tags.1", {"*": "B"}, {"tags": ["a", "B"]}),
        ("legs.to", {"7": "seven", "8": "eight"}, {"legs": [{"to": "seven", "by": {"id": "x"}}, {"to": "eight"}]}),
        ("legs.0.to", {"*": "!"}, {"legs": [{"to": "!", "by": {"id": "x"}}, {"to": "8"}]}),
        ("legs.by.id", {"x": "y"}, {"legs": [{"to": "7", "by": {"id": "y"}}, {"to": "8"}]}),
        ("extra.colour", {"red": "#f00"}, {"extra": {"colour": "#f00"}}),
    ],
)
def test_a_value_becomes_its_replacement_and_all_else_stays(
    name: str, swap: dict[str, Any], expected: dict[str, Any]
) -> None:
    payload = swapped({name: swap})
    assert json.loads(DATA) | expected == json.loads(payload.data)
    assert list(json.loads(DATA)) == list(json.loads(payload.data))
    assert payload.event.data == canonical_json(dict(payload.scope.data))


@pytest.mark.parametrize("name", ["disposition", "nothing", "none", "legs", "legs.5", "call_id.more", "legs.to.more"])
def test_what_has_no_replacement_is_sent_byte_for_byte(name: str) -> None:
    table = {name: {"Not this": "x"} if name == "disposition" else {"*": "x"}}
    assert DATA == swapped(table).data


def test_a_number_may_take_a_texts_place_with_every_digit() -> None:
    assert b'"disposition":0.1,' in swapped({"disposition": {"Resolved": 0.1}}).data


def test_tags_and_a_routes_fields_see_what_is_sent() -> None:
    payload = swapped({"disposition": {"Resolved": "R1"}, "Outcome": {"good": "G"}}, Outcome="good", other=[1])
    text = Template.of("#disposition# #event.data.disposition# #Outcome# #call_id#").text(payload.scope)
    assert ("R1 R1 G 4711", b'{"Outcome":"G","other":[1]}') == (text, payload.data)


def test_what_is_none_of_the_data_is_swapped_in_tags_and_stays_in_the_event() -> None:
    table = {
        "event.type": {"call.ended": "END"}, "request.method": {"POST": "P"}, "caller.name": {"*": "us"},
        "request.headers.y": {"*": "never"},
    }  # fmt: skip
    payload = swapped(table)
    text = Template.of("#event.type# #request.method# #caller.name# #event.id# #request.headers.y?#|#n#")
    assert f"END P us {payload.event.id} |1.50" == text.text(payload.scope)
    assert ("call.ended", DATA) == (payload.event.type, payload.data)


def test_a_replacement_is_not_looked_up_again_and_is_no_tag() -> None:
    payload = swapped({"disposition": {"Resolved": "#call_id#", "#call_id#": "twice"}})
    assert "#call_id#" == Template.of("#disposition#").text(payload.scope)


def test_without_replacements_the_payload_is_the_same() -> None:
    payload = a_payload()
    assert payload is NOTHING.applied(payload)
    again = Replacements.of({"call_id": {"4711": "x"}})
    assert again.applied(payload).data == again.applied(payload).data == b'{"call_id":"x"}'
    assert b'{"call_id":"4711"}' == payload.data


@pytest.mark.parametrize("name", ["", "a b", "1st", "a..b", "a?", "#a#"])
def test_what_no_tag_could_name_has_no_replacement(name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a field"):
        Replacements.of({name: {}})


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5)), st.text(max_size=5))
def test_any_text_is_matched_as_it_is(swap: dict[str, str], value: str) -> None:
    data = json.loads(swapped({"v": swap}, canonical_json({"v": value})).data)
    assert {"v": swap.get(value, swap.get("*", value))} == data
