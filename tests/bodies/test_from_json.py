"""A JSON object is one event, a list a batch, and so are JSON lines; what each line and item holds is its own."""

from __future__ import annotations

import pytest

from gateway.bodies import MAX_EVENTS
from gateway.errors import ContractViolation, Malformed, TooLarge, UnsupportedMedia
from gateway.model.canonical import canonical_json
from gateway.model.field_reading import Reading
from gateway.model.json_text import MAX_VALUES
from tests.bindings.test_http import JSON, LENIENT, STRICT, sent
from tests.bodies import read, refused, violations

LINES = "application/x-ndjson"


@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_nested_objects_and_lists_are_read_as_they_stand(reading: Reading) -> None:
    body = (
        '{"segments":[{"agent_id":"7"},{"party":{"phones":["1","2"],"name":"b"}}],'
        '"customer":{"name":"Zoë"},"tags":["b","a"],"call_id":"1","count":7}'
    )
    assert [
        {
            "call_id": "1",
            "count": 7,
            "tags": ["b", "a"],
            "customer": {"name": "Zoë"},
            "segments": [{"agent_id": "7"}, {"party": {"name": "b", "phones": ["1", "2"]}}],
        }
    ] == read(sent(body), reading)


@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_what_is_wrong_inside_is_named_with_its_path(reading: Reading) -> None:
    body = (
        '{"call_id":"1","tags":["a",null,["b"]],"customer":{"phones":"1"},'
        '"segments":[{"agent_id":{}},3],"voice":"?","photos":{}}'
    )
    assert [
        ("/tags/1", "must not be null inside a list"),
        ("/tags/2", "must be text, not a list"),
        ("/voice", 'must be base64, not "?"'),
        ("/photos", "must be a list, not an object"),
        ("/customer/name", "is required"),
        ("/customer/phones", "must be a list, not text"),
        ("/segments/0/agent_id", "must be text, not an object"),
        ("/segments/1", "must be an object, not a number"),
    ] == violations(refused(sent(body), ContractViolation, reading))


def test_null_and_an_empty_list_are_absent() -> None:
    assert [{"call_id": "1"}] == read(sent('{"call_id":"1","tags":[],"customer":null,"segments":null}'), STRICT)


def test_what_is_unknown_is_kept_in_the_object_it_stood_in_as_it_was_sent() -> None:
    body = '{"call_id":"1","Weight":10.10,"deep":{"a":[1e5,null,true]},"customer":{"name":"b","vip":false}}'
    (data,) = read(sent(body))
    assert {"name": "b", "extra": {"vip": False}} == data["customer"]
    assert b'"extra":{"Weight":10.10,"deep":{"a":[1e5,null,true]}}}' in canonical_json(data)


def test_no_digit_passes_through_a_float() -> None:
    assert [{"call_id": "0.10000000000000000000001", "count": 10**40}] == read(
        sent('{"call_id":0.10000000000000000000001,"count":1e40}')
    )


@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_a_list_of_one_is_a_list(reading: Reading) -> None:
    request = sent('[{"call_id":"1"}]')
    assert [{"call_id": "1"}] == read(request, reading)
    assert True is request.memo["is_list"]


