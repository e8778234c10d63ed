"""How the body of an HTTP call is told: by its media type, its first byte, its charset; and which event it is."""

from __future__ import annotations

import pytest

from gateway.errors import ContractViolation, Malformed, UnknownOperation, UnsupportedMedia
from gateway.model.field_reading import Reading
from tests.bindings.test_http import FORM, JSON, STRICT, TWO, a_binding, events, read, refused, sent

OBJECT = '{"call_id":"Zoë"}'
EITHER = [{"call_id": "Zoë"}]


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        (None, OBJECT, "json"),
        (None, f" \r\n[{OBJECT}]", "json"),
        (None, "call_id=Zo%C3%AB", "form"),
        ("text/plain", OBJECT, "json"),
        ("text/plain; charset=utf-8", "call_id=Zoë", "form"),
        ("application/octet-stream", OBJECT, "json"),
        ("application/octet-stream", "call_id=Zoë", "form"),
        (FORM, OBJECT, "json"),
        (FORM, "call_id=Zoë", "form"),
        (JSON, OBJECT, "json"),
        ("APPLICATION/JSON; charset=UTF-8", OBJECT, "json"),
        ("text/json", OBJECT, "json"),
        (JSON, "call_id=Zo%C3%AB", "form"),
        ("application/xml", OBJECT, "json"),
        ("image/png", OBJECT, "json"),
        (None, "<callEnded><call_id>Zoë</call_id></callEnded>", "xml"),
        (JSON, "<callEnded><call_id>Zoë</call_id></callEnded>", "xml"),
        ("application/xml", "<callEnded><call_id>Zoë</call_id></callEnded>", "xml"),
        ("application/vnd.calls+xml", "<callEnded><call_id>Zoë</call_id></callEnded>", "xml"),
        ("application/vnd.calls.v1+json", OBJECT, "json"),
    ],
)
def test_a_body_is_read_by_its_type_and_by_its_first_byte_where_that_says_nothing(
    content_type: str | None, body: str, expected: str
) -> None:
    request = sent(body, content_type)
    assert EITHER == read(request)
    assert expected == request.binding


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("image/png", "\x89PNG"),
        ("text/csv", "call_id,duration"),
        ("application/cloudevents+avro", "Obj"),
        ("application/x-protobuf", "call_id=1"),
    ],
)
def test_a_media_type_that_we_do_not_read_is_unsupported(content_type: str | None, body: str) -> None:
    refused(sent(body, content_type), UnsupportedMedia)


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        (JSON, "utf-8"),
        (JSON, "utf-8-sig"),
        (JSON, "utf-16"),
        ("application/json; charset=utf-16", "utf-16"),
        ("application/json; charset=utf-16le", "utf-16-le"),
        ("application/json; charset=iso-8859-1", "latin-1"),
        ('application/json; charset="windows-1252"', "cp1252"),
        ("application/json; charset=iso-8859-1", "utf-8-sig"),
    ],
)
def test_a_body_is_in_the_charset_that_its_mark_or_its_header_says(content_type: str, encoding: str) -> None:
    assert EITHER == read(sent(OBJECT.encode(encoding), content_type))


def test_a_form_may_be_in_another_charset() -> None:
    assert EITHER == read(sent("call_id=Zoë".encode("latin-1"), FORM + "; charset=iso-8859-1"))


@pytest.mark.parametrize("charset", ["utf-7", "bogus", "rot13", "idna"])
def test_a_charset_that_we_do_not_read_is_unsupported(charset: str) -> None:
    refused(sent(OBJECT, f"application/json; charset={charset}"), UnsupportedMedia)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON, OBJECT.encode("latin-1")),
        ("application/json; charset=us-ascii", OBJECT.encode()),
        (JSON, b'{"call_id":"Zo\xeb"}'),
        ("application/json; charset=utf-8", b'{"call_id":"\xed\xa0\x80"}'),
    ],
)
def test_bytes_that_are_not_in_their_charset_are_malformed(content_type: str, body: bytes) -> None:
    assert "the body is not" in refused(sent(body, content_type), Malformed).detail


