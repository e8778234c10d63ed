"""What is wrong inside a nested type, a list or base64 is named with its own path."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.errors import ContractViolation
from gateway.model.field_reading import Reading
from gateway.model.reading import Data
from tests.builders import NAMESPACE
from tests.soap.generated import XSI, Part, Value, a_call, a_service, parts_of, read

STRICT = a_service()
LENIENT = a_service(Reading.LENIENT)
NIL = f"must not have the attribute {{{XSI}}}nil"
GOOD: dict[str, Value] = {"agent_id": "7", "skills": ["a"]}


def a_message(*more: Part) -> bytes:
    first, last = parts_of({"call_id": "4711", "duration": "12"})
    return a_call(first, *more, last)


def segments(*second: Part) -> bytes:
    """A message of two segments, of which the first is good."""
    return a_message(*parts_of({"segments": [GOOD]}), Part("segments", children=second))


def data_of(body: bytes, reading: Reading = Reading.STRICT) -> Data:
    data = read(STRICT if reading is Reading.STRICT else LENIENT, body).data
    return {name: value for name, value in data.items() if name not in ("call_id", "duration")}


def violations_of(body: bytes) -> list[tuple[str, str]]:
    with pytest.raises(ContractViolation) as refused:
        read(STRICT, body)
    return [(one.path, one.message) for one in refused.value.violations]


AGENT, SKILL = Part("agent_id", "7"), Part("skills", "a")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (a_message(Part("customer")), [("/customer/name", "is required")]),
        (a_message(Part("customer", children=(Part("name"),))), [("/customer/name", "is required")]),
        (segments(AGENT), [("/segments/1/skills", "is required")]),
        (segments(SKILL, AGENT), [("/segments/1/agent_id", "is out of order")]),
        (segments(AGENT, SKILL, Part("new", "1")), [("/segments/1/new", "is not a field of this event")]),
        (segments(AGENT, AGENT, SKILL), [("/segments/1/agent_id", "is sent twice")]),
        (segments(AGENT, Part("", "stray"), SKILL), [("/segments/1", "must not hold text between its elements")]),
        (segments(AGENT, Part("began_at", "noon"), SKILL, Part("talked", "-1")), [
            ("/segments/1/began_at", 'must be a date and time such as 2026-03-16T14:15:02Z, not "noon"'),
            ("/segments/1/talked", "must be at least 0"),
        ]),
        (segments(AGENT, SKILL, Part("skills", "123456789")), [
            ("/segments/1/skills/1", "must have at most 8 characters, has 9"),
        ]),
        (segments(AGENT, SKILL, Part("agent", children=(Part("name", "x", ' unit="s"'),))), [
            ("/segments/1/agent/name", "must not have the attribute unit"),
        ]),
        (segments(AGENT, Part("began_at", "x", ' xsi:nil="1"'), SKILL), [
            ("/segments/1/began_at", "is nil and has a value"),
        ]),
        (a_message(Part("tags", "a"), Part("tags", "", ' xsi:nil="1"')), [
            ("/tags/1", NIL), ("/tags/1", "must not be null inside a list"),
        ]),
        (a_message(Part("tags", "a"), Part("tags", children=(AGENT,))), [("/tags/1", "must be text, not elements")]),
        (a_message(Part("tags", "a"), Part("hops", "1"), Part("tags", "b")), [("/tags", "is out of order")]),
        (a_message(Part("hops", "1"), Part("hops", "10"), Part("hops", "x")), [
            ("/hops/1", "must be at most 9"), ("/hops/2", 'must be an integer, not "x"'),
        ]),
        (a_message(Part("customer", "text")), [
            ("/customer", "must not hold text between its elements"), ("/customer", "must be an object, not text"),
        ]),
        (a_message(Part("voice", "@@@")), [("/voice", 'must be base64, not "@@@"')]),
        (a_message(Part("voice", "AP9=")), [("/voice", 'must be base64, not "AP9="')]),
    ],
)  # fmt: skip
def test_what_the_schema_forbids_inside_is_named_with_its_path(body: bytes, expected: list[tuple[str, str]]) -> None:
    assert expected == violations_of(body)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (segments(AGENT, SKILL, Part("skills", "b", ' xmlns="urn:x"')), "/segments/1/skills/1"),
        (segments(Part("agent_id", "7", ' xmlns=""'), SKILL), "/segments/1/agent_id"),
        (a_message(Part("customer", "", ' xmlns="urn:x"', (Part("name", "x"),))), "/customer"),
    ],
)
def test_an_element_of_another_namespace_is_named_with_its_path(body: bytes, path: str) -> None:
    assert (path, f"must be in the namespace {NAMESPACE}") in violations_of(body)


def test_violations_at_every_depth_are_told_at_once() -> None:
    body = a_message(
        Part("voice", "?"),
        Part("hops", "0"),
        Part("customer", children=(Part("born", "x"),)),
        Part("segments", children=(AGENT, Part("agent"))),
    )
    assert [
        "/voice",
        "/hops/0",
        "/customer/name",
        "/customer/born",
        "/segments/0/skills",
        "/segments/0/agent/name",
    ] == [path for path, _ in violations_of(body)]


@pytest.mark.parametrize("reading", list(Reading))
def test_a_list_has_its_elements_in_their_order(reading: Reading) -> None:
    body = a_message(*parts_of({"tags": ["b", "a", "b"], "hops": ["3", " 1 "]}))
    assert {"tags": ["b", "a", "b"], "hops": [3, 1]} == data_of(body, reading)


@pytest.mark.parametrize("reading", list(Reading))
def test_an_object_is_nested_as_deep_as_it_is_declared(reading: Reading) -> None:
    agent: dict[str, Value] = {"name": "Zoë", "phones": ["1", "2"]}
    body = a_message(*parts_of({"segments": [GOOD | {"agent": agent, "talked": "1.50"}, GOOD]}))
    assert {"segments": [GOOD | {"agent": agent, "talked": Decimal("1.5")}, GOOD]} == data_of(body, reading)


@pytest.mark.parametrize("reading", list(Reading))
@pytest.mark.parametrize("parts", [
    (Part("voice"),), (Part("voice", " \n"),), (Part("tags"),), (Part("tags"), Part("tags")),
    (Part("voice", "", ' xsi:nil="true"'),), (Part("customer", "", ' xsi:nil="true"'),),
])  # fmt: skip
def test_what_says_nothing_is_absent(reading: Reading, parts: tuple[Part, ...]) -> None:
    assert {} == data_of(a_message(*parts), reading)


@pytest.mark.parametrize("reading", list(Reading))
@pytest.mark.parametrize("text", ["AP8=", " A P 8 = ", "AP\n8=\n", "\tAP8="])
def test_base64_has_one_form(reading: Reading, text: str) -> None:
    assert {"voice": "AP8="} == data_of(a_message(Part("voice", text)), reading)


def test_inside_an_object_a_lenient_reading_takes_any_name_order_and_namespace() -> None:
    second = (Part("SKILLS", "b"), Part("agent", "", ' xmlns="urn:x"', (Part("Name", "Zoë"),)), Part("agentId", "8"))
    body = segments(*second)
    assert {"agent_id": "8", "skills": ["b"], "agent": {"name": "Zoë"}} == data_of(body, Reading.LENIENT)["segments"][1]


def test_what_an_object_does_not_name_is_kept_under_its_own_extra() -> None:
    body = segments(AGENT, SKILL, Part("campaign", "spring"))
    assert GOOD | {"extra": {"campaign": "spring"}} == data_of(body, Reading.LENIENT)["segments"][1]
