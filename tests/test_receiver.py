"""The front door: a WSGI environ in, an answer out, whatever happens."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.errors import Malformed, TooLarge
from gateway.incoming import Body
from gateway.model.message import Message
from gateway.model.request import Answer, Dialect, Request
from gateway.receiver import Door, request_of, wsgi_response
from gateway.store.history import Selection
from gateway.store.store import Store
from tests.builders import NOON
from tests.configured import ANYBODY, JOURNAL, TO_CRM, a_gateway, fixed

SOAP11 = b'<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body/></Envelope>'


def an_environ(path: str, body: bytes = b"", **more: Any) -> dict[str, Any]:
    values = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    return values | more


def unlimited(_seconds: float | None) -> AbstractContextManager[object]:
    return nullcontext()


def a_body(sent: bytes, announced: int | None = None) -> Body:
    """A body that announces `announced` bytes; chunked where that is None."""
    headers = {"transfer-encoding": "chunked"} if announced is None else {"content-length": str(announced)}
    return Body(io.BytesIO(sent), headers, unlimited)


@pytest.fixture
def door(tmp_path: Path, store: Store) -> Door:
    return Door(fixed(a_gateway(tmp_path, ANYBODY + JOURNAL + TO_CRM)), store.inbox, "https://gateway.example.org")


@pytest.mark.parametrize(
    ("path", "source", "version", "event"),
    [
        ("/in/pbx", "pbx", None, None),
        ("/in/pbx/", "pbx", None, None),
        ("/in/pbx/call-ended", "pbx", None, "call-ended"),
        ("/in/pbx/v2/call-ended", "pbx", "2", "call-ended"),
        ("/in/pbx/v2", "pbx", "2", None),
        ("/in/pbx/vein", "pbx", None, "vein"),
        ("/in/pbx/a/b/c", "pbx", None, "a/b/c"),
        ("/in/", "", None, None),
        ("/in/\xc3\xbc", "ü", None, None),
        ("/in/\xff", "\ufffd", None, None),
    ],
)
def test_the_path_names_source_version_and_event(
    path: str, source: str, version: str | None, event: str | None
) -> None:
    request = request_of(an_environ(path), "id", NOON, unlimited)
    assert (source, version, event) == (request.source, request.version, request.event)


def test_headers_are_lower_case_and_the_body_stays_on_the_wire() -> None:
    environ = an_environ("/in/pbx", b"{}", HTTP_IDEMPOTENCY_KEY="k", HTTP_SOAPACTION='""', QUERY_STRING="a=1")
    request = request_of(environ, "id", NOON, unlimited)
    assert {
        "idempotency-key": "k", "soapaction": '""', "content-type": "application/json", "content-length": "2",
    } == request.headers  # fmt: skip
    assert ("POST", "a=1", 2, b"", b"") == (
        request.method, request.query, request.incoming.length, request.body, request.incoming.so_far,
    )  # fmt: skip


def test_the_first_bytes_are_not_lost_for_the_whole() -> None:
    body = a_body(b"0123456789", 10)
    assert (b"0123", b"0123", b"0123456789") == (body.first(4), body.so_far, body.read(10))


@pytest.mark.parametrize("announced", [10, None])
def test_a_body_is_refused_as_soon_as_it_passes_the_limit(announced: int | None) -> None:
    body = a_body(b"0123456789", announced)
    with pytest.raises(TooLarge, match="more than 4 bytes"):
        body.read(4)
    assert len(body.so_far) == 5


@pytest.mark.parametrize("announced", [10, None])
def test_a_body_of_just_the_limit_is_taken(announced: int | None) -> None:
    assert a_body(b"0123456789", announced).read(10) == b"0123456789"


def test_no_more_is_read_than_was_announced() -> None:
    stream = io.BytesIO(b"0123456789")
    assert Body(stream, {"content-length": "4"}, unlimited).read(100) == b"0123"
    assert stream.read() == b"456789"


def test_a_body_that_ends_early_is_malformed() -> None:
    with pytest.raises(Malformed, match="the body ends after 3 of 10 bytes"):
        a_body(b"012", 10).read(100)


def test_what_the_server_says_of_a_bad_chunk_is_malformed() -> None:
    class Broken(io.BytesIO):
        def read(self, _count: int | None = -1) -> bytes:
            raise OSError("bad chunk")

    with pytest.raises(Malformed, match="the body broke off: OSError"):
        Body(Broken(), {"transfer-encoding": "chunked"}, unlimited).read(100)


@pytest.mark.parametrize("content_type", ["application/json", "text/xml"])
def test_a_body_that_takes_too_long_is_timed_out(door: Door, content_type: str) -> None:
    limits: list[float] = []

    @contextmanager
    def at_once(seconds: float, error: Exception) -> Iterator[None]:
        limits.append(seconds)
        raise error
        yield

    slow = replace(door, time_limit=at_once, body_seconds=7)
    answer = slow.answer(an_environ("/in/pbx/call-ended", b"{}", CONTENT_TYPE=content_type))
    assert (408, "timeout") == (answer.status, json.loads(answer.body)["reason"])
    assert limits[0] == 7


@pytest.mark.parametrize("path", ["/in/pbx", "/in/nobody"])
def test_a_body_that_breaks_off_where_its_dialect_is_looked_for_is_refused(door: Door, path: str) -> None:
    answer = door.answer(an_environ(path, b"<En", CONTENT_TYPE="text/xml", CONTENT_LENGTH="100"))
    assert 400 <= answer.status < 500
    assert "application/problem+json" == answer.content_type


@pytest.mark.parametrize(("size", "expected"), [(1000, True), (300 * 1024, False)])
def test_an_unread_body_is_drained_within_bounds(size: int, expected: bool) -> None:
    assert expected is a_body(b"x" * size, size).drain()


def test_a_call_is_recorded_and_answered_with_its_receipt(door: Door, store: Store) -> None:
    answer = door.answer(an_environ("/in/pbx/call-ended", b'{"call_id":"4711"}'))
    receipt = json.loads(answer.body)
    assert (202, "accepted") == (answer.status, receipt["status"])
    assert (receipt["eventId"], receipt["requestId"]) == (
        answer.headers["Gateway-Event-Id"], answer.headers["Gateway-Request-Id"],
    )  # fmt: skip
    assert store.history.event(receipt["eventId"]) is not None


@pytest.mark.parametrize(
    ("path", "content_type", "body", "status", "reason"),
    [
        ("/in/nobody", "application/json", b"{}", 404, "unknown_source"),
        ("/in/pbx/call-ended", "application/json", b"{", 400, "malformed"),
        ("/in/pbx/call-ended", "application/json", b"{}", 422, "contract_violation"),
        ("/in/pbx", "application/json", b"{}", 404, "unknown_operation"),
        ("/in/pbx/call-ended", "image/png", b"x", 415, "unsupported_media"),
        ("/in/pbx/call-ended", "application/json", b'"' + b"x" * 2**22 + b'"', 413, "too_large"),
    ],
)
def test_a_refusal_is_a_problem_and_on_record_under_the_id_the_caller_was_given(
    door: Door, store: Store, path: str, content_type: str, body: bytes, status: int, reason: str
) -> None:
    answer = door.answer(an_environ(path, body, CONTENT_TYPE=content_type))
    problem = json.loads(answer.body)
    assert (status, "application/problem+json", reason, f"urn:gateway:problem:{reason}") == (
        answer.status, answer.content_type, problem["reason"], problem["type"],
    )  # fmt: skip
    store.inbox.flush()
    recorded = store.history.request(problem["requestId"])
    assert recorded is not None
    assert ("refused", reason) == (recorded["state"], recorded["reason"])


def test_options_is_204_with_allow_and_never_a_call(door: Door, store: Store) -> None:
    answer = door.answer(an_environ("/in/pbx/call-ended", b'{"call_id":"1"}', REQUEST_METHOD="OPTIONS"))
    assert (204, b"", "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE") == (
        answer.status, answer.body, answer.headers["Allow"],
    )  # fmt: skip
    assert [] == list(store.history.requests(Selection()))


@pytest.mark.parametrize(("query", "type_"), [("", ""), ("call_id=1", ""), ("wsdl", "text/xml; charset=utf-8")])
def test_head_answers_as_get_would_for_documents_and_is_never_a_call(
    door: Door, store: Store, query: str, type_: str
) -> None:
    answer = door.answer(an_environ("/in/pbx/call-ended", REQUEST_METHOD="HEAD", QUERY_STRING=query))
    assert (200, type_) == (answer.status, answer.content_type)
    assert [] == list(store.history.requests(Selection()))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_no_method_finds_an_unknown_source(door: Door, method: str) -> None:
    assert 404 == door.answer(an_environ("/in/nobody", REQUEST_METHOD=method, QUERY_STRING="wsdl")).status


@pytest.mark.parametrize(
    ("query", "found", "soap12"),
    [
        ("wsdl", b"definitions", True), ("WSDL", b"definitions", True), ("singleWsdl", b"definitions", True),
        ("wsdl=1.1", b"definitions", False), ("xsd", b"schema", False),
    ],
)  # fmt: skip
def test_a_document_is_had_by_a_query_of_its_name(door: Door, query: str, found: bytes, soap12: bool) -> None:
    answer = door.answer(an_environ("/in/pbx", REQUEST_METHOD="GET", QUERY_STRING=query))
    assert (200, "text/xml; charset=utf-8") == (answer.status, answer.content_type)
    assert found in answer.body
    assert soap12 == (b"CallsSoap12" in answer.body)
    assert (b"https://gateway.example.org/in/pbx" in answer.body) == (found == b"definitions")


@pytest.mark.parametrize(
    ("query", "type_", "first"),
    [
        ("schema", "application/schema+json", "$schema"),
        ("openapi", "application/vnd.oai.openapi+json;version=3.1", "openapi"),
        ("OpenAPI", "application/vnd.oai.openapi+json;version=3.1", "openapi"),
        ("asyncapi", "application/vnd.aai.asyncapi+json;version=3.0.0", "asyncapi"),
    ],
)
def test_so_are_those_in_json(door: Door, query: str, type_: str, first: str) -> None:
    answer = door.answer(an_environ("/in/pbx/call-ended", REQUEST_METHOD="GET", QUERY_STRING=query))
    assert (200, type_, first) == (answer.status, answer.content_type, next(iter(json.loads(answer.body))))


@pytest.mark.parametrize("query", ["schema=", "openapi=3", "openapi&x=1", "openapi&asyncapi"])
def test_another_query_is_a_call(door: Door, query: str) -> None:
    answer = door.answer(an_environ("/in/pbx/call-ended", REQUEST_METHOD="GET", QUERY_STRING=query))
    assert (422, "contract_violation") == (answer.status, json.loads(answer.body)["reason"])


class Buggy:
    """A dialect with a bug of ours."""

    def __init__(self, refuses_with: Any) -> None:
        self.refuse = refuses_with

    def read(self, request: Request) -> list[Message]:
        raise KeyError(request.source)

    def accept(self, request: Request, receipt: object) -> Answer:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("content_type", "body", "status", "found"),
    [("application/json", b"{}", 500, b'"reason":"internal"'), ("text/xml", SOAP11, 500, b"soap:Server")],
)
def test_our_bug_is_told_in_the_callers_dialect_without_its_details(
    door: Door, content_type: str, body: bytes, status: int, found: bytes
) -> None:
    gateway = door.current.gateway
    source = gateway.sources["pbx"]
    dialect = Dialect.HTTP if content_type == "application/json" else Dialect.SOAP11
    buggy: Any = {**source.bindings, dialect: Buggy(source.bindings[dialect].refuse)}
    broken = replace(door, current=fixed(replace(gateway, sources={"pbx": replace(source, bindings=buggy)})))
    with capture_logs() as lines:
        answer = broken.answer(an_environ("/in/pbx", body, CONTENT_TYPE=content_type))
    assert status == answer.status
    assert found in answer.body
    assert b"KeyError" not in answer.body
    (bug,) = [line for line in lines if line["event"] == "request.bug"]
    assert bug["exc_info"] is True


def test_an_accepted_call_is_one_wide_line(door: Door) -> None:
    with capture_logs() as lines:
        answer = door.answer(an_environ("/in/pbx/call-ended", b'{"call_id":"4711"}'))
    (line,) = lines
    receipt = json.loads(answer.body)
    assert {
        "event": "event.received", "log_level": "info", "request_id": receipt["requestId"],
        "event_ids": (receipt["eventId"],), "source": "pbx", "binding": "json", "status": "accepted", "bytes": 18,
    } == {name: value for name, value in line.items() if name != "took_ms"}  # fmt: skip


def test_a_refused_call_is_one_wide_line(door: Door) -> None:
    with capture_logs() as lines:
        door.answer(an_environ("/in/pbx/call-ended", b'{"duration":"x"}'))
    (line,) = lines
    assert ("request.refused", "warning", "pbx", "json", "contract_violation", 422, 2) == (
        line["event"], line["log_level"], line["source"], line["binding"], line["reason"], line["status"],
        line["violations"],
    )  # fmt: skip


def test_an_answer_is_sent_as_wsgi_does() -> None:
    started: list[Any] = []
    sent = wsgi_response(Answer(202, b"{}", "application/json", {"A": "b"}), lambda *args: started.append(args))
    assert [b"{}"] == list(sent)
    assert [("202 Accepted", [("Content-Type", "application/json"), ("A", "b"), ("Content-Length", "2")])] == started
