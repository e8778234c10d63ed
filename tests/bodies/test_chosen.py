"""What reads a body is told by its media type, unless it plainly is something else; its sender is told so."""

from __future__ import annotations

import pytest

from gateway.errors import Malformed, UnsupportedMedia
from gateway.model.field_reading import Reading
from tests.bindings.test_http import FORM, JSON, LENIENT, STRICT, sent
from tests.bodies import read, refused

OBJECT, FIELDS = '{"call_id":"1"}', "call_id=1"
ELEMENT = "<callEnded><call_id>1</call_id></callEnded>"
PARTS = '--b\r\nContent-Disposition: form-data; name="call_id"\r\n\r\n1\r\n--b--\r\n'
MULTIPART = "multipart/form-data; boundary=b"
ONE = [{"call_id": "1"}]


@pytest.mark.parametrize(
    ("content_type", "body", "binding"),
    [
        (JSON, OBJECT, "json"),
        ("Application/JSON ; charset=utf-8", OBJECT, "json"),
        ("text/json", OBJECT, "json"),
        ("application/vnd.api+json", OBJECT, "json"),
        ("application/problem+JSON", OBJECT, "json"),
        ("application/x-ndjson", OBJECT, "json"),
        (FORM, FIELDS, "form"),
        ("Application/X-WWW-Form-URLEncoded;charset=utf-8", FIELDS, "form"),
        ("text/xml", ELEMENT, "xml"),
        ("application/xml; charset=utf-8", ELEMENT, "xml"),
        ("application/atom+xml", ELEMENT, "xml"),
        ("application/soap+xml", ELEMENT, "xml"),
        (MULTIPART, PARTS, "multipart"),
        ("Multipart/Form-Data; Boundary=b", PARTS, "multipart"),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_a_media_type_that_is_right_needs_no_note(content_type: str, body: str, binding: str, reading: Reading) -> None:
    request = sent(body, content_type)
    assert ONE == read(request, reading)
    assert (binding, []) == (request.binding, request.notes)


@pytest.mark.parametrize(
    ("content_type", "body", "binding", "note"),
    [
        (None, OBJECT, "json", "read as JSON, though the content type is missing"),
        (None, FIELDS, "form", "read as a form, though the content type is missing"),
        (None, ELEMENT, "xml", "read as XML, though the content type is missing"),
        ("text/plain", OBJECT, "json", "read as JSON, though the content type is text/plain"),
        ("application/octet-stream", FIELDS, "form", "read as a form, though the content type is application/octet"),
        ("binary/octet-stream", OBJECT, "json", "read as JSON, though the content type is binary/octet-stream"),
        ("*/*", ELEMENT, "xml", "read as XML, though the content type is */*"),
        ("unknown/unknown", OBJECT, "json", "read as JSON, though the content type is unknown/unknown"),
        (FORM, OBJECT, "json", "read as JSON, though the content type is application/x-www-form-urlencoded"),
        (FORM, ELEMENT, "xml", "read as XML, though the content type is application/x-www-form-urlencoded"),
        (JSON, FIELDS, "form", "read as a form, though the content type is application/json"),
        (JSON, ELEMENT, "xml", "read as XML, though the content type is application/json"),
        ("text/xml", OBJECT, "json", "read as JSON, though the content type is text/xml"),
        ("text/xml", FIELDS, "form", "read as a form, though the content type is text/xml"),
        (MULTIPART, OBJECT, "json", "read as JSON, though the content type is multipart/form-data"),
        (MULTIPART, ELEMENT, "xml", "read as XML, though the content type is multipart/form-data"),
        ("image/png", OBJECT, "json", "read as JSON, though the content type is image/png"),
        ("text/html", ELEMENT, "xml", "read as XML, though the content type is text/html"),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_a_missing_generic_or_plainly_wrong_media_type_is_told_by_the_first_byte_and_noted(
    content_type: str | None, body: str, binding: str, note: str, reading: Reading
) -> None:
    request = sent(body, content_type)
    assert ONE == read(request, reading)
    assert binding == request.binding
    assert 1 == len(request.notes)
    assert request.notes[0].startswith(note)


def test_the_media_type_in_a_note_is_cut() -> None:
    request = sent(OBJECT, "x/" + "y" * 1000)
    read(request)
    assert ["read as JSON, though the content type is x/" + "y" * 58] == request.notes


@pytest.mark.parametrize("before", ["", " \t\r\n", "\ufeff", "\ufeff \n"])
@pytest.mark.parametrize("body", [OBJECT, ELEMENT])
def test_blanks_and_a_byte_order_mark_hide_no_first_byte(before: str, body: str) -> None:
    assert ONE == read(sent(before + body, None))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("body", [OBJECT, ELEMENT])
def test_a_wide_encoding_hides_no_first_byte(encoding: str, body: str) -> None:
    assert ONE == read(sent(body.encode(encoding), "text/plain"))


@pytest.mark.parametrize(
    ("content_type", "body", "shown"),
    [
        (None, "hello", "''"),
        ("text/plain", "hello", "'text/plain'"),
        ("text/csv", "call_id,notes\n1,x", "'text/csv'"),
        ("image/png", "\x89PNG", "'image/png'"),
        ("application/x-protobuf", FIELDS, "'application/x-protobuf'"),
        ("multipart/mixed; boundary=b", PARTS, "'multipart/mixed'"),
        ("x/" + "y" * 1000, "hello", f"'x/{'y' * 78}'"),
    ],
)
def test_what_neither_its_type_nor_its_first_byte_tells_is_unsupported(
    content_type: str | None, body: str, shown: str
) -> None:
    assert (
        f"the media type {shown} is not one this endpoint reads; send JSON, a form, XML, CloudEvents, a query or SOAP"
        == refused(sent(body, content_type), UnsupportedMedia).detail
    )


@pytest.mark.parametrize("what", ["cloudevents+avro", "cloudevents+xml", "cloudevents-batch+avro", "cloudevents"])
def test_cloud_events_in_another_format_are_unsupported(what: str) -> None:
    detail = refused(sent(OBJECT, f"application/{what}"), UnsupportedMedia).detail
    assert f"CloudEvents are read as application/cloudevents+json, not as application/{what}" == detail


def test_a_multipart_body_whose_preamble_looks_like_a_form_is_a_multipart_form() -> None:
    request = sent("a=b\r\n" + PARTS, MULTIPART)
    assert ONE == read(request)
    assert ("multipart", []) == (request.binding, request.notes)


def test_json_that_says_so_and_is_none_is_malformed_and_no_form() -> None:
    assert "not JSON" in refused(sent("hello = world", JSON), Malformed).detail
