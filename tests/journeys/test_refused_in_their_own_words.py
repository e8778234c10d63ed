"""Whoever is refused is told why in their own dialect, with the pinned status, and the refusal is on record."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from lxml import etree

from tests.running import RunningGateway, running, wait_for

pytestmark = pytest.mark.usefixtures("database")

_CONFIGURATION = """
web_processes = 1
body_timeout = "1s"
[sources.open]
contract = "contract.toml"
authenticate = { kind = "anonymous" }
max_body = "10KB"
[sources.pbx]
contract = "contract.toml"
authenticate = { kind = "basic", user = "pbx", password = { env = "PBX_PASSWORD" } }
[destinations.journal]
kind = "log"
[routes.all]
to = "journal"
"""
_NS11 = "http://schemas.xmlsoap.org/soap/envelope/"
_NS12 = "http://www.w3.org/2003/05/soap-envelope"
_CALLS = "urn:endpoint-gateway:calls:v1"
_BIG = "call_id=" + 20_000 * "1"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[RunningGateway]:
    with running(tmp_path_factory.mktemp(f"refused-{database}"), _CONFIGURATION, PBX_PASSWORD="geheim") as started:
        yield started


@dataclass(frozen=True)
class Call:
    """A call that is refused, whatever dialect it speaks."""

    name: str
    reason: str
    http_status: int
    body: str = "call_id=1"
    """Over HTTP; over SOAP, `element` is sent in an envelope, unless `raw` says what."""
    element: str = f'<submitCallEnded xmlns="{_CALLS}"><callEnded><call_id>1</call_id></callEnded></submitCallEnded>'
    raw: str | None = None
    source: str = "open"
    event: str = "/call-ended"
    auth: tuple[str, str] | None = None
    chunked: bool = False
    paths: tuple[str, ...] = field(default=())


def _wrapped(fields: str) -> str:
    return f'<submitCallEnded xmlns="{_CALLS}"><callEnded>{fields}</callEnded></submitCallEnded>'


_CALLS_REFUSED = [
    Call("an unknown source", "unknown_source", 404, source="nobody"),
    Call("no credentials", "unauthenticated", 401, source="pbx"),
    Call("a wrong password", "unauthenticated", 401, source="pbx", auth=("pbx", "falsch")),
    Call("a wrong user", "unauthenticated", 401, source="pbx", auth=("PBX", "geheim")),
    Call("an empty body", "malformed", 400, body="", raw=""),
    Call("an unknown operation", "unknown_operation", 404, event="/nosuch", element=f'<submitNone xmlns="{_CALLS}"/>'),
    Call(
        "a missing field", "contract_violation", 422, body="ani=1", element=_wrapped("<ani>1</ani>"),
        paths=("/call_id",),
    ),
    Call(
        "three violations at once", "contract_violation", 422, body="ani=1&duration=-5&segment=two",
        element=_wrapped("<ani>1</ani><duration>-5</duration><segment>two</segment>"),
        paths=("/call_id", "/duration", "/segment"),
    ),
    Call("a body over the limit", "too_large", 413, body=_BIG, element=_wrapped(f"<call_id>{_BIG}</call_id>")),
    Call(
        "a chunked body over the limit", "too_large", 413, chunked=True, body=_BIG,
        element=_wrapped(f"<call_id>{_BIG}</call_id>"),
    ),
]  # fmt: skip
_SOAP_ONLY = [
    Call("not XML", "malformed", 400, raw="hello", event=""),
    Call("XML without an envelope", "malformed", 400, raw="<hello/>", event=""),
    Call(
        "a DTD", "malformed", 400, event="",
        raw=f'<!DOCTYPE a [<!ENTITY b "c">]><s:Envelope xmlns:s="{_NS11}"><s:Body><a>&b;</a></s:Body></s:Envelope>',
    ),
]  # fmt: skip


def _names(call: Call) -> str:
    return call.name


def _pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 1000):
        yield body[start : start + 1000]


def _posted(gateway: RunningGateway, call: Call, body: str, headers: dict[str, str], event: str) -> requests.Response:
    data: Any = _pieces(body.encode()) if call.chunked else body.encode()
    return gateway.post(call.source + event, data=data, headers=headers, auth=call.auth)


def _is_on_record(gateway: RunningGateway, answer: requests.Response, reason: str) -> None:
    request_id = answer.headers["Gateway-Request-Id"]
    with gateway.history() as history:
        found = wait_for(lambda: history.request(request_id), what=f"the record of {request_id}")
    assert ("refused", reason) == (found["state"], found["reason"])


@pytest.mark.parametrize("call", _CALLS_REFUSED, ids=_names)
def test_over_http_with_problem_json(gateway: RunningGateway, call: Call) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = _posted(gateway, call, call.body, headers, call.event)
    assert (call.http_status, "application/problem+json") == (answer.status_code, answer.headers["Content-Type"])
    problem = answer.json()
    assert (call.reason, call.http_status) == (problem["reason"], problem["status"])
    assert answer.headers["Gateway-Request-Id"] == problem["requestId"]
    assert list(call.paths) == [violation["path"] for violation in problem["violations"]]
    assert (call.reason == "unauthenticated") == ("WWW-Authenticate" in answer.headers)
    _is_on_record(gateway, answer, call.reason)


@pytest.mark.parametrize("call", [*_CALLS_REFUSED, *_SOAP_ONLY], ids=_names)
def test_over_soap_11_with_a_fault(gateway: RunningGateway, call: Call) -> None:
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
    body = (
        f'<s:Envelope xmlns:s="{_NS11}"><s:Body>{call.element}</s:Body></s:Envelope>' if call.raw is None else call.raw
    )
    answer = _posted(gateway, call, body, headers, "")
    expected = 401 if call.reason == "unauthenticated" else 500
    assert (expected, "text/xml; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])
    fault = etree.fromstring(answer.content)[0][0]
    assert f"{{{_NS11}}}Fault" == fault.tag
    assert "soap:Client" == fault.findtext("faultcode")
    if call.reason != "unknown_source":
        assert call.reason == fault.findtext(f".//{{{_CALLS}}}code")
    assert list(call.paths) == [path.text for path in fault.iterfind(f".//{{{_CALLS}}}path")]
    _is_on_record(gateway, answer, call.reason)


@pytest.mark.parametrize("call", [*_CALLS_REFUSED, *_SOAP_ONLY], ids=_names)
def test_over_soap_12_with_a_fault(gateway: RunningGateway, call: Call) -> None:
    headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
    body = (
        f'<s:Envelope xmlns:s="{_NS12}"><s:Body>{call.element}</s:Body></s:Envelope>' if call.raw is None else call.raw
    )
    answer = _posted(gateway, call, body.replace(_NS11, _NS12), headers, "")
    expected = 401 if call.reason == "unauthenticated" else 400
    assert (expected, "application/soap+xml; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])
    fault = etree.fromstring(answer.content)[0][0]
    assert "soap:Sender" == fault.findtext(f"{{{_NS12}}}Code/{{{_NS12}}}Value")
    assert list(call.paths) == [path.text for path in fault.iterfind(f".//{{{_CALLS}}}path")]
    _is_on_record(gateway, answer, call.reason)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ncall_id=", b"HTTP/1.1 408"),
        (b"Content-Length: 100\r\n\r\ncall_id=", b"HTTP/1.1 408"),
        (b"Content-Type: text/xml\r\nSOAPAction: x\r\nContent-Length: 100\r\n\r\n<", b"HTTP/1.1 500"),
        (b"Content-Type: application/soap+xml\r\nContent-Length: 100\r\n\r\n<", b"HTTP/1.1 400"),
        (b"Content-Type: application/soap+xml\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n<\r\n", b"HTTP/1.1 400"),
    ],
    ids=["form", "untyped", "SOAP 1.1", "SOAP 1.2", "chunked"],
)
def test_a_body_that_never_ends_is_timed_out(gateway: RunningGateway, head: bytes, expected: bytes) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as caller:
        caller.sendall(b"POST /in/open/call-ended HTTP/1.1\r\nHost: x\r\n" + head)
        started = time.monotonic()
        answer = caller.recv(65536)
        assert time.monotonic() - started < 8
        while more := caller.recv(65536):  # the connection is closed: where the next call would start is unknown
            answer += more
    assert expected == answer[: len(expected)]
    assert b"did not arrive within 1 s" in answer
    if expected.endswith(b"408"):
        assert "timeout" == json.loads(answer.partition(b"\r\n\r\n")[2])["reason"]


def test_no_refusal_shows_a_traceback_or_a_secret(gateway: RunningGateway) -> None:
    answer = gateway.post("pbx/call-ended", data="call_id=1", auth=("pbx", "falsch"))
    _is_on_record(gateway, answer, "unauthenticated")
    with gateway.history() as history:
        found = history.request(answer.headers["Gateway-Request-Id"])
    assert found is not None
    assert "••••" == found["headers"]["authorization"]
    assert b"Traceback" not in gateway.log.read_bytes()
    assert b"falsch" not in gateway.log.read_bytes()
    assert b"geheim" not in gateway.log.read_bytes()