@pytest.mark.parametrize(
    "name", ["call-ended", "call.ended", "callEnded", "Call_Ended", "CALLENDED", "post-call", "postCall"]
)
def test_the_path_names_the_event_by_any_of_its_names(name: str) -> None:
    assert ["call.ended"] == events(sent('{"call_id":"1"}', event=name))


def test_without_a_name_the_contracts_only_event_is_meant() -> None:
    assert "call.ended" == a_binding().read(sent('{"call_id":"1"}'))[0].event.name


@pytest.mark.parametrize(("name", "why"), [(None, "the path names no event"), ("nothing", "no event 'nothing'")])
def test_where_no_event_is_meant_all_are_named(name: str | None, why: str) -> None:
    with pytest.raises(UnknownOperation) as error:
        events(sent('{"call_id":"1"}', event=name))
    assert f"{why}; /in/pbx/<event> takes: call-ended, call-started" == error.value.detail


def test_a_name_that_is_wrong_is_refused_even_where_there_is_one_event_only() -> None:
    with pytest.raises(UnknownOperation):
        a_binding().read(sent('{"call_id":"1"}', event="nothing"))


@pytest.mark.parametrize(
    ("body", "content_type", "query"),
    [
        ('{"call_id":"1","what":"call.started"}', JSON, ""),
        ('{"call_id":"1","What":"callStarted"}', JSON, ""),
        ("call_id=1&what=call-started", FORM, ""),
        ("", None, "call_id=1&what=call-started"),
        ('{"call_id":"1"}', JSON, "what=call-started"),
    ],
)
def test_a_parameter_or_field_may_name_the_event_and_is_no_field_then(
    body: str, content_type: str | None, query: str
) -> None:
    request = sent(body, content_type, query=query)
    (message,) = a_binding(contract=TWO, event_from="what").read(request)
    assert ("call.started", {"call_id": "1"}) == (message.event.name, message.data)


def test_a_strict_reading_takes_the_events_name_from_a_field_too() -> None:
    assert ["call.started"] == events(sent('{"call_id":"1","what":"call.started"}'), "what", STRICT)


def test_the_path_outranks_the_parameter() -> None:
    request = sent('{"call_id":"1","what":"call-started"}', event="call-ended")
    assert ["call.ended"] == events(request, "what")


def test_each_item_of_a_list_may_name_its_own_event() -> None:
    body = '[{"call_id":"1","what":"call-ended"},{"call_id":"2","what":"call-started"}]'
    assert ["call.ended", "call.started"] == events(sent(body), "what")


def test_an_event_that_a_parameter_names_and_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownOperation, match="no event 'nothing'"):
        events(sent('{"call_id":"1","what":"nothing"}'), "what")


@pytest.mark.parametrize("body", ['{"call_id": "1", "what": null}', '{"call_id": "1", "what": ""}'])
def test_a_field_that_names_the_event_and_is_empty_names_none(body: str) -> None:
    (message,) = a_binding(event_from="what").read(sent(body))
    assert {"call_id": "1"} == message.data


def test_what_names_the_event_is_text() -> None:
    with pytest.raises(ContractViolation) as error:
        a_binding(contract=TWO, event_from="what").read(sent('{"call_id": "1", "what": {"a": 1}}'))
    assert ["/what"] == [violation.path for violation in error.value.violations]


@pytest.mark.parametrize("reading", list(Reading))
def test_a_parameter_beside_the_body_names_the_event_in_every_reading(reading: Reading) -> None:
    request = sent('{"call_id": "1"}', query="what=call-started")
    (message,) = a_binding(reading, TWO, event_from="what").read(request)
    assert "call.started" == message.event.name


@pytest.mark.parametrize("bom", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_does_not_hide_json(bom: str) -> None:
    (message,) = a_binding().read(sent('{"call_id": "1"}'.encode(bom), None))
    assert {"call_id": "1"} == message.data
