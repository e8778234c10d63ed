"""JSON, forms and queries in; a JSON receipt or a problem out."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, cast

import pytest

from gateway.bindings.http import HttpBinding
from gateway.bodies import MAX_EVENTS
from gateway.errors import ContractViolation, Malformed, Refusal, TooLarge, Violation
from gateway.model.contract import Contract, Type
from gateway.model.field_reading import Reading
from gateway.model.json_text import MAX_DEPTH, MAX_VALUES
from gateway.model.reading import Data, reader_for
from gateway.model.request import Answer, Request
from tests.bindings.conformance import REFUSALS, Conformance, a_receipt
from tests.builders import a_contract, a_field, a_request, an_event_type

FIELDS = (a_field("call_id", required=True, aliases=("uii",)), a_field("duration", Type.DURATION), a_field("notes"))
ONE = a_contract(an_event_type(*FIELDS))
TWO = a_contract(an_event_type(*FIELDS, aliases=("post-call",)), an_event_type(*FIELDS, name="call.started"))
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
STRICT, LENIENT = Reading.STRICT, Reading.LENIENT


def a_binding(reading: Reading = LENIENT, contract: Contract = ONE, **more: Any) -> HttpBinding:
    readers = {name: reader_for(event, reading) for name, event in contract.events.items()}
    return HttpBinding(contract, readers, reading, **more)


def sent(body: str | bytes = b"", content_type: str | None = JSON, **more: Any) -> Request:
    headers = {"Content-Type": content_type} if content_type is not None else {}
    return a_request(body.encode() if isinstance(body, str) else body, headers=headers, **more)


def read(request: Request, reading: Reading = LENIENT) -> list[Data]:
    return [message.data for message in a_binding(reading).read(request)]


def refused(request: Request, kind: type[Refusal], reading: Reading = LENIENT) -> Refusal:
    with pytest.raises(kind) as error:
        a_binding(reading).read(request)
    return error.value


def events(request: Request, event_from: str | None = None, reading: Reading = LENIENT) -> list[str]:
    return [message.event.name for message in a_binding(reading, TWO, event_from=event_from).read(request)]


class TestHttp(Conformance):
    binding = a_binding()
    read_type, accepted_status, refused_type = "application/json", 202, "application/problem+json"
    names = ("json",)

    def a_good_request(self) -> Request:
        return sent('{"call_id": "4711"}')

    def told(self, answer: Answer) -> dict[str, object]:
        return cast("dict[str, object]", json.loads(answer.body))

    def status_of(self, error: Refusal) -> int:
        return error.status


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.reason)
def test_a_problem_is_as_rfc_9457_says(error: Refusal) -> None:
    request = sent()
    problem = json.loads(a_binding().refuse(request, error).body)
    assert ["type", "title", "status", "detail", "reason", "requestId", "violations"] == list(problem)
    assert f"urn:gateway:problem:{error.reason}" == problem["type"]
    assert (error.status, request.request_id) == (problem["status"], problem["requestId"])


def test_a_problem_names_every_violation() -> None:
    error = ContractViolation("two", violations=[Violation("/3/duration", "is bad"), Violation("", "is worse")])
    assert [{"path": "/3/duration", "message": "is bad"}, {"path": "", "message": "is worse"}] == json.loads(
        a_binding().refuse(sent(), error).body
    )["violations"]


def test_a_source_may_want_another_status_for_what_is_accepted() -> None:
    assert 200 == a_binding(accepted_status=200).accept(sent(), a_receipt()).status


def test_the_receipt_of_a_list_has_one_for_each_event() -> None:
    answer = a_binding().accept(sent(), a_receipt(event_ids=("e-1", "e-2"), is_list=True))
    receipts = [{"eventId": "e-1", "status": "accepted"}, {"eventId": "e-2", "status": "accepted"}]
    assert (receipts, {}) == (json.loads(answer.body)["receipts"], answer.headers)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('{"call_id":"1","call_id":"1"}', "'call_id' stands twice"),
        ('{"call_id":"1","x":[{"a":1,"a":2}]}', "'a' stands twice"),
        ('{"call_id":NaN}', "NaN is not a JSON value"),
        ('{"duration":-Infinity}', "-Infinity is not a JSON value"),
        ('{"call_id":"\\ud800"}', "half of a surrogate pair"),
        ('{"call_id":"1","x":["\\udc00\\ud800"]}', "half of a surrogate pair"),
        ('{"\\ud83d":"1"}', "half of a surrogate pair"),
        ('"call_id"', "neither an object nor a list"),
        ("null", "neither an object nor a list"),
        ("[]", "the list is empty"),
        ('[{"call_id":"1"},1]', "item 1 of the list is no object"),
        ("[[]]", "item 0 of the list is no object"),
        ("", "neither a body nor a query"),
        (" \n", "neither a body nor a query"),
        ('{"call_id":"1"', "not JSON"),
        ('{"call_id":"1"} x', "not JSON"),
        ('{"call_id":"1",}', "not JSON"),
        ('{"call_id":"a\nb"}', "not JSON"),
        ("call_id", "not JSON"),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_what_is_no_json_of_ours_is_malformed(body: str, why: str, reading: Reading) -> None:
    assert why in refused(sent(body), Malformed, reading).detail


def test_a_surrogate_pair_is_one_character() -> None:
    assert [{"call_id": "😀"}] == read(sent('{"call_id":"\\ud83d\\ude00"}'), STRICT)


def test_a_number_is_read_by_its_source_text() -> None:
    body = '{"call_id":51055501110000000000001,"duration":0.10000000000000000000001}'
    assert [{"call_id": "51055501110000000000001", "duration": Decimal("0.10000000000000000000001")}] == read(
        sent(body)
    )


def test_a_list_is_one_message_each_in_its_order() -> None:
    request = sent('[{"call_id":"1"},{"call_id":"2","duration":5}]')
    assert [{"call_id": "1"}, {"call_id": "2", "duration": 5}] == read(request)
    assert True is request.memo["is_list"]


def test_the_violations_of_a_list_name_their_items() -> None:
    body = '[{"duration":"x"},{"call_id":"1"},{"call_id":"a\\u0000b","a/b~":1}]'
    assert ["/0/call_id", "/0/duration", "/2/a~1b~0", "/2/call_id"] == sorted(
        one.path for one in refused(sent(body), ContractViolation, STRICT).violations
    )


def _nested(depth: int) -> str:
    return '{"call_id":"1","x":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


@pytest.mark.parametrize(
    "body",
    [
        "[" + ",".join(['{"call_id":"1"}'] * (MAX_EVENTS + 1)) + "]",
        '{"call_id":"1","x":[' + "1," * MAX_VALUES + "1]}",
        _nested(MAX_DEPTH + 1),
        _nested(200_000),
    ],
    ids=["events", "values", "depth", "recursion"],
)
def test_what_passes_a_limit_is_too_large(body: str) -> None:
    refused(sent(body), TooLarge)


def test_what_reaches_a_limit_is_taken() -> None:
    assert MAX_EVENTS == len(read(sent("[" + ",".join(['{"call_id":"1"}'] * MAX_EVENTS) + "]")))
    assert 1 == len(read(sent(_nested(MAX_DEPTH))))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("call_id=a+b%20c%2B&duration=", {"call_id": "a b c+"}),
        ("call_id=%F0%9F%98%80&notes=x%26y%3Dz", {"call_id": "😀", "notes": "x&y=z"}),
        ("&&call_id=1=2&", {"call_id": "1=2"}),
        ("call_id=%zz", {"call_id": "%zz"}),
        ("call_id=1;duration=2", {"call_id": "1;duration=2"}),
        ("CallId=1&x=&y=2", {"call_id": "1", "extra": {"x": "", "y": "2"}}),
        ("uii=1&call_id=2", {"call_id": "2", "extra": {"uii": "1"}}),
    ],
)
def test_a_form_and_a_query_are_read_alike(body: str, expected: Data) -> None:
    form, query = sent(body, FORM), sent(query=body, content_type=None, method="GET")
    assert [expected] == read(form) == read(query)
    assert ("form", "query") == (form.binding, query.binding)


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        ("call_id=%81", Malformed, "a percent-encoded value in it is not"),
        ("%81=1", Malformed, "a percent-encoded value in it is not"),
        ("call_id=1&call_id=1", ContractViolation, "/call_id is sent twice"),
        ("call_id=1&call%5Fid=2", ContractViolation, "/call_id is sent twice"),
        ("call_id=1&x=1&x=2", ContractViolation, "/x is sent twice"),
        ("call_id=%00", ContractViolation, "/call_id must not contain NUL"),
        ("&".join(f"a{number}=" for number in range(MAX_VALUES + 1)), TooLarge, "more than 10000 fields"),
    ],
)
def test_what_is_wrong_in_a_form_is_wrong_in_a_query(body: str, kind: type[Refusal], why: str) -> None:
    assert why in refused(sent(body, FORM), kind).detail
    assert why in refused(sent(query=body, content_type=None), kind).detail


def test_a_query_is_utf_8_even_where_it_is_not_percent_encoded() -> None:
    assert [{"call_id": "ë"}] == read(sent(query="call_id=\xc3\xab", method="GET"))
    refused(sent(query="call_id=\xff", method="GET"), Malformed, STRICT)


@pytest.mark.parametrize("body", ["call_id=Zo%EB", "call_id=Zo\xeb"])
def test_a_form_or_query_that_is_not_utf_8_is_leniently_read_as_windows_1252_and_told(body: str) -> None:
    form, query = sent(body.encode("latin-1"), FORM), sent(query=body, content_type=None, method="GET")
    assert [{"call_id": "Zoë"}] == read(form) == read(query)
    for noun, request in (("form", form), ("query", query)):
        assert [f"the {noun} is not UTF-8 and names no charset; it was read as Windows-1252"] == request.notes


def test_a_get_without_anything_is_an_empty_message() -> None:
    assert "/call_id is required" == refused(sent(content_type=None, method="GET"), ContractViolation).detail


@pytest.mark.parametrize(
    ("body", "content_type"), [('{"call_id":"1"}', JSON), ("call_id=1", FORM), ('[{"call_id":"1"}]', JSON)]
)
def test_url_parameters_beside_a_body_are_fields_where_the_body_lacks_them(body: str, content_type: str) -> None:
    request = sent(body, content_type, query="duration=5&CallId=9&z=1")
    assert [{"call_id": "1", "duration": 5, "extra": {"z": "1"}}] == read(request)


def test_a_strict_reading_ignores_url_parameters_beside_a_body() -> None:
    assert [{"call_id": "1"}] == read(sent('{"call_id":"1"}', query="duration=5&call_id=9&z=%FF"), STRICT)
