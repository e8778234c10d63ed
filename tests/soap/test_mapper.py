"""The mapper against its two references: Spyne's own decoder, and the schema that we publish."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree

from gateway.contracts.wsdl import xsd
from gateway.errors import ContractViolation, TooLarge
from gateway.model.field_reading import Reading
from gateway.model.receipt import Receipt, Status
from gateway.soap.declared import Context
from gateway.soap.envelope import NS12
from tests.builders import NAMESPACE, NOON
from tests.soap.generated import Part, Value, a_call, a_service, envelope, in_envelope, messages, parts_of, read
from tests.soap.generated_mistakes import EDGES, a_message_with, slightly_broken
from tests.soap.spyne_reference import spyne_data

STRICT = a_service()
LENIENT = a_service(Reading.LENIENT)
SCHEMA = etree.XMLSchema(etree.fromstring(xsd(STRICT)))
DATA = "<call_id>1</call_id><duration>2</duration>"
MINIMAL = (Part("call_id", "4711"), Part("duration", "12"))
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def is_accepted(body: bytes) -> bool:
    try:
        read(STRICT, body)
    except ContractViolation:
        return False
    return True


def violations_of(body: bytes, service: Any = STRICT) -> list[tuple[str, str]]:
    with pytest.raises(ContractViolation) as refused:
        read(service, body)
    return [(one.path, one.message) for one in refused.value.violations]


@given(messages)
def test_a_strict_message_is_decoded_to_the_values_that_spyne_reads(values: dict[str, Value]) -> None:
    body = a_call(*parts_of(values))
    assert spyne_data(STRICT, body) == read(STRICT, body).data


@given(messages)
def test_a_strict_message_means_the_same_in_a_lenient_reading_and_in_soap_12(values: dict[str, Value]) -> None:
    parts = parts_of(values)
    expected = read(STRICT, a_call(*parts)).data
    assert expected == read(LENIENT, a_call(*parts)).data
    assert expected == read(STRICT, a_call(*parts, soap=NS12)).data


@settings(max_examples=300)
@given(slightly_broken())
def test_what_the_strict_reading_takes_is_what_the_published_schema_calls_valid(parts: tuple[Part, ...]) -> None:
    body = a_call(*parts)
    assert SCHEMA.validate(envelope(body).payload) == is_accepted(body)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in EDGES.items() for text in texts])
def test_both_draw_the_line_at_the_same_place(name: str, text: str) -> None:
    body = a_call(*a_message_with(name, text))
    assert SCHEMA.validate(envelope(body).payload) == is_accepted(body)


def test_fields_come_in_the_declared_order_whatever_order_they_are_sent_in() -> None:
    sent = (Part("duration", "12"), Part("note", "n"), Part("call_id", "4711"))
    assert ["call_id", "note", "duration"] == list(read(LENIENT, a_call(*sent)).data)


@pytest.mark.parametrize(
    "operation",
    [
        f"<submitCallEnded xmlns='urn:x'><callEnded>{DATA}</callEnded></submitCallEnded>",
        "<submitCallEnded><CallEnded><callId>1</callId><DURATION>2</DURATION></CallEnded></submitCallEnded>",
        f"<submitCallEnded>{DATA}</submitCallEnded>",
        "<callEnded><duration>00:00:02</duration><call_id>1</call_id></callEnded>",
        "<postCall><duration> 2 </duration><call_id>1</call_id></postCall>",
        "<submitPostCall><postCall><duration>2</duration><call_id>1</call_id></postCall></submitPostCall>",
    ],
)
def test_a_lenient_reading_takes_any_namespace_order_and_style(operation: str) -> None:
    assert {"call_id": "1", "duration": Decimal(2)} == read(LENIENT, in_envelope(operation)).data


def test_an_unknown_element_is_kept_under_extra_by_a_lenient_reading() -> None:
    assert {"campaign": "spring"} == read(LENIENT, a_call(*MINIMAL, Part("campaign", "spring"))).data["extra"]


def test_every_violation_is_told_at_once() -> None:
    body = a_call(Part("colour", "pink"), Part("segment", "0"), Part("duration", "-1"))
    assert [
        ("/call_id", "is required"),
        ("/colour", 'must be one of red, green, blue; not "pink"'),
        ("/segment", "must be at least 1"),
        ("/duration", "must be at least 0"),
    ] == violations_of(body)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((Part("duration", "1"), Part("call_id", "1")), ("/call_id", "is out of order")),
        ((*MINIMAL, Part("duration", "1")), ("/duration", "is sent twice")),
        ((*MINIMAL, Part("new", "1")), ("/new", "is not a field of this event")),
        ((Part("call_id", "1", ' unit="s"'), MINIMAL[1]), ("/call_id", "must not have the attribute unit")),
        ((MINIMAL[0], Part("note", "x", ' xsi:nil="1"'), MINIMAL[1]), ("/note", "is nil and has a value")),
        (
            (MINIMAL[0], Part("note", "", ' xmlns="urn:x"'), MINIMAL[1]),
            ("/note", f"must be in the namespace {NAMESPACE}"),
        ),
        ((MINIMAL[0], Part("note", children=(Part("b"),)), MINIMAL[1]), ("/note", "must be text, not elements")),
        ((Part("call_id", "1", ' xsi:nil="true"'), MINIMAL[1]), ("/call_id", "is nil and has a value")),
        ((MINIMAL[0], Part("note", "  ", ' xsi:nil="1"'), MINIMAL[1]), ("/note", "is nil and has a value")),
        (
            (MINIMAL[0], Part("note", "x", ' xsi:nil="maybe"'), MINIMAL[1]),
            ("/note", f"must not have the attribute {NIL}"),
        ),
        ((Part("call_id", "1", ' xsi:nil="false"'), MINIMAL[1]), ("/call_id", f"must not have the attribute {NIL}")),
        (
            (Part("call_id", "1", ' xsi:type="own"'), MINIMAL[1]),
            ("/call_id", "must not have the attribute {http://www.w3.org/2001/XMLSchema-instance}type"),
        ),
    ],
)
def test_what_the_schema_forbids_is_named_with_its_path(parts: tuple[Part, ...], expected: tuple[str, str]) -> None:
    assert expected in violations_of(a_call(*parts))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (b"<call_id>", b"stray<call_id>", "must not hold text between its elements"),
        (b"</call_id>", b"</call_id>stray", "must not hold text between its elements"),
        (b"<callEnded>", b"stray<callEnded>", "must not hold text between its elements"),
        (b"</callEnded>", b"</callEnded>stray", "must not hold text between its elements"),
        (b"<callEnded>", b'<callEnded unit="s">', "must not have the attribute unit"),
        (b"<submitCallEnded ", b'<submitCallEnded unit="s" ', "must not have the attribute unit"),
    ],
)
def test_nothing_else_stands_around_the_fields(before: bytes, after: bytes, expected: str) -> None:
    body = a_call(*MINIMAL)
    assert before in body
    assert [("", expected)] == violations_of(body.replace(before, after))


@pytest.mark.parametrize(
    "operation",
    [
        f'<submitCallEnded xmlns="{NAMESPACE}"/>',
        f'<submitCallEnded xmlns="{NAMESPACE}"><call_id>1</call_id><duration>1</duration></submitCallEnded>',
        f'<submitCallEnded xmlns="{NAMESPACE}"><callEnded xmlns=""><call_id>1</call_id></callEnded></submitCallEnded>',
        f'<submitCallEnded xmlns="{NAMESPACE}"><callEnded/><callEnded/></submitCallEnded>',
    ],
)
def test_a_strict_operation_holds_just_the_event(operation: str) -> None:
    assert [("", "must be one <callEnded>, in the contract's namespace")] == violations_of(in_envelope(operation))


def test_a_lenient_operation_without_fields_says_what_is_required() -> None:
    body = in_envelope("<submitCallEnded/>")
    assert [("/call_id", "is required"), ("/duration", "is required")] == violations_of(body, LENIENT)


@pytest.mark.parametrize("attributes", [' xsi:nil="true"', ' xsi:nil="1"', ' xsi:nil=" true "'])
def test_a_nil_element_is_absent(attributes: str) -> None:
    body = a_call(MINIMAL[0], Part("count", "", attributes), MINIMAL[1])
    assert {"call_id": "4711", "duration": Decimal(12)} == read(STRICT, body).data


def test_a_value_that_says_it_is_not_nil_is_kept() -> None:
    body = a_call(MINIMAL[0], Part("count", "5", ' xsi:nil="false"'), MINIMAL[1])
    assert 5 == read(STRICT, body).data["count"]


@pytest.mark.parametrize(
    "attributes",
    [
        ' xsi:type="xs:string" xmlns:xs="http://www.w3.org/2001/XMLSchema"',
        ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"',
    ],
)
def test_what_old_toolkits_write_beside_every_value_is_ignored(attributes: str) -> None:
    assert "4711" == read(STRICT, a_call(Part("call_id", "4711", attributes), MINIMAL[1])).data["call_id"]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("2026-03-16T24:00:00Z", "2026-03-17T00:00:00Z"),
        ("2026-03-16T14:15:02-03:30", "2026-03-16T17:45:02Z"),
        ("2026-03-16T14:15:02.1234569Z", "2026-03-16T14:15:02.123456Z"),
    ],
)
def test_times_that_spyne_reads_wrong_are_read_right(sent: str, expected: str) -> None:
    assert expected == read(STRICT, a_call(MINIMAL[0], Part("started_at", sent), MINIMAL[1])).data["started_at"]


def test_an_event_of_more_than_ten_thousand_values_is_too_large() -> None:
    with pytest.raises(TooLarge):
        read(LENIENT, a_call(*MINIMAL, *[Part(f"x{number}", "1") for number in range(10_000)]))


def test_the_receipt_is_a_valid_response_of_the_published_schema() -> None:
    receipt = Receipt("r-1", ("e-1",), Status.DUPLICATE, NOON, notes=("a <note> & another", "second"))
    call = STRICT.read(Context(envelope(a_call(*MINIMAL))))
    response = envelope(STRICT.response(call, receipt)).payload
    SCHEMA.assertValid(response)
    assert ["r-1", "e-1", "duplicate", "2026-03-16T12:00:00Z", "a <note> & another", "second"] == [
        child.text for child in response[0]
    ]
