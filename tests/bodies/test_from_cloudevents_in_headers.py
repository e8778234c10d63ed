"""CloudEvents in binary mode: attributes in percent-encoded headers, the data in the body as itself."""

from __future__ import annotations

import pytest

from gateway.errors import ContractViolation, Malformed, Refusal, UnknownOperation, UnsupportedMedia
from gateway.model.field_reading import Reading
from gateway.model.reading import Data
from gateway.model.request import Request
from tests.bindings.test_http import FORM, JSON, LENIENT, STRICT, TWO, a_binding, sent
from tests.bodies import messages, read, refused
from tests.builders import a_contract, a_field, a_request, an_event_type

OWN = {"specversion": "1.0", "id": "e-1", "source": "/theirs", "type": "call.ended"}
OBJECT, DATA = '{"call_id":"1"}', {"call_id": "1"}


def binary(body: str | bytes = OBJECT, content_type: str | None = JSON, **more: str | None) -> Request:
    """A CloudEvent in headers; what is None is left out."""
    given = {f"CE-{name.title()}": value for name, value in (OWN | more).items() if value is not None}
    types = {} if content_type is None else {"Content-Type": content_type}
    return a_request(body.encode() if isinstance(body, str) else body, headers=given | types)


@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_the_attributes_are_those_of_the_headers_and_the_data_is_the_body(reading: Reading) -> None:
    more = {"subject": "4711", "time": "2026-03-16T12:00:00Z", "partner": "x"}
    request = binary(OBJECT, JSON, **more)
    (message,) = messages(request, reading)
    assert ("call.ended", DATA, OWN | more) == (message.event.name, message.data, message.attributes)
    assert ("cloudevents", False, []) == (request.binding, request.memo["is_list"], request.notes)


@pytest.mark.parametrize(
    ("content_type", "body", "expected", "notes"),
    [
        ("application/json; charset=iso-8859-1", '{"call_id":"Zoë"}'.encode("latin-1"), {"call_id": "Zoë"}, 0),
        ("application/xml", "<callEnded><call_id>1</call_id></callEnded>", DATA, 0),
        (FORM, "call_id=1&tags=a", {"call_id": "1", "tags": ["a"]}, 0),
        (None, OBJECT, DATA, 1),
        ("text/plain", OBJECT, DATA, 1),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_the_data_is_read_as_its_media_type_says(
    content_type: str | None, body: str | bytes, expected: Data, notes: int, reading: Reading
) -> None:
    request = binary(body, content_type)
    assert [expected] == read(request, reading)
    assert ("cloudevents", notes) == (request.binding, len(request.notes))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),
        ("%e2%82%ac", "€"),
        ("%41%2F%25", "A/%"),
        ("100%", "100%"),
        ("a%zzb", "a%zzb"),
        ("a+b", "a+b"),
        ("a%2520b", "a%20b"),
        ('"Euro%20%E2%82%AC"', "Euro €"),
        ('"a b"', "a b"),
        ('"a \\"b\\" \\\\c"', 'a "b" \\c'),
    ],
)
def test_a_header_is_unquoted_then_percent_decoded_once(header: str, expected: str) -> None:
    assert expected == messages(binary(subject=header, id=header))[0].attributes["subject"]
    assert expected == messages(binary(id=header))[0].attributes["id"]


@pytest.mark.parametrize("header", ["%FF", "%C0%A0", "%ED%A0%80", "a%E2%82"])
@pytest.mark.parametrize("name", ["subject", "id", "partner"])
def test_a_header_that_is_not_utf_8_once_it_is_decoded_is_malformed(name: str, header: str) -> None:
    assert "not UTF-8" in refused(binary(OBJECT, JSON, **{name: header}), Malformed).detail


@pytest.mark.parametrize("name", ["id", "source", "type", "specversion"])
@pytest.mark.parametrize("wrong", [None, "", "%00"])
def test_a_required_header_that_is_missing_or_has_nul_is_malformed_and_named(name: str, wrong: str | None) -> None:
    assert name in refused(binary(OBJECT, JSON, **{name: wrong}), Malformed).detail


def test_nul_in_another_attribute_leaves_it_out() -> None:
    assert OWN == messages(binary(subject="a%00"))[0].attributes


def test_another_version_is_malformed() -> None:
    expected = "the request: specversion '0.3' is not read; 1.0 is"
    assert expected == refused(binary(specversion="0.3"), Malformed).detail


@pytest.mark.parametrize("name", ["ce-id", "ce-source", "ce-type", "ce-subject", "ce-time"])
def test_one_such_header_alone_makes_no_cloud_event(name: str) -> None:
    request = a_request(OBJECT.encode(), headers={name: "call.ended", "Content-Type": JSON})
    assert [DATA] == read(request)
    assert "json" == request.binding


def test_the_type_names_the_event_and_the_path_outranks_it() -> None:
    request = binary(type="call.started")
    assert ["call.started"] == [one.event.name for one in a_binding(contract=TWO).read(request)]
    request = binary(type="com.example.x")
    request.event = "call-ended"
    assert ["call.ended"] == [one.event.name for one in a_binding(contract=TWO).read(request)]
    assert "no event 'com.example.x'" in refused(binary(type="com.example.x"), UnknownOperation).detail


def test_the_type_outranks_the_root_of_xml_data() -> None:
    request = binary("<callEnded><call_id>1</call_id></callEnded>", "text/xml", type="call.started")
    assert ["call.started"] == [one.event.name for one in a_binding(contract=TWO).read(request)]


@pytest.mark.parametrize(
    ("body", "content_type", "kind", "why"),
    [
        (f"[{OBJECT}]", JSON, Malformed, "send a list of CloudEvents as a batch"),
        (OBJECT, "application/x-ndjson", Malformed, "send a list of CloudEvents as a batch"),
        ("[]", JSON, Malformed, "the list is empty"),
        ("5", JSON, Malformed, "neither an object nor a list"),
        ("{", JSON, Malformed, "not JSON"),
        ("\x89PNG", "image/png", UnsupportedMedia, "the media type 'image/png' is not one"),
        ("hello", None, UnsupportedMedia, "the media type '' is not one"),
        ("{}", JSON, ContractViolation, "/call_id is required"),
    ],
)
def test_data_that_is_no_event_is_refused(body: str, content_type: str | None, kind: type[Refusal], why: str) -> None:
    assert why in refused(binary(body, content_type), kind).detail


@pytest.mark.parametrize("content_type", [None, JSON])
def test_an_event_without_data_is_an_empty_message(content_type: str | None) -> None:
    request = binary("", content_type)
    (message,) = a_binding(contract=a_contract(an_event_type(a_field("call_id")))).read(request)
    assert ({}, OWN, "cloudevents") == (message.data, message.attributes, request.binding)


def test_a_structured_body_outranks_the_headers() -> None:
    body = '{"specversion":"1.0","id":"e-2","source":"/s","type":"call.ended","data":{"call_id":"2"}}'
    (message,) = messages(binary(body, "application/cloudevents+json"))
    assert ("e-2", {"call_id": "2"}) == (message.attributes["id"], message.data)


def test_parameters_beside_a_cloud_event_are_fields_as_beside_any_body() -> None:
    request = sent(OBJECT, JSON, query="count=7&call_id=9")
    request.headers = {**request.headers, **{f"ce-{name}": value for name, value in OWN.items()}}
    assert [{"call_id": "1", "count": 7}] == read(request)
