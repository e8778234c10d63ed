"""Messages filled step by step, with the names that generators make."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gateway.contracts.snippet_steps import Step, cpp, cpp_name, csharp, java, java_name, java_variable, steps
from gateway.model.contract import Field, Type
from tests.builders import a_field

ONE, TEN, LARGE = Decimal(1), Decimal(10), Decimal(2**40)


def a_step(kind: Type = Type.STRING, value: str = "x", **members: Any) -> Step:
    return Step("m", "Thing", a_field("a_b", kind, **members), value)


def test_an_object_is_made_and_filled_before_what_holds_it() -> None:
    person = (a_field("name"),)
    fields = (
        a_field("id"),
        a_field("who", Type.OBJECT, of="a_person", fields=person),
        a_field("lines", Type.OBJECT, list=True, of="line", fields=person),
        a_field("absent"),
    )
    message = {"id": "1", "who": {"name": "Ana"}, "lines": [{"name": "x"}, {}]}
    assert [
        ("m", "Thing", "", ""), ("m", "Thing", "id", "1"),
        ("m_who", "APerson", "", ""), ("m_who", "APerson", "name", "Ana"), ("m", "Thing", "who", "m_who"),
        ("m_lines1", "Line", "", ""), ("m_lines1", "Line", "name", "x"), ("m", "Thing", "lines", "m_lines1"),
        ("m_lines2", "Line", "", ""), ("m", "Thing", "lines", "m_lines2"),
    ] == [
        (one.variable, one.type, one.field.name if one.field else "", one.value)
        for one in steps("m", "Thing", fields, message)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("call_id", "CallId"), ("dnis_e164", "DnisE164"), ("class", "Clazz"), ("callID", "CallID"),
        ("AB_statesType", "ABStatesType"), ("OrderPlaced_stateType", "OrderPlacedStateType"), ("a1b", "A1B"),
    ],
)  # fmt: skip
def test_a_name_in_java_is_as_jaxb_makes_it(name: str, expected: str) -> None:
    assert expected == java_name(name)


def test_a_method_in_java_begins_in_lower_case() -> None:
    assert "submitCallEnded" == java_variable("submitCallEnded")


def test_a_name_in_cpp_is_as_gsoap_makes_it() -> None:
    assert "call_USCOREid" == cpp_name("call_id")


@pytest.mark.parametrize(
    ("step", "in_java", "in_cpp", "in_csharp"),
    [
        (
            a_step(value='"\n'), r'"\"\n"',
            [r'std::string m_a_b = "\"\n";', "m.a_USCOREb = &m_a_b;"], [r'm.a_b = "\"\n";'],
        ),
        (a_step(required=True), '"x"', ['m.a_USCOREb = "x";'], ['m.a_b = "x";']),
        (a_step(list=True), '"x"', ['m.a_USCOREb.push_back("x");'], ['m.a_b = [.. m.a_b ?? [], "x"];']),
        (
            a_step(Type.INTEGER, "5", minimum=ONE, maximum=TEN), "5",
            ["int m_a_b = 5;", "m.a_USCOREb = &m_a_b;"], ["m.a_b = 5;", "m.a_bSpecified = true;"],
        ),
        (
            a_step(Type.INTEGER, "5", required=True, minimum=ONE, maximum=LARGE), "5L",
            ["m.a_USCOREb = 5LL;"], ["m.a_b = 5;"],
        ),
        (
            a_step(Type.INTEGER, "5"), 'new BigInteger("5")',
            ['std::string m_a_b = "5";', "m.a_USCOREb = &m_a_b;"], ['m.a_b = "5";'],
        ),
        (a_step(Type.DURATION, "5", required=True), 'new BigDecimal("5")', ['m.a_USCOREb = "5";'], ["m.a_b = 5m;"]),
        (a_step(Type.BOOLEAN, "true", required=True), "true", ["m.a_USCOREb = true;"], ["m.a_b = true;"]),
        (
            a_step(Type.DATE_TIME, "T", required=True), 'times.newXMLGregorianCalendar("T")',
            ["time_t m_a_b;", 'soap_s2dateTime(calls.soap, "T", &m_a_b);', "m.a_USCOREb = m_a_b;"],
            ['m.a_b = DateTimeOffset.Parse("T").UtcDateTime;'],
        ),
        (
            a_step(value="part-paid", list=True, values=("part-paid",)), 'ThingABType.fromValue("part-paid")',
            [
                "{", "    enum ns1__Thing_USCOREa_USCOREbType m_a_b;",
                '    soap_s2ns1__Thing_USCOREa_USCOREbType(calls.soap, "part-paid", &m_a_b);',
                "    m.a_USCOREb.push_back(m_a_b);", "}",
            ],
            ["m.a_b = [.. m.a_b ?? [], Thing_a_bType.@partpaid];"],
        ),
        (
            a_step(Type.BASE64, "AP8Q"), 'Base64.getDecoder().decode("AP8Q")',
            [
                "xsd__base64Binary m_a_b;",
                'm_a_b.__ptr = (unsigned char *)soap_base642s(calls.soap, "AP8Q", NULL, 0, NULL);',
                "m_a_b.__size = 3;", "m.a_USCOREb = &m_a_b;",
            ],
            ['m.a_b = Convert.FromBase64String("AP8Q");'],
        ),
        (
            a_step(Type.OBJECT, "m_a_b", of="x", fields=(a_field("y"),)), "m_a_b",
            ["m.a_USCOREb = &m_a_b;"], ["m.a_b = m_a_b;"],
        ),
    ],
)  # fmt: skip
def test_a_field_is_set_as_the_generated_classes_want_it(
    step: Step, in_java: str, in_cpp: list[str], in_csharp: list[str]
) -> None:
    assert (in_java, in_cpp, in_csharp) == (java(step), cpp(step), csharp(step))


def test_a_step_that_sets_nothing_has_no_field() -> None:
    with pytest.raises(AssertionError):
        assert isinstance(Step("m", "Thing").of, Field)
