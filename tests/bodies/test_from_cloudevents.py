"""CloudEvents 1.0: structured, batched, and with their attributes in headers; data of any media type we read."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from gateway.bodies import MAX_EVENTS
from gateway.errors import ContractViolation, Malformed, Refusal, TooLarge, UnknownOperation, UnsupportedMedia
from gateway.model.field_reading import Reading
from gateway.model.reading import Data
from gateway.model.request import Request
from tests.bindings.test_http import LENIENT, STRICT, TWO, a_binding, sent
from tests.bodies import messages, read, refused, violations

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
OWN = {"specversion": "1.0", "id": "e-1", "source": "/theirs", "type": "call.ended"}
DATA = {"call_id": "1"}
FORM_DATA, XML_DATA = "call_id=1&tags=a&tags=b", "<callEnded><call_id>Zoë</call_id></callEnded>"


def document(**more: object) -> dict[str, object]:
    """A CloudEvent; what is None is left out."""
    return {name: value for name, value in (OWN | {"data": DATA} | more).items() if value is not None}


def structured(**more: object) -> Request:
    return sent(json.dumps(document(**more)), STRUCTURED)


def batch(*documents: object) -> Request:
    return sent(json.dumps(documents), BATCH)


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


@pytest.mark.parametrize("reading", [STRICT, LENIENT])
@pytest.mark.parametrize("content_type", [STRUCTURED, "Application/CloudEvents+JSON; charset=UTF-8"])
def test_a_structured_event_is_its_data_and_keeps_its_attributes(content_type: str, reading: Reading) -> None:
    own = OWN | {"subject": "4711", "time": "2026-03-16T12:00:00Z", "partner": "x"}
    request = sent(json.dumps(own | {"data": DATA}), content_type)
    (message,) = messages(request, reading)
    assert ("call.ended", DATA, own) == (message.event.name, message.data, message.attributes)
    assert ("cloudevents", False, []) == (request.binding, request.memo["is_list"], request.notes)


def test_only_attributes_that_are_text_are_kept() -> None:
    request = structured(
        data=None, data_base64=encoded('{"call_id":"1"}'), traced=True, attempt=5, nul="a\0", other=None
    )
    assert [OWN] == [message.attributes for message in messages(request)]


def test_the_type_names_the_event() -> None:
    request = structured(type="call.started")
    assert ["call.started"] == [message.event.name for message in a_binding(contract=TWO).read(request)]


def test_the_path_outranks_the_type() -> None:
    request = sent(json.dumps(document(type="com.example.whatever")), STRUCTURED, event="call-ended")
    assert ["call.ended"] == [message.event.name for message in a_binding(contract=TWO).read(request)]


def test_a_type_that_nobody_knows_is_refused() -> None:
    assert "no event 'com.example.x'" in refused(structured(type="com.example.x"), UnknownOperation).detail


@pytest.mark.parametrize(
    ("media", "data", "expected"),
    [
        ("application/json", DATA, DATA),
        (None, DATA, DATA),
        ("application/vnd.calls+json; charset=utf-8", DATA, DATA),
        ("application/xml", DATA, DATA),
        ("application/xml", XML_DATA, {"call_id": "Zoë"}),
        ("text/xml; charset=iso-8859-1", XML_DATA, {"call_id": "Zoë"}),
        ("text/xml", f'<?xml version="1.0" encoding="iso-8859-1"?>{XML_DATA}', {"call_id": "Zoë"}),
        ("application/x-www-form-urlencoded", FORM_DATA, {"call_id": "1", "tags": ["a", "b"]}),
        ("application/x-www-form-urlencoded; charset=koi8-r", "call_id=Zo%C3%AB", {"call_id": "Zoë"}),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_data_is_read_by_its_own_media_type(media: str | None, data: object, expected: Data, reading: Reading) -> None:
    request = structured(datacontenttype=media, data=data)
    assert [expected] == read(request, reading)
    assert ("cloudevents", []) == (request.binding, request.notes)


@pytest.mark.parametrize(
    ("media", "data", "expected"),
    [
        (None, '{"call_id":"1"}', DATA),
        ("application/json; charset=utf-16", '{"call_id":"1"}'.encode("utf-16"), DATA),
        ("application/xml", XML_DATA, {"call_id": "Zoë"}),
        ("application/xml; charset=iso-8859-1", XML_DATA.encode("latin-1"), {"call_id": "Zoë"}),
        ("application/x-www-form-urlencoded", FORM_DATA, {"call_id": "1", "tags": ["a", "b"]}),
        (
            "multipart/form-data; boundary=b",
            '--b\r\nContent-Disposition: form-data; name="call_id"\r\n\r\n1\r\n--b--',
            DATA,
        ),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_data_in_base64_is_read_by_its_own_media_type(
    media: str | None, data: str | bytes, expected: Data, reading: Reading
) -> None:
    assert [expected] == read(structured(datacontenttype=media, data=None, data_base64=encoded(data)), reading)


def test_data_whose_media_type_says_nothing_is_told_by_its_first_byte_and_noted() -> None:
    request = structured(datacontenttype="text/plain", data='{"call_id":"1"}')
    assert [DATA] == read(request)
    assert ["read as JSON, though the content type is text/plain"] == request.notes


@pytest.mark.parametrize("absent", [{"data": None}, {"data": None, "data_base64": None}])
def test_an_event_without_data_is_an_empty_message(absent: dict[str, object]) -> None:
    assert [("/call_id", "is required")] == violations(refused(structured(**absent), ContractViolation))


def test_null_data_is_none() -> None:
    request = sent(json.dumps(OWN | {"data": None, "data_base64": encoded('{"call_id":"1"}')}), STRUCTURED)
    assert [DATA] == read(request)


@pytest.mark.parametrize(
    ("more", "kind", "why"),
    [
        ({"data": [DATA]}, Malformed, "the data of the body is no object"),
        ({"data": "text"}, Malformed, "the data of the body is no object"),
        ({"data": 5}, Malformed, "the data of the body is no object"),
        ({"data": '{"call_id":"1"}', "datacontenttype": "application/json"}, Malformed, "the data of the body is no"),
        ({"data": None, "data_base64": encoded('[{"call_id":"1"}]')}, Malformed, "the data of the body is no object"),
        ({"data_base64": encoded("{}")}, Malformed, "the body has both data and data_base64"),
        ({"data": None, "data_base64": "*"}, Malformed, "the body: data_base64 is not base64"),
        ({"data": None, "data_base64": "YQ"}, Malformed, "the body: data_base64 is not base64"),
        ({"data": None, "data_base64": "é"}, Malformed, "the body: data_base64 is not base64"),
        ({"data": None, "data_base64": {}}, Malformed, "the body: data_base64 is not base64"),
        ({"data": None, "data_base64": encoded("{")}, Malformed, "not JSON"),
        ({"data": "x", "datacontenttype": "image/png"}, UnsupportedMedia, "the media type 'image/png' is not one"),
        ({"data": None, "data_base64": "AA==", "datacontenttype": "image/png"}, UnsupportedMedia, "'image/png'"),
        ({"data": "<a", "datacontenttype": "text/xml"}, Malformed, "the body is not well-formed XML"),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_data_that_is_no_event_is_refused(
    more: dict[str, object], kind: type[Refusal], why: str, reading: Reading
) -> None:
    assert why in refused(structured(**more), kind, reading).detail


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("wrong", [None, "", 5, True, {}, ["1.0"], "a\0b"], ids=repr)
def test_a_required_attribute_that_is_missing_or_no_text_is_malformed_and_named(name: str, wrong: object) -> None:
    for request, what in (
        (structured(**{name: wrong}), "the body"),
        (batch(document(), document(**{name: wrong})), "item 1"),
    ):
        detail = refused(request, Malformed).detail
        assert detail.startswith(what)
        assert name in detail


def test_every_missing_attribute_is_named_at_once() -> None:
    request = sent('{"data":{}}', STRUCTURED)
    expected = "the body is no CloudEvent: it has no id, no source, no type, no specversion"
    assert expected == refused(request, Malformed).detail


@pytest.mark.parametrize("version", ["0.3", "1.1", "1", "2.0", "1.0.2" * 100])
def test_another_version_is_malformed(version: str) -> None:
    detail = refused(structured(specversion=version), Malformed).detail
    assert f"the body: specversion '{version[:20]}' is not read; 1.0 is" == detail


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("[]", "the body is no CloudEvent: it is no JSON object"),
        (json.dumps([document()]), "the body is no CloudEvent: it is no JSON object"),
        ("1", "the body is no CloudEvent: it is no JSON object"),
        ('{"id":"1","id":"2"}', "the key 'id' stands twice"),
        ("{", "the body is not JSON"),
        ("id=1", "the body is not JSON"),
    ],
)
def test_a_structured_body_that_is_no_event_is_malformed(body: str, why: str) -> None:
    assert why in refused(sent(body, STRUCTURED), Malformed).detail


def test_a_batch_is_a_list_in_its_order_each_with_its_own_attributes() -> None:
    second: dict[str, Any] = {"id": "e-2", "datacontenttype": "text/xml", "data": XML_DATA}
    request = batch(document(), document(**second))
    read_messages = messages(request, STRICT)
    assert [{"call_id": "1"}, {"call_id": "Zoë"}] == [message.data for message in read_messages]
    assert ["e-1", "e-2"] == [message.attributes["id"] for message in read_messages]
    assert ("cloudevents", True) == (request.binding, request.memo["is_list"])


def test_each_event_of_a_batch_has_its_own_type() -> None:
    request = batch(document(), document(type="call.started"))
    assert ["call.ended", "call.started"] == [one.event.name for one in a_binding(contract=TWO).read(request)]


def test_the_violations_of_a_batch_name_their_items() -> None:
    error = refused(batch(document(), document(data={"count": "x"})), ContractViolation)
    assert ["/1/call_id", "/1/count"] == sorted(path for path, _ in violations(error))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("[]", "the list is empty"),
        ("{}", "a batch of CloudEvents is a JSON list"),
        (json.dumps(document()), "a batch of CloudEvents is a JSON list"),
        (json.dumps([document(), 1]), "item 1 is no CloudEvent: it is no JSON object"),
        (json.dumps([document(), {}]), "item 1 is no CloudEvent: it has no id, no source, no type, no specversion"),
        (json.dumps([document(specversion="0.3")]), "item 0: specversion '0.3' is not read; 1.0 is"),
        (json.dumps([document(data=[])]), "the data of item 0 is no object"),
    ],
)
def test_a_batch_that_is_none_is_malformed(body: str, why: str) -> None:
    assert why == refused(sent(body, BATCH), Malformed).detail


def test_a_batch_of_too_many_is_too_large() -> None:
    assert f"at most {MAX_EVENTS} are taken" in refused(batch(*[document()] * (MAX_EVENTS + 1)), TooLarge).detail
