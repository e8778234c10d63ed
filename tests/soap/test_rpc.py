"""A SOAP call made of an operation's name and its inputs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.model.canonical import canonical_json
from gateway.model.payload import Payload
from gateway.model.scope import Scope
from gateway.model.template import Unresolved
from gateway.soap.envelope import NS11
from gateway.soap.rpc import Argument, Call
from tests.builders import a_payload, an_event
from tests.soap.calling import NAMESPACE, XSI, Endpoint

TARGET = "urn:acme:calls"
DATA = b'{"call_id":"4711","agent":{"name":"Zo\xc3\xab <1>"},"duration":150,"extra":{"colour":"red","a b":"c"}}'


def a_call(*arguments: Argument, operation: str = "agentTermination", namespace: str = TARGET, **more: object) -> Call:
    return Call(operation, namespace, arguments, **more)  # type: ignore[arg-type]


def body_of(call: Call, data: bytes = DATA) -> etree._Element:
    root = etree.fromstring(call.rendered(a_payload(an_event(data=data))).content)
    assert f"{{{NS11}}}Envelope" == root.tag
    ((operation,),) = root
    return operation


def said(operation: etree._Element) -> list[tuple[str, str | None, str | None]]:
    """Name, type and text of each child."""
    return [(str(one.tag), one.get(f"{{{XSI}}}type"), one.text) for one in operation]


def test_it_is_the_call_that_ringcx_makes() -> None:
    call = a_call(
        Argument.of("uii", "#call_id#"),
        Argument.of("note", "<#agent.name#> & co"),
        Argument.of("seconds", "#duration#"),
    )
    rendered = call.rendered(a_payload(an_event(data=DATA)))
    assert (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<soapenv:Body><ns1:agentTermination soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'
        ' xmlns:ns1="urn:acme:calls"><uii xsi:type="xsd:string">4711</uii>'
        '<note xsi:type="xsd:string">&lt;Zoë &lt;1&gt;&gt; &amp; co</note>'
        '<seconds xsi:type="xsd:string">150</seconds></ns1:agentTermination></soapenv:Body></soapenv:Envelope>'
    ) == rendered.content.decode()
    assert ("text/xml; charset=utf-8", {"SOAPAction": '""'}) == (rendered.content_type, rendered.headers)


def test_inputs_stand_in_their_order_each_with_its_type() -> None:
    call = a_call(
        Argument.of("z", "#duration#", "int"),
        Argument.of("a", "fixed"),
        Argument.of("z", "x#duration#"),
        action="urn:do",
    )
    assert [("z", "xsd:int", "150"), ("a", "xsd:string", "fixed"), ("z", "xsd:string", "x150")] == said(body_of(call))
    assert {"SOAPAction": '"urn:do"'} == call.rendered(a_payload(an_event(data=DATA))).headers


def test_in_style_document_they_are_qualified_and_without_types() -> None:
    operation = body_of(a_call(Argument.of("uii", "#call_id#"), is_document=True))
    assert f"{{{TARGET}}}agentTermination" == operation.tag
    assert [(f"{{{TARGET}}}uii", None, "4711")] == said(operation)
    assert not operation.attrib


@pytest.mark.parametrize("is_document", [False, True])
def test_without_a_namespace_nothing_is_qualified(is_document: bool) -> None:
    operation = body_of(a_call(Argument.of("uii", "#call_id#"), namespace="", is_document=is_document))
    assert ("agentTermination", "uii") == (operation.tag, operation[0].tag)


def test_what_is_absent_keeps_its_place_and_among_qualified_ones_is_left_out() -> None:
    inputs = [
        Argument.of("text", "#no?#"),
        Argument.of("number", "#no?#", "int"),
        Argument.of("mixed", "a#no?#", "int"),
    ]
    operation = body_of(a_call(*inputs))
    assert [("text", "xsd:string", None), ("number", None, None), ("mixed", "xsd:int", "a")] == said(operation)
    assert "true" == operation[1].get(f"{{{XSI}}}nil")
    assert [f"{{{TARGET}}}mixed"] == [one.tag for one in body_of(a_call(*inputs, is_document=True))]


def test_a_tag_without_a_value_is_named() -> None:
    with pytest.raises(Unresolved, match=r"^unresolved tag #no#$"):
        body_of(a_call(Argument.of("text", "#no#")))


def test_all_else_may_follow_by_its_own_name() -> None:
    operation = body_of(a_call(Argument.of("duration", "#duration#", "int"), sends_all=True))
    assert [
        ("duration", "xsd:int", "150"), ("call_id", "xsd:string", "4711"), ("agent", None, None),
        ("colour", "xsd:string", "red"), ("field", "xsd:string", "c"),
    ] == said(operation)  # fmt: skip
    assert [("name", "xsd:string", "Zoë <1>")] == said(operation[2])
    qualified = body_of(a_call(is_document=True, sends_all=True))
    assert (f"{{{TARGET}}}agent", f"{{{TARGET}}}name") == (qualified[1].tag, qualified[1][0].tag)


def test_a_character_that_xml_cannot_hold_makes_no_broken_call() -> None:
    with pytest.raises(Unresolved, match="a character that XML can't hold"):
        body_of(a_call(Argument.of("uii", "#call_id#")), b'{"call_id":"\\u0001"}')
    with pytest.raises(Unresolved, match="a character that XML can't hold"):
        body_of(a_call(sends_all=True), b'{"call_id":"\\u0001"}')


@given(st.text("<>&'\"]\t\n\r-!#x é", max_size=12))
def test_no_value_can_leave_its_input(value: str) -> None:
    call = a_call(Argument.of("a", "#call_id#"), Argument.of("b", "#event.subject#"))
    payload = Payload(Scope(an_event(data=canonical_json({"call_id": value}), subject=value)), {})
    ((operation,),) = etree.fromstring(call.rendered(payload).content)
    assert [value, value] == [one.text or "" for one in operation]


def test_our_own_endpoint_understands_it(tmp_path: Path) -> None:
    call = a_call(Argument.of("call_id", "#call_id#"), Argument.of("duration", "#duration#"), operation="callEnded")
    sent = replace(call, namespace=NAMESPACE).rendered(a_payload(an_event(data=DATA)))
    assert {"call_id": "4711", "duration": 150} == Endpoint.of(tmp_path).data(sent.content, source="lenient")
