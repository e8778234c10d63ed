"""The first call in every language; tests/interop runs them."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

import pytest

from gateway.contracts.snippets import NAMES, Call, program, shown, snippets
from gateway.model.contract import Contract, Type
from tests import ROOT
from tests.builders import a_contract, a_field, an_event_type

URL = "https://gateway.example.org/in/pbx"
GUIDE = ROOT / "gateway/docs/howto/soap-clients.md"


@pytest.fixture
def call(calls: Contract) -> Call:
    event = calls.events["call.ended"]
    return Call(contract=calls, event=event, message=shown(event), url=URL)


def test_there_is_one_for_every_template_each_with_a_name_of_its_own(calls: Contract) -> None:
    made = snippets(calls, URL)
    assert {path.stem for path in (ROOT / "gateway/contracts/snippets").iterdir()} == set(NAMES)
    assert len(NAMES) == len({one.name for one in made}) == len({one.text for one in made})
    assert {"sh", "python", "php", "javascript", "typescript", "java", "csharp", "perl", "ruby", "cpp"} == {
        one.language for one in made
    }


def test_each_calls_the_address_with_real_fields(calls: Contract) -> None:
    for one in snippets(calls, URL):
        for part in (URL, "202603161015020132120000041177", "537", "2026-03-16T14:15:02Z"):
            assert part in one.text, one.name
        assert "submitCallEnded" in one.text or "/call-ended" in one.text, one.name
        assert one.text.endswith("\n") and not one.text.endswith("\n\n"), one.name


def test_the_guide_shows_each_as_it_is(calls: Contract) -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for one in snippets(calls, URL):
        assert f"```{one.language}\n{one.text}```" in guide, f"{GUIDE}: {one.name}\n{one.text}"


def test_what_is_shown_is_all_that_is_required_and_a_few_fields_of_other_types() -> None:
    event = an_event_type(
        a_field("a", required=True),
        a_field("b", example="b"),
        a_field("c", Type.INTEGER, example="1"),
        a_field("d", Type.INTEGER, example="2"),
        a_field("e", Type.DATE, example="2026-03-16"),
        a_field("f", Type.BOOLEAN, example="true"),
    )
    assert {"a": "x", "c": "1", "e": "2026-03-16"} == shown(event)
    required = an_event_type(*(a_field(name, required=True) for name in "abcd"))
    assert dict.fromkeys("abcd", "x") == shown(required)


def test_an_event_without_examples_has_an_empty_message() -> None:
    contract = a_contract(an_event_type(a_field("a")))
    for one in snippets(contract, URL):
        assert one.text


@pytest.mark.parametrize("language", sorted(NAMES))
def test_credentials_are_given_where_there_are_any(language: str, call: Call) -> None:
    text = program(language, replace(call, user="shop", password="open sesame"))
    assert "shop" in text and "open sesame" in text
    assert "shop" not in program(language, call)


@pytest.mark.parametrize("language", sorted(set(NAMES) - {"curl", "suds", "ruby"}))
def test_soap_1_2_is_another_program(language: str, call: Call) -> None:
    assert program(language, call) != program(language, replace(call, soap12=True))


@pytest.mark.parametrize("language", sorted(set(NAMES) - {"curl", "curl-soap"}))
def test_a_one_way_operation_has_no_receipt(language: str, call: Call) -> None:
    assert "eceipt" in program(language, call)
    assert "eceipt" not in program(language, replace(call, event=replace(call.event, one_way=True)))


def test_curl_is_given_json_whatever_its_text(call: Call) -> None:
    text = program("curl", replace(call, message={"call_id": 'it\'s "4711" $HOME'}))
    assert {"call_id": 'it\'s "4711" $HOME'} == json.loads(shlex.split(text)[-1])