def test_an_object_is_no_list() -> None:
    request = sent('{"call_id":"1"}')
    read(request)
    assert False is request.memo["is_list"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("[]", "the list is empty"),
        ("[ ]", "the list is empty"),
        ('[{"call_id":"1"},"2"]', "item 1 of the list is no object"),
        ("[null]", "item 0 of the list is no object"),
        ('[[{"call_id":"1"}]]', "item 0 of the list is no object"),
        ("4711", "the JSON is neither an object nor a list of objects"),
        ("true", "the JSON is neither an object nor a list of objects"),
        ('{"call_id":"1"}{"call_id":"2"}', "the body is not JSON: Extra data: line 1 column 16 (char 15)"),
        ('{"call_id":"1', "the body is not JSON: Unterminated string"),
        ("{'call_id':'1'}", "the body is not JSON: Expecting property name"),
        ('{"call_id":"1"/* a comment */}', "the body is not JSON: Expecting ',' delimiter"),
        ('{"call_id":01}', "the body is not JSON: Expecting ',' delimiter"),
        ('{"call_id":Infinity}', "Infinity is not a JSON value"),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_what_is_no_event_is_malformed(body: str, why: str, reading: Reading) -> None:
    assert why in refused(sent(body), Malformed, reading).detail


@pytest.mark.parametrize("media", ["x-ndjson", "ndjson", "jsonl", "json-lines", "X-NDJSON; charset=utf-8"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_json_lines_are_a_list_of_events(media: str, end: str) -> None:
    lines = ['{"call_id":"1"}', "", ' {"call_id":"2","tags":["a"]} ', " "]
    request = sent(end.join(lines), f"application/{media}")
    assert [{"call_id": "1"}, {"call_id": "2", "tags": ["a"]}] == read(request, STRICT)
    assert ("json", True, []) == (request.binding, request.memo["is_list"], request.notes)


def test_one_json_line_is_a_list_of_one() -> None:
    request = sent('{"call_id":"1"}\n', LINES)
    assert [{"call_id": "1"}] == read(request)
    assert True is request.memo["is_list"]


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\u2029"])
def test_only_a_line_feed_ends_a_json_line(separator: str) -> None:
    assert [{"call_id": f"a{separator}b"}] == read(sent(f'{{"call_id":"a{separator}b"}}', LINES))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_json_lines_may_be_in_another_encoding(encoding: str) -> None:
    body = '{"call_id":"Zoë"}\n{"call_id":"b"}'.encode(encoding)
    assert [{"call_id": "Zoë"}, {"call_id": "b"}] == read(sent(body, LINES))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("\n\n", "neither a body nor a query"),
        ('{"call_id":"1"}\n3', "line 2 is no object"),
        ('{"call_id":"1"}\n\n3', "line 3 is no object"),
        ('{"call_id":"1"}\n[{"call_id":"2"}]', "line 2 is no object"),
        ('{"call_id":"1"}\n{"call_id":"2"', "line 2"),
        ('\n\n{"call_id":"1","call_id":"2"}', "line 3"),
    ],
)
def test_a_line_that_is_no_event_is_malformed_and_named(body: str, why: str) -> None:
    assert why in refused(sent(body, LINES), Malformed).detail


def test_the_violations_of_json_lines_name_their_events() -> None:
    body = '{"call_id":"1"}\n\n{"count":"x"}'
    assert ["/1/call_id", "/1/count"] == sorted(
        path for path, _ in violations(refused(sent(body, LINES), ContractViolation))
    )


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (['{"call_id":"1"}'] * (MAX_EVENTS + 1), f"the list has {MAX_EVENTS + 1} events; at most {MAX_EVENTS}"),
        (['{"call_id":"1","x":[' + "1," * MAX_VALUES + "1]}"], f"more than {MAX_VALUES} values in one event"),
    ],
)
def test_a_limit_of_a_list_holds_for_lines(lines: list[str], why: str) -> None:
    assert why in refused(sent("\n".join(lines), LINES), TooLarge).detail
    assert why in refused(sent("[" + ",".join(lines) + "]", JSON), TooLarge).detail


def test_as_many_lines_as_the_limit_are_taken() -> None:
    assert MAX_EVENTS == len(read(sent('{"call_id":"1"}\n' * MAX_EVENTS, LINES)))


@pytest.mark.parametrize("media", [JSON, LINES])
def test_the_charset_is_read_or_refused(media: str) -> None:
    body = '{"call_id":"5 €"}'.encode("cp1252")
    assert [{"call_id": "5 €"}] == read(sent(body, f"{media}; charset=windows-1252"))
    assert "the body is not utf-8 at byte 14" in refused(sent(body, media), Malformed).detail
    refused(sent(body, f"{media}; charset=klingon"), UnsupportedMedia)
